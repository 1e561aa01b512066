// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.safetensors;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Distributes tensors over files as Hugging Face does: in their order, filling file after file. */
final class ShardPlan {
  private ShardPlan() {}

  /** The tensors of each file, by file name. */
  static Map<String, List<NamedTensor>> of(List<NamedTensor> tensors, ShardSize size) {
    List<List<NamedTensor>> shards = split(tensors, size.bytes());
    if (shards.size() == 1) {
      return Map.of(ModelFiles.SINGLE, shards.get(0));
    }
    Map<String, List<NamedTensor>> files = new LinkedHashMap<>();
    for (List<NamedTensor> shard : shards) {
      files.put(name(files.size() + 1, shards.size()), shard);
    }
    return files;
  }

  private static List<List<NamedTensor>> split(List<NamedTensor> tensors, long limit) {
    List<List<NamedTensor>> shards = new ArrayList<>();
    List<NamedTensor> open = new ArrayList<>();
    long bytes = 0;
    for (NamedTensor tensor : tensors) {
      if (tensor.bytes() > limit) {
        shards.add(List.of(tensor));
        continue;
      }
      if (bytes > limit - tensor.bytes()) {
        shards.add(open);
        open = new ArrayList<>();
        bytes = 0;
      }
      open.add(tensor);
      bytes += tensor.bytes();
    }
    if (!open.isEmpty() || shards.isEmpty()) {
      shards.add(open);
    }
    return shards;
  }

  private static String name(int shard, int shards) {
    return String.format(Locale.ROOT, "model-%05d-of-%05d.safetensors", shard, shards);
  }
}
