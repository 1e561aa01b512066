// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.indexed;

import dev.loam.data.DataFormatException;
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
 * </pre>
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
  private final long tokens;

  private IndexFile(MappedFile file, long binSize) {
    this.file = file;
    checkHeader();
    this.type = readType();
    this.sequences = readCount(SEQUENCES_AT, "sequences");
    int indices = readCount(DOCUMENTS_AT, "document indices");
    checkSize(indices);
    this.documents = indices - 1;
    this.tokens = checkSequences(binSize);
    checkDocuments();
  }

  static IndexFile open(Path idx, long binSize, int window) throws IOException {
    return new IndexFile(MappedFile.open(idx, window), binSize);
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

  /** The sum of all lengths. */
  long tokens() {
    return tokens;
  }

  int length(int sequence) {
    return file.intAt(lengthAt(sequence));
  }

  /** Where a sequence begins in the {@code .bin} file, in bytes. */
  long pointer(int sequence) {
    return file.longAt(pointerAt(sequence));
  }

  /** The first sequence of a document; for the number of documents, the number of sequences. */
  long documentIndex(int document) {
    return file.longAt(documentAt(document));
  }

  private long lengthAt(int sequence) {
    return HEADER + 4L * sequence;
  }

  private long pointerAt(int sequence) {
    return HEADER + 4L * sequences + 8L * sequence;
  }

  private long documentAt(int document) {
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
        .orElseThrow(
            () ->
                wrong(
                    TYPE_AT,
                    switch (code) {
                      case 6, 7 -> "type code " + code + " is a floating point type, not token ids";
                      default -> "unknown type code " + code;
                    }));
  }

  private int readCount(int at, String what) {
    long count = file.longAt(at);
    if (count < 0 || count > Integer.MAX_VALUE) {
      throw wrong(
          at, Long.toUnsignedString(count) + " " + what + ", at most 2147483647 are possible");
    }
    return (int) count;
  }

  private void checkSize(int indices) {
    if (indices < 1) {
      throw wrong(DOCUMENTS_AT, "no document indices, at least one is needed");
    }
    long expected = HEADER + 12L * sequences + 8L * indices;
    if (file.size() == expected) {
      return;
    }
    String found =
        "%d sequences and %d document indices need a file of %d bytes, it has %d"
            .formatted(sequences, indices, expected, file.size());
    throw wrong(
        SEQUENCES_AT,
        file.size() == expected + sequences
            ? found + " (the modes of a multimodal dataset, which cannot be read)"
            : found);
  }

  private long checkSequences(long binSize) {
    long sum = 0;
    long previous = 0;
    for (int i = 0; i < sequences; i++) {
      int length = length(i);
      long pointer = pointer(i);
      if (length < 0) {
        throw wrong(lengthAt(i), "sequence " + i + " has length " + length);
      }
      if (pointer < previous) {
        throw wrong(
            pointerAt(i), "sequence %d begins at %d, before %d".formatted(i, pointer, previous));
      }
      // Neither side can overflow: a length is an int, and the file size a true one.
      if ((long) length * type.bytes() > binSize - pointer) {
        throw wrong(
            pointerAt(i),
            "sequence %d of %d tokens at byte %d is not within the .bin file of %d bytes; the two"
                    .formatted(i, length, pointer, binSize)
                + " files do not belong together or the .bin file is cut short");
      }
      sum += length;
      previous = pointer;
    }
    return sum;
  }

  private void checkDocuments() {
    long previous = 0;
    for (int i = 0; i <= documents; i++) {
      long index = documentIndex(i);
      if (index < previous || index > sequences) {
        throw wrong(
            documentAt(i),
            "document index %d is %d, not from %d to %d".formatted(i, index, previous, sequences));
      }
      if (i == 0 && index != 0) {
        throw wrong(documentAt(i), "the first document index is " + index + ", not 0");
      }
      previous = index;
    }
    if (previous != sequences) {
      throw wrong(
          documentAt(documents),
          "the last document index is %d, not the number of sequences, %d"
              .formatted(previous, sequences));
    }
  }

  private DataFormatException wrong(long offset, String problem) {
    return DataFormatException.atOffset(file.file(), offset, problem);
  }

  @Override
  public void close() {
    file.close();
  }
}
