// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.testkit.TestData;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files made to break a reader are refused with a reason, quickly and in little memory. */
class HostileTokenizerTest {
  /** Loads the folders it is given and prints what is said about each. */
  static final class Loader {
    private Loader() {}

    public static void main(String[] folders) {
      for (String folder : folders) {
        long start = System.nanoTime();
        String said;
        try {
          HuggingFaceTokenizer.load(Path.of(folder));
          said = "loaded";
        } catch (TokenizerFormatException e) {
          said = e.getMessage();
        }
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        System.out.println(Path.of(folder).getFileName() + " " + millis + " " + said);
      }
    }
  }

  /** Writes the value of the model's vocabulary or merges, or a whole file. */
  private interface Content {
    void write(BufferedWriter out) throws IOException;
  }

  @Test
  void hugeFilesAreRefusedInASmallHeap(@TempDir Path folder)
      throws IOException, InterruptedException {
    Map<String, String> expected = new LinkedHashMap<>();
    write(folder, "large", out -> repeat(out, "[[[],\"abcdef\",{}],", 4_500_000));
    expected.put("large", "more than the 67108864 that are read");
    write(folder, "string", out -> string(out, "{\"version\":\"", 20 << 20));
    expected.put("string", "not valid JSON");
    write(folder, "key", out -> string(out, "{\"", 20 << 20));
    expected.put("key", "not valid JSON");
    write(folder, "tree", out -> repeat(out.append("{\"normalizer\":["), "{},", 6_000_000));
    expected.put("tree", "not valid JSON at line 1, column ");
    write(folder, "keys", out -> keys(out.append('{'), 500_000, "1"));
    expected.put("keys", "not valid JSON");
    write(folder, "deep", out -> repeat(out.append("{\"model\":"), "[", 2_000_000));
    expected.put("deep", "not valid JSON");
    write(folder, "vocab", out -> keys(out.append("{\"model\":{\"vocab\":{"), 2_000_000, ""));
    expected.put("vocab", "not valid JSON");
    write(folder, "number", out -> string(out, "{\"model\":{\"vocab\":{\"a\":1", '0', 4 << 20));
    expected.put("number", "not valid JSON");
    write(
        folder,
        "added",
        out -> repeat(out.append("{\"added_tokens\":["), "{\"id\":1},", 1_000_000));
    expected.put("added", "not valid JSON");

    String said = load(folder, expected.keySet().stream().toList());
    for (Map.Entry<String, String> e : expected.entrySet()) {
      String line =
          said.lines().filter(l -> l.startsWith(e.getKey() + " ")).findFirst().orElse(said);
      assertThat(line).contains("tokenizer.json", e.getValue());
      assertThat(Long.parseLong(line.replaceFirst("^\\S+ (\\S+).*", "$1")))
          .as(line)
          .isLessThan(10_000);
    }
  }

  private static String load(Path folder, List<String> names)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx64m");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(Loader.class.getName());
    names.forEach(name -> command.add(folder.resolve(name).toString()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said;
  }

  private static void write(Path folder, String name, Content content) throws IOException {
    Path file = Files.createDirectories(folder.resolve(name)).resolve("tokenizer.json");
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      content.write(out);
    }
  }

  private static void repeat(Writer out, String part, int count) throws IOException {
    String block = part.repeat(1000);
    for (int i = 0; i < count; i += 1000) {
      out.write(block);
    }
  }

  private static void string(Writer out, String start, int length) throws IOException {
    string(out, start, 'x', length);
  }

  private static void string(Writer out, String start, char c, int length) throws IOException {
    out.write(start);
    repeat(out, String.valueOf(c), length);
  }

  private static void keys(Writer out, int count, String value) throws IOException {
    for (int i = 0; i < count; i++) {
      out.write("\"k" + i + "\":" + (value.isEmpty() ? String.valueOf(i) : value) + ",");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1e3",
        "1.5",
        "-1",
        "1000000000",
        "10000000000",
        "null",
        "\"1\"",
        "[1]",
        "{}",
        "true",
        "1048576",
        "-0.0",
        "1E400"
      })
  void idsThatAreNoneAreRefused(String id, @TempDir Path folder) throws IOException {
    refuse(folder, good().replace("\"a\":97", "\"a\":" + id), "$.model.vocab.a: ");
  }

  @Test
  void anIdOfFourHundredDigitsIsRefused(@TempDir Path folder) throws IOException {
    String id = "1" + "0".repeat(400);
    refuse(folder, good().replace("\"a\":97", "\"a\":" + id), "expected an integer, found 1000");
  }

  @Test
  void aTokenThatIsGivenTwiceIsRefused(@TempDir Path folder) throws IOException {
    refuse(folder, good().replace("\"a\":97", "\"a\":97,\"a\":97"), "the key \"a\" is given twice");
    refuse(folder, good().replace("\"a\":97", "\"a\":97,\"a\":9999"), "\"a\" is given twice");
    refuse(
        folder, good().replace("\"type\":\"BPE\"", "\"type\":\"BPE\",\"type\":1"), "given twice");
  }

  /** The ids of the tokens are one to one, whatever the hash of a token. */
  @Test
  void tokensThatDifferOnlyInTheirWritingDiffer() {
    Vocabulary.Builder builder = new Vocabulary.Builder();
    builder.add("日", 0, TokenizerFormatException::new);
    builder.add("æĹ¥", 1, TokenizerFormatException::new);
    Vocabulary vocabulary = builder.build();
    assertThat(vocabulary.id("日")).hasValue(0);
    assertThat(vocabulary.id("æĹ¥")).hasValue(1);
    assertThat(vocabulary.token(0)).hasValue("日");
    assertThat(vocabulary.token(1)).hasValue("æĹ¥");
  }

  /** Whatever happens to a file, it is loaded or refused with the only exception there is. */
  @Property(tries = 500)
  void aFileWithFlippedBytesIsLoadedOrRefused(
      @ForAll Random random, @ForAll @IntRange(min = 1, max = 4) int flips) throws IOException {
    Path folder = Files.createTempDirectory("loam-flipped");
    Path file = folder.resolve("tokenizer.json");
    byte[] bytes = good().getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < flips; i++) {
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
    }
    try {
      Files.write(file, bytes);
      HuggingFaceTokenizer.load(folder).encode("abc <|end|>", AddedTokens.all());
    } catch (TokenizerFormatException e) {
      assertThat(e).hasMessageStartingWith(file + ": ");
    } finally {
      Files.deleteIfExists(file);
      Files.delete(folder);
    }
  }

  private static String good() {
    return TestData.json(Tiny.folder().resolve("tokenizer.json")).toString();
  }

  private static void refuse(Path folder, String json, String complaint) throws IOException {
    Path file = Files.writeString(folder.resolve("tokenizer.json"), json);
    assertThat(json).isNotEqualTo(good());
    assertThatThrownBy(() -> HuggingFaceTokenizer.load(folder))
        .isInstanceOf(TokenizerFormatException.class)
        .hasMessageContainingAll(file + ": ", complaint);
  }
}
