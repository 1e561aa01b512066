// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.blend;

import dev.loam.data.DataFormatException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The datasets of a blend, as the list {@code data_path} of a configuration names them: prefixes of
 * indexed datasets, either alone or each with its weight before it.
 *
 * @param prefixes where the datasets are, at least one
 * @param weights one for each, if there are any
 */
public record DataPaths(List<Path> prefixes, Optional<List<Double>> weights) {
  private static final Pattern NUMBER =
      Pattern.compile("[+-]?(\\d+(\\.\\d*)?|\\.\\d+)([eE][+-]?\\d+)?");

  /** Checks that there are datasets, and a weight above 0 for each if there are weights. */
  public DataPaths {
    prefixes = List.copyOf(prefixes);
    weights = weights.map(List::copyOf);
    if (prefixes.isEmpty()) {
      throw new DataFormatException("data_path names no dataset");
    }
    if (weights.isPresent()) {
      double[] values = weights.get().stream().mapToDouble(Double::doubleValue).toArray();
      BlendedDataset.requireWeights(values, prefixes.size());
    }
  }

  /**
   * Reads the list: {@code [weight, prefix, weight, prefix, ...]} or {@code [prefix, prefix, ...]}.
   *
   * @throws DataFormatException if only some datasets have a weight, or one is not above 0
   */
  public static DataPaths parse(List<String> dataPath) {
    List<String> entries = dataPath.stream().map(String::strip).toList();
    List<Double> weights = new ArrayList<>();
    List<Path> weighted = new ArrayList<>();
    if (entries.size() % 2 == 0) {
      for (int i = 0; i < entries.size(); i += 2) {
        if (NUMBER.matcher(entries.get(i)).matches()) {
          weights.add(Double.valueOf(entries.get(i)));
          weighted.add(Path.of(entries.get(i + 1)));
        }
      }
    }
    if (weights.isEmpty()) {
      return new DataPaths(entries.stream().map(Path::of).toList(), Optional.empty());
    }
    if (2 * weights.size() != entries.size()) {
      throw new DataFormatException(
          "data_path " + entries + " has a weight before some datasets only; give all or none");
    }
    return new DataPaths(weighted, Optional.of(weights));
  }
}
