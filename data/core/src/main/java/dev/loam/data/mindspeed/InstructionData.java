// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.mindspeed;

import dev.loam.data.DataFormatException;
import dev.loam.data.indexed.IndexedDataset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The three datasets of a prefix, which have rows of the same lengths. Safe for several threads.
 */
final class InstructionData implements AutoCloseable {
  private static final int CHECKED_AT_ONCE = 1 << 14;

  private final Path prefix;
  private final IndexedDataset inputIds;
  private final IndexedDataset attentionMask;
  private final IndexedDataset labels;

  private InstructionData(Path prefix, List<IndexedDataset> datasets) {
    this.prefix = prefix;
    this.inputIds = datasets.get(0);
    this.attentionMask = datasets.get(1);
    this.labels = datasets.get(2);
  }

  /**
   * Opens them.
   *
   * @throws DataFormatException if one is missing or damaged, or they do not fit together
   */
  static InstructionData open(Path prefix) throws IOException {
    InstructionFiles files = InstructionFiles.of(prefix);
    for (Path dataset : files.all()) {
      for (String extension : List.of(".bin", ".idx")) {
        Path file = Path.of(dataset + extension);
        if (!Files.isRegularFile(file)) {
          throw new DataFormatException(
              file
                  + ": not found; instruction data is three datasets, PREFIX_packed_input_ids_document,"
                  + " ..._attention_mask_document and ..._labels_document, made by"
                  + " loam preprocess-sft --output-prefix PREFIX; name that prefix");
        }
      }
    }
    List<IndexedDataset> datasets = new ArrayList<>();
    try {
      for (Path dataset : files.all()) {
        datasets.add(IndexedDataset.open(dataset));
      }
      InstructionData data = new InstructionData(prefix, datasets);
      data.checkRows(data.attentionMask);
      data.checkRows(data.labels);
      return data;
    } catch (IOException | RuntimeException e) {
      datasets.forEach(IndexedDataset::close);
      throw e;
    }
  }

  private void checkRows(IndexedDataset other) {
    int rows = inputIds.sequences();
    if (rows == 0) {
      throw new DataFormatException(inputIds.idx() + ": no rows");
    }
    if (other.sequences() != rows) {
      throw misaligned(other, rows + " rows and " + other.sequences());
    }
    int[] expected = new int[CHECKED_AT_ONCE];
    int[] found = new int[CHECKED_AT_ONCE];
    for (int first = 0; first < rows; first += CHECKED_AT_ONCE) {
      int count = Math.min(CHECKED_AT_ONCE, rows - first);
      inputIds.lengths(first, expected, count);
      other.lengths(first, found, count);
      for (int i = 0; i < count; i++) {
        if (expected[i] != found[i]) {
          throw misaligned(
              other, "in row %d %d tokens and %d".formatted(first + i, expected[i], found[i]));
        }
      }
    }
  }

  private DataFormatException misaligned(IndexedDataset other, String difference) {
    return new DataFormatException(
        "%s and %s do not belong together: %s; run loam preprocess-sft again"
            .formatted(inputIds.idx(), other.idx(), difference));
  }

  int rows() {
    return inputIds.sequences();
  }

  int[] inputIds(int row) {
    return inputIds.sequence(row);
  }

  int[] attentionMask(int row) {
    return attentionMask.sequence(row);
  }

  int[] labels(int row) {
    return labels.sequence(row);
  }

  /** Something wrong with a row. */
  DataFormatException wrong(int row, String problem) {
    return new DataFormatException(prefix + ", row " + row + ": " + problem);
  }

  @Override
  public void close() {
    inputIds.close();
    attentionMask.close();
    labels.close();
  }
}
