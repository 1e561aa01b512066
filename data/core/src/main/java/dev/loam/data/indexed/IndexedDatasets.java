// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.indexed;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** What can be done with whole indexed datasets. */
public final class IndexedDatasets {
  private IndexedDatasets() {}

  /**
   * Puts datasets of one token type together, in the order given.
   *
   * @param inputs as for {@link IndexedDataset#open}, at least one
   * @param outputPrefix path of the new files without the extension
   */
  public static void merge(List<Path> inputs, Path outputPrefix) throws IOException {
    if (inputs.isEmpty()) {
      throw new IllegalArgumentException("no datasets to merge");
    }
    try (IndexedDataset first = IndexedDataset.open(inputs.get(0));
        IndexedDatasetWriter writer =
            new IndexedDatasetWriter(outputPrefix, first.tokenType(), first.multimodal())) {
      writer.addAll(first);
      for (Path input : inputs.subList(1, inputs.size())) {
        try (IndexedDataset next = IndexedDataset.open(input)) {
          writer.addAll(next);
        }
      }
      writer.finish();
    }
  }
}
