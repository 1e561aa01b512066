// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.indexed;

import dev.loam.data.DataFormatException;
import dev.loam.data.internal.MappedFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * The {@code .idx} file of an indexed dataset, checked in full when it is opened, mapped into
 * memory. Little-endian, without alignment:
 *
 * <pre>
 *   0           9 bytes   magic "MMIDIDX" 0 0
 *   9           uint64    version, 1
 *   17          uint8     code of the token type
 *   18          uint64    S, number of sequences
 *   26          uint64    D, number of document indices: documents + 1
 *   34          int32[S]  lengths of the sequences in tokens
 *   34 + 4 S    int64[S]  where each sequence begins in the .bin file, in bytes
 *   34 + 12 S   int64[D]  the first sequence of each document, and S at the end
 *   34 + 12 S + 8 D  int8[S]  modes of the sequences, in multimodal datasets only
 * </pre>
 *
 * <p>Nothing but the size of the file says whether there are modes.
 */
final class IndexFile implements AutoCloseable {
  static final byte[] MAGIC = "MMIDIDX\0\0".getBytes(StandardCharsets.US_ASCII);
  static final long VERSION = 1;
  static final int VERSION_AT = 9;
  static final int TYPE_AT = 17;
  static final int SEQUENCES_AT = 18;
  static final int DOCUMENTS_AT = 26;
  static final int HEADER = 34;

  private final MappedFile file;
  private final TokenType type;
  private final int sequences;
  private final int documents;
  private final boolean modes;
  private final long tokens;

  private IndexFile(MappedFile file, long binSize) {
    this.file = file;
    checkHeader();
    this.type = readType();
    this.sequences = readCount(SEQUENCES_AT, "sequences");
    int indices = readCount(DOCUMENTS_AT, "document indices");
    this.modes = checkSize(indices);
    this.documents = indices - 1;
    IndexCheck check = new IndexCheck(this, binSize);
    this.tokens = check.sequences();
    check.documents();
  }

  static IndexFile open(Path idx, long binSize, int window) throws IOException {
    return new IndexFile(MappedFile.open(idx, window), binSize);
  }

  MappedFile file() {
    return file;
  }

  TokenType type() {
    return type;
  }

  int sequences() {
    return sequences;
  }

  int documents() {
    return documents;
  }

  boolean hasModes() {
    return modes;
  }

  /** The sum of all lengths. */
  long tokens() {
    return tokens;
  }

  int length(int sequence) {
    return file.intAt(lengthAt(sequence));
  }

  /** Copies the lengths of consecutive sequences. */
  void lengths(int first, int[] target, int count) {
    file.ints(lengthAt(first), target, 0, count);
  }

  /** Where a sequence begins in the {@code .bin} file, in bytes. */
  long pointer(int sequence) {
    return file.longAt(pointerAt(sequence));
  }

  /** The first sequence of a document; for the number of documents, the number of sequences. */
  long documentIndex(int document) {
    return file.longAt(documentAt(document));
  }

  byte mode(int sequence) {
    return file.byteAt(documentAt(documents + 1) + sequence);
  }

  long lengthAt(int sequence) {
    return HEADER + 4L * sequence;
  }

  long pointerAt(int sequence) {
    return HEADER + 4L * sequences + 8L * sequence;
  }

  long documentAt(int document) {
    return HEADER + 12L * sequences + 8L * document;
  }

  private void checkHeader() {
    if (file.size() < HEADER) {
      throw wrong(file.size(), "the file ends within its header of " + HEADER + " bytes");
    }
    for (int i = 0; i < MAGIC.length; i++) {
      if (file.byteAt(i) != MAGIC[i]) {
        throw wrong(
            i,
            "0x%02x is not of the magic MMIDIDX: no .idx file of an indexed dataset"
                .formatted(file.byteAt(i) & 0xff));
      }
    }
    if (file.longAt(VERSION_AT) != VERSION) {
      throw wrong(
          VERSION_AT,
          "version "
              + Long.toUnsignedString(file.longAt(VERSION_AT))
              + ", only version 1 is known");
    }
  }

  private TokenType readType() {
    int code = file.byteAt(TYPE_AT) & 0xff;
    return TokenType.ofCode(code)
        .orElseThrow(() -> wrong(TYPE_AT, "unknown type code " + code + ", there are 1 to 8"));
  }

  private int readCount(int at, String what) {
    long count = file.longAt(at);
    if (count < 0 || count > Integer.MAX_VALUE) {
      throw wrong(
          at, Long.toUnsignedString(count) + " " + what + ", at most 2147483647 are possible");
    }
    return (int) count;
  }

  /** Whether the size is that of a file with modes. */
  private boolean checkSize(int indices) {
    if (indices < 1) {
      throw wrong(DOCUMENTS_AT, "no document indices, at least one is needed");
    }
    long expected = HEADER + 12L * sequences + 8L * indices;
    if (file.size() != expected && file.size() != expected + sequences) {
      throw wrong(
          SEQUENCES_AT,
          "%d sequences and %d document indices need a file of %d bytes, or %d with modes, it has %d"
              .formatted(sequences, indices, expected, expected + sequences, file.size()));
    }
    return file.size() != expected;
  }

  DataFormatException wrong(long offset, String problem) {
    return DataFormatException.atOffset(file.file(), offset, problem);
  }

  @Override
  public void close() {
    file.close();
  }
}
