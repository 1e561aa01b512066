// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.mindspeed;

import dev.loam.data.indexed.IndexedDatasetWriter;
import dev.loam.data.indexed.TokenType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Writes the three datasets. They appear under their names when all are complete. */
final class InstructionWriter implements AutoCloseable {
  private final List<IndexedDatasetWriter> writers = new ArrayList<>();

  InstructionWriter(InstructionFiles files) throws IOException {
    try {
      for (Path prefix : files.all()) {
        writers.add(new IndexedDatasetWriter(prefix, TokenType.INT32));
      }
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  void add(int[] ids, int[] attentionMask, int[] labels) throws IOException {
    writers.get(0).addDocument(ids);
    writers.get(1).addDocument(attentionMask);
    writers.get(2).addDocument(labels);
  }

  /** Adds a row by itself. */
  void add(EncodedRow row) throws IOException {
    int[] attentionMask = new int[row.length()];
    Arrays.fill(attentionMask, 1);
    add(row.ids(), attentionMask, row.labels());
  }

  /** Adds a document without a sequence. */
  void addNothing() throws IOException {
    for (IndexedDatasetWriter writer : writers) {
      writer.addDocument(new int[0], new int[0]);
    }
  }

  int documents() {
    return writers.get(0).documents();
  }

  /** Tokens in each dataset. */
  List<Long> tokens() {
    return writers.stream().map(IndexedDatasetWriter::tokens).toList();
  }

  void finish() throws IOException {
    for (IndexedDatasetWriter writer : writers) {
      writer.finish();
    }
  }

  @Override
  public void close() throws IOException {
    for (IndexedDatasetWriter writer : writers) {
      writer.close();
    }
  }
}
