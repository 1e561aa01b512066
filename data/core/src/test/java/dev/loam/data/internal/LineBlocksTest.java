// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.data.DataFormatException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LineBlocksTest {
  private static final String TEXT = "a\nbb\r\n\r\rccccccccc\n\r\nd\r\n\n\nee\r";
  private static final List<String> LINES =
      List.of("a\n", "bb\r\n", "\r", "\r", "ccccccccc\n", "\r\n", "d\r\n", "\n", "\n", "ee\r");

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 16, 31, 64})
  void linesAreTheSameWhereverTheBlocksEnd(int blockSize) throws IOException {
    for (String tail : List.of("", "f", "\n")) {
      Path file = Files.writeString(folder.resolve("in"), TEXT + tail);
      List<String> lines = new ArrayList<>();
      long offset = 0;
      try (LineBlocks blocks = new LineBlocks(file, blockSize)) {
        for (Optional<LineBlocks.Block> b = blocks.next(); b.isPresent(); b = blocks.next()) {
          assertThat(b.get().offset()).isEqualTo(offset);
          offset += b.get().length();
          BlockLines in = new BlockLines(b.get());
          while (in.next()) {
            byte[] bytes = b.get().bytes();
            int length = in.to() - in.from();
            lines.add(new String(bytes, in.from(), length, StandardCharsets.UTF_8) + in.end());
          }
        }
      }
      List<String> expected = new ArrayList<>(LINES);
      if (tail.equals("f")) {
        expected.add(tail);
      } else if (tail.equals("\n")) {
        expected.set(expected.size() - 1, "ee\r\n");
      }
      assertThat(lines).isEqualTo(expected);
    }
  }

  @Test
  void aLineHasALimit() throws IOException {
    Path file = Files.writeString(folder.resolve("in"), "ok\n" + "x".repeat(5 << 20));
    try (LineBlocks blocks = new LineBlocks(file, 1 << 10, 1 << 21)) {
      assertThat(blocks.next()).isPresent();
      assertThatThrownBy(blocks::next)
          .isInstanceOf(DataFormatException.class)
          .hasMessageContaining("in, byte 3: a line longer than 2 MiB");
    }
  }
}
