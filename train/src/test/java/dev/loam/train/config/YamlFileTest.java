// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class YamlFileTest {
  @TempDir Path folder;

  private ConfigNode.Mapping read(String text) {
    return read(new ConfigFiles(folder).write(text));
  }

  private static ConfigNode.Mapping read(Path file) {
    Problems problems = new Problems();
    ConfigNode.Mapping mapping = YamlFile.read(file, problems);
    problems.throwIfAny();
    return mapping;
  }

  private void refused(String text, String place, String problem) {
    assertThatThrownBy(() -> assertTimeoutPreemptively(Duration.ofSeconds(20), () -> read(text)))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith(folder.resolve("run.yaml") + ":" + place)
        .hasMessageContaining(problem);
  }

  private static ConfigNode at(ConfigNode node, String... path) {
    ConfigNode result = node;
    for (String key : path) {
      ConfigNode.Entry entry = ((ConfigNode.Mapping) result).entries().get(key);
      if (entry == null) {
        throw new AssertionError("no key " + key);
      }
      result = entry.value();
    }
    return result;
  }

  private static String text(ConfigNode node, String... path) {
    return ((ConfigNode.Scalar) at(node, path)).text();
  }

  /** What other readers take for booleans, octal, sexagesimal numbers, dates and floats. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "no",
        "on",
        "y",
        "012",
        "0o14",
        "0x1F",
        "1:30",
        "12:30:45",
        "1_000",
        "1e3",
        "1.e-3",
        ".5",
        "2026-01-01",
        ".inf",
        ".NaN",
        "+7",
        "True",
        "null_",
        "1.10",
        "3.0"
      })
  void scalarsStayText(String written) {
    ConfigNode.Mapping root = read("a: " + written + "\n" + written + ": b\n");
    assertThat(at(root, "a")).isInstanceOf(ConfigNode.Scalar.class);
    assertThat(text(root, "a")).isEqualTo(written);
    assertThat(text(root, written)).isEqualTo("b");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "~", "null", "Null", "NULL"})
  void nothingIsNull(String written) {
    assertThat(((ConfigNode.Scalar) at(read("a: " + written + "\n"), "a")).isNull()).isTrue();
    assertThat(((ConfigNode.Scalar) at(read("a: '" + written + "'\n"), "a")).isNull()).isFalse();
  }

  @Test
  void placesAreThoseOfTheFile() {
    ConfigNode.Mapping root = read("a:\n  b: 1\n  c: [x,\n   y]\n");
    assertThat(at(root, "a", "b").origin()).hasToString(folder.resolve("run.yaml") + ":2:6");
    assertThat(((ConfigNode.Items) at(root, "a", "c")).items().get(1).origin())
        .hasToString(folder.resolve("run.yaml") + ":4:4");
  }

  @Test
  void anchorsAndMergeKeys() {
    ConfigNode.Mapping root =
        read(
            """
            base: &base {x: 1, y: 2}
            other: &other {y: 8, z: 9}
            one: {<<: *base, y: 3}
            two: {y: 4, <<: *base}
            three: {<<: [*base, *other]}
            same: *base
            """);
    assertThat(text(root, "one", "x") + text(root, "one", "y")).isEqualTo("13");
    assertThat(text(root, "two", "x") + text(root, "two", "y")).isEqualTo("14");
    assertThat(text(root, "three", "y") + text(root, "three", "z")).isEqualTo("29");
    assertThat(text(root, "same", "y")).isEqualTo("2");
    assertThat(((ConfigNode.Mapping) at(root, "one")).entries()).doesNotContainKey("<<");
  }

  @Test
  void duplicateKeys() {
    refused("a: 1\nb: 2\na: 3\n", "3:1: ", "key 'a' stands twice");
    refused("s: {x: 1, 'x': 2}\n", "1:11: ", "key 'x' stands twice");
  }

  @Test
  void tabs() {
    refused("a:\n\tb: 1\n", "2:1: ", "not valid YAML");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "!!javax.script.ScriptEngineManager [x]",
        "!!java.net.URL [\"http://127.0.0.1\"]",
        "!!java.io.File /etc/passwd",
        "!!python/object/apply:os.system [ls]",
        "!!binary aGVsbG8=",
        "!!set {x, y}",
        "!local {x: 1}",
        "!<tag:example.org,2000:t> x",
      })
  void tags(String value) {
    refused("a:\n  - " + value + "\n", "2:5: ", "tag");
    refused("? " + value + "\n: 1\n", "1:3: ", "");
  }

  /** Ten levels of ten, the classic; and few enough aliases to pass the parser's own limit. */
  @Test
  void billionsOfLaughs() {
    refused(laughs(10, 10, "[%s]"), "", "aliases");
    ConfigNode.Items last = (ConfigNode.Items) at(read(laughs(16, 2, "[%s]")), "a16");
    assertThat(last.items().get(0)).isSameAs(last.items().get(1));
    refused(laughs(16, 2, "[%s]") + "b: {<<: *a16}\n", "18:5: ", "<< merges sections only");
    assertThat(read(laughs(16, 3, "{<<: [%s]}")).entries()).hasSize(17);
  }

  private static String laughs(int levels, int width, String value) {
    StringBuilder text = new StringBuilder("a0: &a0 {x: ha}\n");
    for (int i = 1; i <= levels; i++) {
      String aliases = String.join(", ", List.of(("*a" + (i - 1) + " ").repeat(width).split(" ")));
      text.append("a%d: &a%d ".formatted(i, i)).append(value.formatted(aliases)).append('\n');
    }
    return text.toString();
  }

  @Test
  void valuesThatContainThemselves() {
    refused("a: &a [1, *a]\n", "1:4: ", "contains itself");
    refused("a: &a {b: {c: *a}}\n", "1:4: ", "contains itself");
    refused("a: &a {<<: *a}\n", "1:4: ", "contains itself");
  }

  @Test
  void deepNesting() {
    refused("a: " + "[".repeat(10_000), "", "not valid YAML");
    refused("a: " + "{b: ".repeat(10_000), "", "not valid YAML");
    refused("a:\n" + "- ".repeat(10_000), "", "not valid YAML");
  }

  @Test
  void severalDocumentsOrNone() {
    refused("a: 1\n---\nb: 2\n", "2:1: ", "not valid YAML");
    refused("", "", "the top level must be keys and values");
    refused("- a\n", "", "the top level must be keys and values");
    refused("? [a]\n: 1\n", "1:3: ", "a key must be a plain word");
  }

  @Test
  void bytesThatAreNoConfiguration() throws IOException {
    Path file = folder.resolve("run.yaml");
    Files.write(file, new byte[] {'a', ':', ' ', (byte) 0xff, '\n'});
    assertThatThrownBy(() -> read(file)).hasMessage(file + ": not UTF-8");
    Files.write(file, "a: \u0000\n".getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(ConfigException.class)
        .hasMessage(file + ":1:4: not valid YAML: the character U+0000 is not allowed");
    Files.writeString(file, "a: 1 #" + "x".repeat(1 << 20));
    assertThatThrownBy(() -> read(file)).hasMessageContaining("larger than 1 MiB");
    Files.writeString(file, "\ufeffa: \u00e9\ud83d\ude00\r\nb: 2\r\n");
    assertThat(text(read(file), "a")).isEqualTo("\u00e9\ud83d\ude00");
    assertThatThrownBy(() -> read(folder)).hasMessageContaining("no such file");
    assertThatThrownBy(() -> read(folder.resolve("none.yaml")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("none.yaml: no such file");
  }

  /** Random text made of YAML's own signs is read or refused, and nothing else. */
  @Test
  void anyTextIsReadOrRefused() {
    String[] pieces = {
      "a", "b", ": ", ":", "\n", "\n  ", "- ", "[", "]", "{", "}", ", ", "&a ", "*a", "!!str ",
      "!x ", "<<", "? ", "|\n", ">-\n", "'", "\"", "#", " #", "%", "@", "`", "\t", "---\n", "...\n",
      "~", "\\x", "\u0085", "\ud83d", "0"
    };
    SplittableRandom random = new SplittableRandom(1);
    int readable = 0;
    for (int i = 0; i < 20_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int n = random.nextInt(1, 14); n > 0; n--) {
        text.append(pieces[random.nextInt(pieces.length)]);
      }
      try {
        Problems problems = new Problems();
        assertThat(YamlFile.value(text.toString(), "--x", problems).origin())
            .isEqualTo(Origin.of("--x"));
        problems.throwIfAny();
        readable++;
      } catch (ConfigException e) {
        assertThat(e).hasMessageStartingWith("--x: ");
      }
    }
    assertThat(readable).isGreaterThan(1000);
  }
}
