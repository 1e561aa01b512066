// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A file of UTF-8 text, read whole or line by line. Lines end at LF and nothing else, which stays
 * part of them. Bytes that are not UTF-8 are an error that names the first. For one thread.
 */
final class TextInput implements AutoCloseable {
  private final Path file;
  private final InputStream in;
  private long offset;

  TextInput(Path file, String expected) throws IOException {
    this.file = InputFiles.require(file, expected);
    this.in = new BufferedInputStream(Files.newInputStream(file));
  }

  /** All of a file. */
  static String read(Path file, String expected) throws IOException {
    try (TextInput text = new TextInput(file, expected)) {
      return text.decode(text.in.readAllBytes());
    }
  }

  /** The next line with its LF, if it has one; nothing at the end of the file. */
  Optional<String> nextLine() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    int next = in.read();
    while (next >= 0) {
      line.write(next);
      if (next == '\n') {
        break;
      }
      next = in.read();
    }
    return line.size() == 0 ? Optional.empty() : Optional.of(decode(line.toByteArray()));
  }

  private String decode(byte[] utf8) {
    ByteBuffer bytes = ByteBuffer.wrap(utf8);
    CharBuffer text = CharBuffer.allocate(utf8.length);
    CoderResult result =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .decode(bytes, text, true);
    if (result.isError()) {
      throw new UsageException(
          "%s, byte %d: 0x%02x begins no UTF-8 character; convert the file to UTF-8"
              .formatted(file, offset + bytes.position(), bytes.get(bytes.position()) & 0xff));
    }
    offset += utf8.length;
    return text.flip().toString();
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
