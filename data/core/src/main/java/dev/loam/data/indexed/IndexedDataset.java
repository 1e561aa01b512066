// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.indexed;

import dev.loam.data.DataFormatException;
import dev.loam.data.internal.MappedFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * A Megatron indexed dataset: sequences of token ids in a {@code .bin} file, found through an
 * {@code .idx} file, and documents made of consecutive sequences. Both files may be of any size;
 * they are mapped into memory, so opening one several times costs no more memory, and a thread that
 * is interrupted disturbs no other. The index is checked in full on opening.
 *
 * <p>Safe for use by several threads. After {@link #close} nothing can be read any more; the
 * mappings themselves go when the garbage collector finds them unused, as Java 17 has no other way.
 * Until then Windows does not let the files be deleted. The files must not be cut short while they
 * are open.
 */
public final class IndexedDataset implements AutoCloseable {
  private final IndexedFiles files;
  private final IndexFile index;
  private final MappedFile tokens;

  private IndexedDataset(IndexedFiles files, IndexFile index, MappedFile tokens) {
    this.files = files;
    this.index = index;
    this.tokens = tokens;
  }

  /**
   * Opens a dataset.
   *
   * @param path its prefix, the name of its {@code .bin} or {@code .idx} file, or the prefix that
   *     preprocessing was given, to which it appended {@code _text_document}
   * @throws DataFormatException if either file is missing or damaged
   * @throws IOException if a file cannot be read
   */
  public static IndexedDataset open(Path path) throws IOException {
    return open(path, MappedFile.WINDOW);
  }

  static IndexedDataset open(Path path, int window) throws IOException {
    IndexedFiles files = IndexedFiles.resolve(path);
    IndexFile index = IndexFile.open(files.idx(), Files.size(files.bin()), window);
    return new IndexedDataset(files, index, MappedFile.open(files.bin(), window));
  }

  /** The file with the tokens. */
  public Path bin() {
    return files.bin();
  }

  /** The file with the lengths. */
  public Path idx() {
    return files.idx();
  }

  /** The path of both files, without the extension. */
  public Path prefix() {
    return files.prefix();
  }

  /** How the tokens are stored. */
  public TokenType tokenType() {
    return index.type();
  }

  /** The number of sequences. */
  public int sequences() {
    return index.sequences();
  }

  /** The number of documents. */
  public int documents() {
    return index.documents();
  }

  /** The number of tokens in all sequences. */
  public long tokens() {
    return index.tokens();
  }

  /** The number of tokens in a sequence. */
  public int length(int sequence) {
    return index.length(Objects.checkIndex(sequence, sequences()));
  }

  /**
   * The first sequence of a document. A document ends where the next begins; given the number of
   * documents, this is the number of sequences.
   */
  public int documentStart(int document) {
    return (int) index.documentIndex(Objects.checkIndex(document, documents() + 1));
  }

  /** All tokens of a sequence. */
  public int[] sequence(int sequence) {
    int[] all = new int[length(sequence)];
    read(sequence, 0, all.length, all, 0);
    return all;
  }

  /** Copies the lengths of {@code count} sequences from {@code first} on. */
  public void lengths(int first, int[] target, int count) {
    Objects.checkFromIndexSize(first, count, sequences());
    index.lengths(first, target, count);
  }

  /** Whether sequences have a mode, which says what kind of thing the tokens are. */
  public boolean multimodal() {
    return index.hasModes();
  }

  /** The mode of a sequence; 0, text, where the dataset has no modes. */
  public int mode(int sequence) {
    Objects.checkIndex(sequence, sequences());
    return multimodal() ? index.mode(sequence) : 0;
  }

  /**
   * Reads part of a sequence.
   *
   * @param offset the first token to read
   * @param count how many tokens to read
   * @param target where they go
   * @param at index in {@code target} of the first
   * @throws DataFormatException if a value is no whole number or beyond the range of an int
   */
  public void read(int sequence, int offset, int count, int[] target, int at) {
    Objects.checkFromIndexSize(offset, count, length(sequence));
    Objects.checkFromIndexSize(at, count, target.length);
    TokenType type = tokenType();
    long position = index.pointer(sequence) + (long) offset * type.bytes();
    switch (type) {
      case INT32 -> tokens.ints(position, target, at, count);
      case UINT16 -> tokens.unsignedShorts(position, target, at, count);
      default -> convert(position, count, target, at);
    }
  }

  private void convert(long position, int count, int[] target, int at) {
    TokenType type = tokenType();
    int unit = type.bytes();
    int done = 0;
    while (done < count) {
      long from = position + (long) done * unit;
      ByteBuffer part = tokens.slice(from, (long) (count - done) * unit, unit);
      int values = part.remaining() / unit;
      for (int i = 0; i < values; i++) {
        OptionalInt token = type.get(part, i * unit);
        if (token.isEmpty()) {
          throw DataFormatException.atOffset(
              files.bin(),
              from + (long) i * unit,
              type.show(part, i * unit) + " is not a token id");
        }
        target[at + done + i] = token.getAsInt();
      }
      done += values;
    }
  }

  /** Writes the stored bytes of all sequences, one after the other, to a channel. */
  void copyTokens(WritableByteChannel to) throws IOException {
    int unit = tokenType().bytes();
    int sequence = 0;
    while (sequence < sequences()) {
      long start = index.pointer(sequence);
      long end = start;
      // Sequences that lie back to back go as one.
      while (sequence < sequences() && index.pointer(sequence) == end) {
        end += (long) length(sequence) * unit;
        sequence++;
      }
      while (start < end) {
        ByteBuffer part = tokens.slice(start, end - start, 1);
        start += part.remaining();
        while (part.hasRemaining()) {
          to.write(part);
        }
      }
    }
  }

  @Override
  public void close() {
    index.close();
    tokens.close();
  }
}
