// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.data.DataFormatException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Utf8LinesTest {
  @TempDir private Path folder;

  private List<String> read(Path file) throws IOException {
    List<String> lines = new ArrayList<>();
    try (Utf8Lines in = new Utf8Lines(file)) {
      for (Optional<Utf8Lines.Line> l = in.next(); l.isPresent(); l = in.next()) {
        Utf8Lines.Line line = l.get();
        lines.add(line.number() + ":" + line.text() + (line.terminated() ? "$" : ""));
      }
    }
    return lines;
  }

  private List<String> read(byte[] content) throws IOException {
    return read(Files.write(folder.resolve("in.txt"), content));
  }

  private List<String> read(String content) throws IOException {
    return read(content.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void linesEndAtAnyOfThreeLineEndsAndNothingElse() throws IOException {
    assertThat(read("a\nb\r\nc\rd\r\re\u0085\u2028\f\u000b\u001cf"))
        .containsExactly("1:a$", "2:b$", "3:c$", "4:d$", "5:$", "6:e\u0085\u2028\f\u000b\u001cf");
    assertThat(read("")).isEmpty();
    assertThat(read("\r\n")).containsExactly("1:$");
    assertThat(read("\n\r")).containsExactly("1:$", "2:$");
  }

  @Test
  void aLineEndMayFallBetweenTwoReads() throws IOException {
    String most = "x".repeat((1 << 16) - 1);
    assertThat(read(most + "\r\ny\n")).containsExactly("1:" + most + "$", "2:y$");
    String more = "\u00e9".repeat(200_000);
    assertThat(read(more + "\n" + more)).containsExactly("1:" + more + "$", "2:" + more);
  }

  @Test
  void namesTheFirstByteThatIsNotUtf8() {
    byte[] bad = {'o', 'k', '\r', '\n', (byte) 0xc3, (byte) 0xa9, (byte) 0xff, '\n'};
    assertThatThrownBy(() -> read(bad))
        .isInstanceOf(DataFormatException.class)
        .hasMessageContaining("in.txt, byte 6: 0xff")
        .hasMessageContaining("line 2");
    assertThatThrownBy(() -> read(new byte[] {'a', (byte) 0xe2, (byte) 0x82, '\n'}))
        .hasMessageContaining("byte 1: 0xe2");
    assertThatThrownBy(() -> read(new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80}))
        .hasMessageContaining("byte 0: 0xed");
  }

  @Test
  void decompressesGzip() throws IOException {
    Path file = folder.resolve("in.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write("a\nb".getBytes(StandardCharsets.UTF_8));
    }
    assertThat(read(file)).containsExactly("1:a$", "2:b");
    Files.writeString(file, "plain text");
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(DataFormatException.class)
        .hasMessageContaining("not a gzip file");
  }
}
