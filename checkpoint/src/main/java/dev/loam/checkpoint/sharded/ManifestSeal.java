// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.sharded;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * How a manifest protects itself: it ends with {@code "crc32c": "xxxxxxxx"}}, a closing brace and a
 * line feed, the digits being the CRC32C of all bytes before them. True of every version of the
 * format.
 */
final class ManifestSeal {
  private static final String BEFORE = "  \"crc32c\": \"";
  private static final String AFTER = "\"}\n";
  private static final int DIGITS = 8;
  private static final int LENGTH = BEFORE.length() + DIGITS + AFTER.length();

  private ManifestSeal() {}

  /** The whole of a manifest whose text goes as far as the seal. */
  static byte[] append(String text) {
    String sealed = text + BEFORE;
    byte[] bytes = (sealed + "0".repeat(DIGITS) + AFTER).getBytes(StandardCharsets.UTF_8);
    byte[] seal = seal(bytes);
    System.arraycopy(seal, 0, bytes, bytes.length - LENGTH, LENGTH);
    return bytes;
  }

  /** Refuses a manifest in which a single bit is not as it was written. */
  static void check(Path path, byte[] bytes) {
    if (bytes.length < LENGTH) {
      throw Damage.at(path, "is " + bytes.length + " bytes long, cut short");
    }
    byte[] wanted = seal(bytes);
    byte[] found = Arrays.copyOfRange(bytes, bytes.length - LENGTH, bytes.length);
    if (!Arrays.equals(wanted, found)) {
      throw Damage.at(path, "is damaged or cut short: its CRC32C does not fit its contents");
    }
  }

  /** What a manifest must end with. */
  private static byte[] seal(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, bytes.length - AFTER.length() - DIGITS);
    String text = BEFORE + BlockDigests.hex((int) crc.getValue()) + AFTER;
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
