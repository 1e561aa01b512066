// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/** Token ids as int32, little-endian, one after the other. */
final class IdFile {
  private IdFile() {}

  static void write(int[] ids, OutputStream out) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int id : ids) {
      out.write(bytes.putInt(0, id).array());
    }
  }

  static int[] read(Path file) throws IOException {
    byte[] bytes =
        Files.readAllBytes(InputFiles.require(file, "token ids as int32, little-endian"));
    if (bytes.length % Integer.BYTES != 0) {
      throw new UsageException(
          file + ": " + bytes.length + " bytes are not a whole number of int32 token ids");
    }
    int[] ids = new int[bytes.length / Integer.BYTES];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(ids);
    for (int i = 0; i < ids.length; i++) {
      if (ids[i] < 0) {
        throw new UsageException(
            file + ", byte " + (long) i * Integer.BYTES + ": token id " + ids[i] + " is negative");
      }
    }
    return ids;
  }
}
