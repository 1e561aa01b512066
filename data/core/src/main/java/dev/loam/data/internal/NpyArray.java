// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.internal;

import dev.loam.data.DataFormatException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A {@code .npy} file of little-endian whole numbers (NumPy's format, versions 1.0 to 3.0), mapped
 * into memory. Rows of several columns are given one after the other.
 */
public final class NpyArray implements IndexArray {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int VERSION_AT = 6;
  private static final int LENGTH_AT = 8;
  private static final int MAX_HEADER = 1 << 16;
  private static final Pattern HEADER =
      Pattern.compile(
          "\\{'descr': '([^']*)', 'fortran_order': (True|False), 'shape': \\(([0-9, ]*)\\), *\\}\\s*");

  private final MappedFile file;
  private final NpyType type;
  private final long rows;
  private final long columns;
  private final long dataAt;

  private NpyArray(MappedFile file) {
    this.file = file;
    if (file.size() < LENGTH_AT + Integer.BYTES) {
      throw wrong(file.size(), "the file ends within its header");
    }
    for (int i = 0; i < MAGIC.length; i++) {
      if (file.byteAt(i) != MAGIC[i]) {
        throw wrong(i, "not the magic of an .npy file");
      }
    }
    int version = file.byteAt(VERSION_AT);
    if (version < 1 || version > 3) {
      throw wrong(VERSION_AT, "version " + version + " of the format, known are 1 to 3");
    }
    int headerAt = LENGTH_AT + (version == 1 ? Short.BYTES : Integer.BYTES);
    long length =
        version == 1 ? file.shortAt(LENGTH_AT) & 0xffff : file.intAt(LENGTH_AT) & 0xffffffffL;
    if (length > MAX_HEADER || headerAt + length > file.size()) {
      throw wrong(LENGTH_AT, "a header of " + length + " bytes in a file of " + file.size());
    }
    Matcher header = HEADER.matcher(text(headerAt, (int) length));
    if (!header.matches() || header.group(2).equals("True")) {
      throw wrong(headerAt, "not the header of an array in rows");
    }
    this.type =
        NpyType.of(header.group(1))
            .orElseThrow(() -> wrong(headerAt, "type " + header.group(1) + " is not known"));
    long[] shape = shape(header.group(3), headerAt);
    this.rows = shape[0];
    this.columns = shape[1];
    this.dataAt = headerAt + length;
    long bytes = file.size() - dataAt;
    // Division, as the product may overflow.
    if (bytes % type.bytes() != 0
        || (columns == 0 ? bytes != 0 : bytes / type.bytes() % columns != 0)
        || (columns != 0 && bytes / type.bytes() / columns != rows)) {
      throw wrong(
          dataAt,
          "%d bytes of data, not %d x %d of %s".formatted(bytes, rows, columns, type.descr()));
    }
  }

  /**
   * Maps a file.
   *
   * @throws DataFormatException if it is damaged or holds something else
   */
  public static NpyArray open(Path file) throws IOException {
    return new NpyArray(MappedFile.open(file));
  }

  private String text(int at, int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = file.byteAt(at + i);
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private long[] shape(String text, int at) {
    long[] shape = {1, 1};
    int dimensions = 0;
    for (String part : text.replace(" ", "").split(",", 0)) {
      if (part.isEmpty() || part.length() > 18 || dimensions == shape.length) {
        throw wrong(at, "shape (" + text + "), there may be one or two dimensions");
      }
      shape[dimensions++] = Long.parseLong(part);
    }
    return shape;
  }

  private DataFormatException wrong(long offset, String problem) {
    return DataFormatException.atOffset(file.file(), offset, problem);
  }

  /** What is mapped. */
  public Path file() {
    return file.file();
  }

  /** The first dimension. */
  public long rows() {
    return rows;
  }

  /** The second dimension; 1 where there is none. */
  public long columns() {
    return columns;
  }

  @Override
  public long size() {
    return rows * columns;
  }

  @Override
  public long get(long position) {
    long at = dataAt + position * type.bytes();
    return switch (type) {
      case INT16 -> file.shortAt(at);
      case INT32 -> file.intAt(at);
      case UINT32 -> file.intAt(at) & 0xffffffffL;
      case INT64 -> file.longAt(at);
    };
  }
}
