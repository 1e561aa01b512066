// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.safetensors;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Opens the files of an index and compares them with it, collecting every problem. */
final class ShardOpener {
  private static final int SHOWN_PROBLEMS = 20;

  private final Path folder;
  private final ShardIndex index;
  private final SafetensorsLimits limits;
  private final List<String> problems = new ArrayList<>();
  private final Map<String, SafetensorsFile> open = new LinkedHashMap<>();

  ShardOpener(Path folder, ShardIndex index, SafetensorsLimits limits) {
    this.folder = folder;
    this.index = index;
    this.limits = limits;
  }

  /** The files, none of which stays open if there is a problem. */
  List<SafetensorsFile> open() {
    try {
      openFiles();
      compare();
      report();
      return List.copyOf(open.values());
    } catch (RuntimeException | Error e) {
      open.values().forEach(SafetensorsFile::close);
      throw e;
    }
  }

  private void openFiles() {
    Set<String> names = new LinkedHashSet<>(index.files().values());
    if (names.size() > limits.shards()) {
      problems.add("the index names " + names.size() + " files, the limit is " + limits.shards());
      report();
    }
    Map<String, Path> paths = new LinkedHashMap<>();
    for (String name : names) {
      ShardFiles.resolve(folder, "the index", name, ".safetensors", problems)
          .ifPresent(path -> paths.put(name, path));
    }
    report();
    paths.forEach(
        (name, path) -> {
          try {
            open.put(name, SafetensorsFile.open(path, limits));
          } catch (SafetensorsException e) {
            problems.add(String.valueOf(e.getMessage()));
          }
        });
    report();
  }

  private void compare() {
    Set<String> found = new HashSet<>();
    open.forEach(
        (file, shard) -> {
          for (String tensor : shard.entries().keySet()) {
            if (!found.add(tensor)) {
              problems.add(
                  "tensor "
                      + Text.quote(tensor)
                      + " is in two files, once in "
                      + Text.printable(file));
            } else if (!index.files().containsKey(tensor)) {
              problems.add("tensor " + Text.quote(tensor) + " of " + file + " is not in the index");
            }
          }
        });
    index
        .files()
        .forEach(
            (tensor, file) -> {
              SafetensorsFile shard = open.get(file);
              if (shard != null && !shard.entries().containsKey(tensor)) {
                problems.add(
                    "tensor "
                        + Text.quote(tensor)
                        + " is not in "
                        + file
                        + ", where the index says it is");
              }
            });
    index.totalSize().ifPresent(this::compareSize);
  }

  private void compareSize(long stated) {
    long actual =
        open.values().stream()
            .flatMap(shard -> shard.entries().values().stream())
            .mapToLong(TensorEntry::bytes)
            .sum();
    if (stated != actual) {
      problems.add("metadata.total_size is " + stated + ", the tensors have " + actual + " bytes");
    }
  }

  private void report() {
    if (problems.isEmpty()) {
      return;
    }
    List<String> shown = problems.subList(0, Math.min(SHOWN_PROBLEMS, problems.size()));
    String rest =
        problems.size() > shown.size()
            ? "\n  and " + (problems.size() - shown.size()) + " more"
            : "";
    throw new SafetensorsException(
        index.path(),
        "the index and its files do not agree:\n  " + String.join("\n  ", shown) + rest + "\n",
        "download or export the model again");
  }
}
