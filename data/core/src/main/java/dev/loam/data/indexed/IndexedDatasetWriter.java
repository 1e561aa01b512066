// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.indexed;

import dev.loam.data.internal.AtomicOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Writes a Megatron indexed dataset, byte for byte as Megatron-LM does. Both files are written
 * under temporary names beside their own ({@code .part}); {@link #finish} publishes them, {@link
 * #close} without it removes them and leaves whatever was there before. In memory there are four
 * bytes for each sequence and each document. For one thread.
 *
 * <pre>{@code
 * try (var writer = new IndexedDatasetWriter(Path.of("corpus_text_document"), TokenType.INT32)) {
 *   writer.addDocument(new int[] {1, 2, 3});
 *   writer.finish();
 * }
 * }</pre>
 */
public final class IndexedDatasetWriter implements AutoCloseable {
  private static final int BUFFER = 1 << 16;

  /** Written back to the device as it goes, so that little is left to wait for at the end. */
  private static final int WRITE_BACK = 1 << 22;

  private final TokenType type;
  private final AtomicOutput bin;
  private final AtomicOutput idx;
  private final ByteBuffer buffer =
      ByteBuffer.allocateDirect(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
  private final IntList lengths = new IntList();
  private final IntList documentIndices = new IntList();
  private final boolean multimodal;
  private final IntList modes = new IntList();
  private long tokens;
  private int notWrittenBack;

  /**
   * Begins a dataset.
   *
   * @param prefix path of both files without the extension
   * @throws IOException if the files cannot be made
   */
  public IndexedDatasetWriter(Path prefix, TokenType type) throws IOException {
    this(prefix, type, false);
  }

  /**
   * Begins a dataset.
   *
   * @param multimodal whether every sequence has a mode
   */
  public IndexedDatasetWriter(Path prefix, TokenType type, boolean multimodal) throws IOException {
    IndexedFiles files = new IndexedFiles(prefix);
    this.type = type;
    this.multimodal = multimodal;
    this.bin = new AtomicOutput(files.bin());
    try {
      this.idx = new AtomicOutput(files.idx());
    } catch (IOException | RuntimeException e) {
      bin.close();
      throw e;
    }
    documentIndices.add(0);
  }

  /** Adds a document of one sequence. */
  public void addDocument(int[] document) throws IOException {
    addDocument(document, new int[] {document.length});
  }

  /**
   * Adds a document.
   *
   * @param document the tokens of its sequences, one after the other
   * @param sequenceLengths how many tokens each sequence has; a document may have no sequence
   * @throws IllegalArgumentException if the lengths do not add up, or a token does not fit the type
   */
  public void addDocument(int[] document, int[] sequenceLengths) throws IOException {
    addDocument(document, sequenceLengths, new byte[multimodal ? sequenceLengths.length : 0]);
  }

  /**
   * Adds a document.
   *
   * @param sequenceModes the mode of each sequence; none unless the dataset is multimodal
   * @throws IllegalArgumentException if the lengths do not add up, or a token does not fit the type
   */
  public void addDocument(int[] document, int[] sequenceLengths, byte[] sequenceModes)
      throws IOException {
    if (sequenceModes.length != (multimodal ? sequenceLengths.length : 0)) {
      throw new IllegalArgumentException(
          "%d modes for %d sequences of a %s dataset"
              .formatted(
                  sequenceModes.length,
                  sequenceLengths.length,
                  multimodal ? "multimodal" : "plain"));
    }
    long sum = 0;
    for (int length : sequenceLengths) {
      sum += Objects.checkIndex(length, Integer.MAX_VALUE);
    }
    if (sum != document.length) {
      throw new IllegalArgumentException(
          "sequences of %d tokens in a document of %d".formatted(sum, document.length));
    }
    if (type == TokenType.INT32) {
      putInts(document);
    } else {
      putChecked(document);
    }
    for (int length : sequenceLengths) {
      lengths.add(length);
    }
    for (byte mode : sequenceModes) {
      modes.add(mode);
    }
    documentIndices.add(lengths.size());
    tokens += document.length;
  }

  private void putChecked(int[] document) throws IOException {
    for (int token : document) {
      if (!type.holds(token)) {
        throw new IllegalArgumentException("token id " + token + " does not fit " + type);
      }
    }
    for (int token : document) {
      if (buffer.remaining() < type.bytes()) {
        drain();
      }
      type.put(buffer, token);
    }
  }

  private void putInts(int[] values) throws IOException {
    for (int done = 0; done < values.length; ) {
      if (buffer.remaining() < Integer.BYTES) {
        drain();
      }
      int count = Math.min(values.length - done, buffer.remaining() / Integer.BYTES);
      buffer.asIntBuffer().put(values, done, count);
      buffer.position(buffer.position() + count * Integer.BYTES);
      done += count;
    }
  }

  /**
   * Appends all documents of another dataset.
   *
   * @throws IllegalArgumentException if its tokens are of another type, or only one of both has
   *     modes
   */
  public void addAll(IndexedDataset other) throws IOException {
    if (other.tokenType() != type) {
      throw new IllegalArgumentException(
          "%s has tokens of type %s, not %s".formatted(other.prefix(), other.tokenType(), type));
    }
    if (other.multimodal() != multimodal && other.sequences() > 0) {
      throw new IllegalArgumentException(
          other.prefix() + (multimodal ? " has no modes" : " has modes, as only some others have"));
    }
    drain();
    other.copyTokens(bin.channel());
    int before = lengths.size();
    for (int i = 0; i < other.sequences(); i++) {
      lengths.add(other.length(i));
      if (multimodal) {
        modes.add(other.mode(i));
      }
    }
    for (int i = 1; i <= other.documents(); i++) {
      documentIndices.add(Math.addExact(before, other.documentStart(i)));
    }
    tokens += other.tokens();
  }

  /** The number of documents added so far. */
  public int documents() {
    return documentIndices.size() - 1;
  }

  /** The number of sequences added so far. */
  public int sequences() {
    return lengths.size();
  }

  /** The number of tokens added so far. */
  public long tokens() {
    return tokens;
  }

  /** Completes the dataset and publishes it under its name; nothing can be added afterwards. */
  public void finish() throws IOException {
    drain();
    writeIndex();
    bin.flush();
    idx.flush();
    // An old index must not be seen with the new tokens; without an index there is no dataset.
    Files.deleteIfExists(idx.target());
    bin.commit();
    idx.commit();
  }

  private void writeIndex() throws IOException {
    buffer.clear();
    buffer.put(IndexFile.MAGIC).putLong(IndexFile.VERSION).put((byte) type.code());
    buffer.putLong(lengths.size()).putLong(documentIndices.size());
    for (int i = 0; i < lengths.size(); i++) {
      room(idx.channel()).putInt(lengths.get(i));
    }
    long pointer = 0;
    for (int i = 0; i < lengths.size(); i++) {
      room(idx.channel()).putLong(pointer);
      pointer += (long) lengths.get(i) * type.bytes();
    }
    for (int i = 0; i < documentIndices.size(); i++) {
      room(idx.channel()).putLong(documentIndices.get(i));
    }
    for (int i = 0; i < modes.size(); i++) {
      room(idx.channel()).put((byte) modes.get(i));
    }
    write(idx.channel());
  }

  private ByteBuffer room(FileChannel channel) throws IOException {
    if (buffer.remaining() < Long.BYTES) {
      write(channel);
    }
    return buffer;
  }

  private void drain() throws IOException {
    notWrittenBack += buffer.position();
    write(bin.channel());
    if (notWrittenBack >= WRITE_BACK) {
      bin.channel().force(false);
      notWrittenBack = 0;
    }
  }

  private void write(FileChannel channel) throws IOException {
    buffer.flip();
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
    buffer.clear();
  }

  @Override
  public void close() throws IOException {
    try (idx) {
      bin.close();
    }
  }
}
