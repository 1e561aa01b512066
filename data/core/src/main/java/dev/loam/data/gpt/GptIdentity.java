// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.gpt;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What Megatron-LM and MindFormers tell datasets apart by: the names of cached files have a digest
 * of it. Options that change the arrays are missing in it, and so is the data.
 */
final class GptIdentity {
  private GptIdentity() {}

  static Map<String, Object> of(
      Path prefix, OptionalLong samples, Split split, GptOptions options, Optional<String> shares) {
    Map<String, Object> identity = new LinkedHashMap<>();
    identity.put("class", "GPTDataset");
    identity.put("dataset_path", prefix.toString());
    identity.put(
        "num_samples", samples.isPresent() ? Optional.of(samples.getAsLong()) : Optional.empty());
    identity.put("index_split", split.name().toLowerCase(Locale.ROOT));
    identity.put("random_seed", options.randomSeed());
    identity.put("sequence_length", options.sequenceLength());
    identity.put("split", shares);
    identity.put("split_matrix", shares.map(GptIdentity::matrix));
    identity.put("tokenizer", Optional.empty());
    return identity;
  }

  private static List<Object> matrix(String shares) {
    List<Object> matrix = new ArrayList<>();
    for (Split split : Split.values()) {
      matrix.add(split.of(shares).map(GptIdentity::bounds));
    }
    return matrix;
  }

  /** The first bound, where a sum of nothing begins, is a whole number. */
  private static List<Object> bounds(Split.Part part) {
    return List.of(part.from() == 0 ? (Object) 0 : (Object) part.from(), part.to());
  }
}
