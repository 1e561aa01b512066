// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.training;

import dev.loam.tokenizer.TokenizerFormatException;
import dev.loam.tokenizer.internal.Utf8;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * Reads a file in blocks of which each can be counted by itself, however long its lines are. For
 * one thread.
 */
final class TextBlocks implements AutoCloseable {
  /**
   * A part of a file.
   *
   * @param utf8 which no one changes any more
   * @param offset of its first byte in the file
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Block(Path file, byte[] utf8, int length, long offset) {
    /** Refuses what is not UTF-8. */
    void requireUtf8() {
      int malformed = Utf8.firstMalformed(utf8, 0, length);
      if (malformed < length) {
        throw new TokenizerFormatException(
            "%s, byte %d: 0x%02x begins no UTF-8 character; convert the file to UTF-8"
                .formatted(file, offset + malformed, utf8[malformed] & 0xFF));
      }
    }
  }

  private final BpeTrainerSettings settings;
  private final Path file;
  private final InputStream in;
  private final int blockSize;
  private final int longest;
  private byte[] rest = new byte[0];
  private long offset;

  /**
   * Opens a file.
   *
   * @param blockSize bytes to read at a time
   * @param longest so many bytes or more without a place to cut are refused
   */
  TextBlocks(BpeTrainerSettings settings, Path file, int blockSize, int longest)
      throws IOException {
    this.settings = settings;
    this.file = file;
    this.in = Files.newInputStream(file);
    this.blockSize = blockSize;
    this.longest = longest;
  }

  /**
   * The next part of the file, empty at its end.
   *
   * @throws TokenizerFormatException if a word is too long
   */
  Optional<Block> next() throws IOException {
    byte[] buffer = Arrays.copyOf(rest, Math.max(blockSize, 2 * rest.length));
    int length = rest.length;
    while (true) {
      length += in.readNBytes(buffer, length, buffer.length - length);
      if (length < buffer.length) { // the end of the file
        rest = new byte[0];
        return length == 0 ? Optional.empty() : Optional.of(block(buffer, length));
      }
      int cut = SafeCut.last(settings, buffer, 0, length);
      if (cut > 0) {
        rest = Arrays.copyOfRange(buffer, cut, length);
        return Optional.of(block(buffer, cut));
      }
      if (length >= longest) {
        throw tooLong(buffer, length);
      }
      buffer = Arrays.copyOf(buffer, 2 * length);
    }
  }

  private TokenizerFormatException tooLong(byte[] buffer, int length) {
    int lastCharacter = 3; // of which a part may be missing
    if (Utf8.firstMalformed(buffer, 0, length) < length - lastCharacter) {
      new Block(file, buffer, length, offset).requireUtf8();
    }
    return new TokenizerFormatException(
        "%s, byte %d: %d bytes without the end of a word; train on text only"
            .formatted(file, offset, length));
  }

  private Block block(byte[] utf8, int length) {
    Block block = new Block(file, utf8, length, offset);
    offset += length;
    return block;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
