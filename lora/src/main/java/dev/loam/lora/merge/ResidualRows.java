// SPDX-License-Identifier: Apache-2.0
package dev.loam.lora.merge;

import dev.loam.checkpoint.CheckpointException;
import dev.loam.checkpoint.safetensors.Text;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** The residuals of one tensor. */
final class ResidualRows implements AutoCloseable {
  private final Path file;
  private final ZipFile zip;
  private final InputStream in;
  private final StoredBits type;
  private final int rowBytes;

  private ResidualRows(Path file, ZipFile zip, InputStream in, StoredBits type, int rowBytes) {
    this.file = file;
    this.zip = zip;
    this.in = in;
    this.type = type;
    this.rowBytes = rowBytes;
  }

  static ResidualRows open(Path file, String name, StoredBits type, long columns) {
    int rowBytes = Math.toIntExact(columns * type.bytes());
    try {
      ZipFile zip = new ZipFile(file.toFile());
      ZipEntry entry = zip.getEntry(name);
      if (entry == null) {
        zip.close();
        throw new CheckpointException(
            file + ": has no entry " + Text.quote(name) + "; merge again to have it written anew");
      }
      return new ResidualRows(file, zip, zip.getInputStream(entry), type, rowBytes);
    } catch (IOException e) {
      throw damaged(file, e);
    }
  }

  /** Passes over rows. */
  void skip(long rows) {
    try {
      in.skipNBytes(rows * rowBytes);
    } catch (IOException e) {
      throw damaged(file, e);
    }
  }

  /** The next row. */
  int[] next() {
    try {
      byte[] row = in.readNBytes(rowBytes);
      if (row.length < rowBytes) {
        throw new IOException("an entry is too short");
      }
      return RowBytes.decode(row, type.bytes());
    } catch (IOException e) {
      throw damaged(file, e);
    }
  }

  private static CheckpointException damaged(Path file, IOException e) {
    return new CheckpointException(
        "%s: is damaged: %s; merge again to have it written anew"
            .formatted(file, Text.printable(String.valueOf(e.getMessage()))),
        e);
  }

  @Override
  public void close() {
    try {
      zip.close();
    } catch (IOException e) {
      throw damaged(file, e);
    }
  }
}
