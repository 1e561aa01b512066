// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.preprocess;

import dev.loam.data.indexed.IndexedDataset;
import dev.loam.data.indexed.IndexedDatasetWriter;
import dev.loam.data.indexed.TokenType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The datasets of all fields. Documents dealt to partitions are written apart, into a folder beside
 * the output, and joined at the end. For one thread.
 */
final class Outputs implements AutoCloseable {
  private final List<IndexedDatasetWriter> writers = new ArrayList<>();
  private final List<List<Path>> partPrefixes = new ArrayList<>();
  private final List<List<IndexedDatasetWriter>> parts = new ArrayList<>();
  private @Nullable Path partsFolder;
  private long documents;

  Outputs(List<Path> prefixes, TokenType type, int partitions) throws IOException {
    try {
      for (Path prefix : prefixes) {
        writers.add(new IndexedDatasetWriter(prefix, type));
      }
      if (partitions > 1) {
        openParts(prefixes, type, partitions);
      }
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private void openParts(List<Path> prefixes, TokenType type, int partitions) throws IOException {
    Path folder = Files.createTempDirectory(prefixes.get(0).toAbsolutePath().getParent(), "part-");
    partsFolder = folder;
    for (int p = 0; p < partitions; p++) {
      List<Path> names = new ArrayList<>();
      List<IndexedDatasetWriter> part = new ArrayList<>();
      partPrefixes.add(names);
      parts.add(part);
      for (int i = 0; i < prefixes.size(); i++) {
        names.add(folder.resolve(p + "_" + i));
        part.add(new IndexedDatasetWriter(names.get(i), type));
      }
    }
  }

  void add(List<EncodedDocument> fields) throws IOException {
    List<IndexedDatasetWriter> to =
        parts.isEmpty() ? writers : parts.get((int) (documents % parts.size()));
    for (int i = 0; i < fields.size(); i++) {
      to.get(i).addDocument(fields.get(i).tokens(), fields.get(i).sequenceLengths());
    }
    documents++;
  }

  long documents() {
    return documents;
  }

  void finish() throws IOException {
    for (int p = 0; p < parts.size(); p++) {
      for (int i = 0; i < writers.size(); i++) {
        parts.get(p).get(i).finish();
        try (IndexedDataset part = IndexedDataset.open(partPrefixes.get(p).get(i))) {
          writers.get(i).addAll(part);
        }
      }
    }
    for (IndexedDatasetWriter writer : writers) {
      writer.finish();
    }
  }

  List<Long> tokens() {
    return writers.stream().map(IndexedDatasetWriter::tokens).toList();
  }

  @Override
  public void close() throws IOException {
    for (IndexedDatasetWriter writer : writers) {
      writer.close();
    }
    for (List<IndexedDatasetWriter> part : parts) {
      for (IndexedDatasetWriter writer : part) {
        writer.close();
      }
    }
    removeParts();
  }

  private void removeParts() throws IOException {
    Path folder = partsFolder;
    if (folder == null) {
      return;
    }
    partsFolder = null;
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }
}
