// SPDX-License-Identifier: Apache-2.0
package dev.loam.benchmarks;

import dev.loam.data.indexed.IndexedDatasetWriter;
import dev.loam.data.indexed.TokenType;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.function.IntUnaryOperator;

/** Indexed datasets of made-up documents. */
final class SyntheticCorpus {
  private static final int HEADER = 34;
  private static final int BUFFER = 1 << 20;
  private static final int MEAN_LENGTH = 1000;
  private static final int VOCAB = 50_000;

  private SyntheticCorpus() {}

  /** Lengths from 1 on, 1000 in the middle, the same for the same document. */
  static int length(int document) {
    // The finaliser of a known hash: as good as random.
    int h = document * 0x9e3779b9;
    h = (h ^ (h >>> 16)) * 0x85ebca6b;
    h = (h ^ (h >>> 13)) * 0xc2b2ae35;
    return 1 + Math.floorMod(h ^ (h >>> 16), 2 * MEAN_LENGTH - 1);
  }

  /**
   * A dataset of int32 whose documents, one sequence each, all begin at the same place: as many as
   * wanted in a file of tokens no longer than the longest.
   */
  static void writeOverlapping(Path prefix, int documents, IntUnaryOperator lengths)
      throws IOException {
    Files.createDirectories(prefix.toAbsolutePath().getParent());
    int longest = 0;
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
    try (OutputStream file = Files.newOutputStream(Path.of(prefix + ".idx"));
        WritableByteChannel channel = Channels.newChannel(file)) {
      buffer.put("MMIDIDX\0\0".getBytes(StandardCharsets.US_ASCII)).putLong(1);
      buffer.put((byte) TokenType.INT32.code()).putLong(documents).putLong(documents + 1L);
      if (buffer.position() != HEADER) {
        throw new IllegalStateException("header of " + buffer.position() + " bytes");
      }
      for (int i = 0; i < documents; i++) {
        int length = lengths.applyAsInt(i);
        longest = Math.max(longest, length);
        room(buffer, channel).putInt(length);
      }
      for (int i = 0; i < documents; i++) {
        room(buffer, channel).putLong(0);
      }
      for (int i = 0; i <= documents; i++) {
        room(buffer, channel).putLong(i);
      }
      drain(buffer, channel);
    }
    Files.write(Path.of(prefix + ".bin"), new byte[Math.multiplyExact(longest, Integer.BYTES)]);
  }

  private static ByteBuffer room(ByteBuffer buffer, WritableByteChannel channel)
      throws IOException {
    if (buffer.remaining() < Long.BYTES) {
      drain(buffer, channel);
    }
    return buffer;
  }

  private static void drain(ByteBuffer buffer, WritableByteChannel channel) throws IOException {
    buffer.flip();
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
    buffer.clear();
  }

  /** A dataset of random tokens with documents of {@link #length}. */
  static void write(Path prefix, TokenType type, long tokens) throws IOException {
    Random random = new Random(1);
    try (IndexedDatasetWriter writer = new IndexedDatasetWriter(prefix, type)) {
      for (int i = 0; writer.tokens() < tokens; i++) {
        int[] document = new int[length(i)];
        for (int t = 0; t < document.length; t++) {
          document[t] = random.nextInt(VOCAB);
        }
        writer.addDocument(document);
      }
      writer.finish();
    }
  }
}
