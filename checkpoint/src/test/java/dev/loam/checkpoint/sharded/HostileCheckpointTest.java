// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.sharded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.checkpoint.CheckpointException;
import dev.loam.checkpoint.MemoryFolder;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Checkpoints whose digests are right and whose contents are not. */
class HostileCheckpointTest {
  private static final String FILE = "weights-00001-of-00001.safetensors";
  private static final String BIG = "999999999999999998:999999999999999999";

  @TempDir(factory = MemoryFolder.class)
  Path root;

  private Path folder;

  @BeforeEach
  void nameFolder() {
    folder = root.resolve("iteration_00000001");
  }

  private void assertRefused(Path forged, String message) {
    assertThatThrownBy(() -> Checkpoint.open(forged).close())
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith(folder.toString())
        .hasMessageContaining(message)
        .hasMessageContaining("; ");
  }

  private static Arguments boxes(String name, Consumer<Forge> boxes, String message) {
    return Arguments.of(name, boxes, message);
  }

  static Stream<Arguments> boxes() {
    return Stream.of(
        boxes("gap", f -> f.with("x[0:2]", 2).with("x[3:4]", 1), "have 3 of the 4 elements"),
        boxes("no start", f -> f.with("x[1:2]", 1), "have 1 of the 2 elements"),
        boxes(
            "hole in a matrix",
            f -> f.with("x[0:2,0:1]", 2, 1).with("x[0:1,1:2]", 1, 1),
            "have 3 of the 4 elements"),
        boxes("overlap", f -> f.with("x[0:2]", 2).with("x[1:3]", 2), "overlap"),
        boxes("same rows", f -> f.with("x[0:2,0:2]", 2, 2).with("x[1:3,1:3]", 2, 2), "overlap"),
        boxes(
            "left of another", f -> f.with("x[0:2,1:3]", 2, 2).with("x[1:3,0:2]", 2, 2), "overlap"),
        boxes(
            "overlap that hides a gap",
            f -> f.with("x[0:2]", 2).with("x[1:2]", 1).with("x[3:4]", 1),
            "overlap"),
        boxes("whole and part", f -> f.with("x", 2).with("x[0:1]", 1), "overlap"),
        boxes("part of zero", f -> f.with("x", 0, 5).with("x[0:1,0:5]", 1, 5), "is empty"),
        boxes("two ranks", f -> f.with("x[0:1]", 1).with("x[1:2,0:1]", 1, 1), "differ in rank"),
        boxes(
            "two types",
            f -> f.with("x[0:1]", 1).with("F32", 4, "x[1:2]", 1),
            "differ in rank or type"),
        boxes("scalar", f -> f.with("x"), "is no key of a box"),
        boxes("three dimensions", f -> f.with("x", 1, 1, 1), "is no key of a box"),
        boxes(
            "too many elements",
            f -> f.with("x[0:1," + BIG + "]", 1, 1).with("x[" + BIG + ",0:1]", 1, 1),
            "too many elements"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("boxes")
  void boxesThatDoNotCoverAreRefused(String name, Consumer<Forge> boxes, String message) {
    Forge forge = new Forge(folder);
    boxes.accept(forge);
    assertRefused(forge.file(FILE).forged(), message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[0:1]",
        "x[",
        "x]",
        "x[]",
        "x[0]",
        "x[0:1",
        "x0:1]",
        "x[0:1]]",
        "x[[0:1]",
        "x[0:1]y",
        "x[0:1][0:1]",
        "x[1:0]",
        "x[0:0]",
        "x[0:2]",
        "x[1:3]",
        "x[-1:0]",
        "x[+0:1]",
        "x[00:1]",
        "x[0:01]",
        "x[0 :1]",
        "x[0:1,]",
        "x[0:1,0:1]",
        "x[0:1,0:1,0:1]",
        "x[0:1e0]",
        "x[0x0:1]",
        "x[0:1.0]",
        "x[:1]",
        "x[0:]",
        "x[999999999999999999:1000000000000000000]",
        "x[9223372036854775807:9223372036854775808]",
        "x[9223372036854775807:-9223372036854775808]",
        "x[4294967296:4294967297,0:1]",
        "x[٠:١]",
        "x(0:1)]"
      })
  void keyOfNoBoxIsRefused(String key) {
    assertRefused(new Forge(folder).with(key, 1).file(FILE).forged(), "is no key of a box");
  }

  @Test
  void keysAreExact() {
    Forge forge = new Forge(folder).with("a b/:{}", 1).with("y[0:1,0:2]", 1, 2).with("z", 0, 3);
    try (Checkpoint checkpoint = Checkpoint.open(forge.file(FILE).forged())) {
      assertThat(checkpoint.names()).containsExactly("a b/:{}", "y", "z");
      assertThat(checkpoint.shape("y").toArray()).containsExactly(1, 2);
      assertThat(checkpoint.shape("z").toArray()).containsExactly(0, 3);
    }
  }

  @Test
  void weightThatIsAMomentIsRefused() {
    Forge forge = new Forge(folder).with("x", 1).file(FILE);
    assertRefused(
        forge.with("x", 1).file("moments-00001-of-00001.safetensors").forged(),
        "'x' is both a weight and a moment");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../x",
        "/etc/passwd",
        "C:x",
        "C:\\x",
        "\\\\host\\x",
        "a/../../b",
        "a/b",
        "./x",
        ".",
        "..",
        "file:x",
        "http://h/x",
        "x\0",
        "x\n",
        "",
        ".hidden",
        "manifest.json",
        "other.safetensors",
        "../weights-00001-of-00001.safetensors",
        "weights-/../../x.safetensors"
      })
  void fileThatIsElsewhereIsRefused(String name) throws IOException {
    Files.createFile(root.resolve("x"));
    assertRefused(
        new Forge(folder).file("a.json", new byte[0]).alias("a.json", name).forged(),
        "names the file '");
  }

  @ParameterizedTest
  @ValueSource(strings = {FILE, "config.json", "manifest.json"})
  void linkOutOfTheFolderIsRefused(String name) throws IOException {
    Path forged =
        new Forge(folder).with("x", 1).file(FILE).file("config.json", new byte[3]).forged();
    Checkpoint.open(forged).close();
    Path outside = root.resolve("outside");
    Files.move(forged.resolve(name), outside);
    Files.createSymbolicLink(forged.resolve(name), outside);
    assertRefused(forged, "outside the folder");
  }

  static Stream<Arguments> manifests() {
    return Stream.of(
        manifest("newer", "\"version\": 1", "\"version\": 2", "use a Loam that reads version 2"),
        manifest("a list", "{\n  \"format\"", "[\n  \"format\"", "does not start with '{'"),
        manifest("no format", "\"format\"", "\"form\"", "the key 'form' where 'format'"),
        manifest("other format", "loam-checkpoint", "x", "format is 'x'"),
        manifest("negative step", "\"step\": 1", "\"step\": -1", "step is -1"),
        manifest("no number", "\"step\": 1", "\"step\": \"1\"", "step is '1'"),
        manifest("float", "\"step\": 1", "\"step\": 1.0", "step is 1.0"),
        manifest("long", "\"step\": 1", "\"step\": 9223372036854775808", "step is 9223372036"),
        manifest("digits", "\"step\": 1", "\"step\": " + "9".repeat(99999), "not valid JSON"),
        manifest("no blocks", "\"block\": 4096", "\"block\": 0", "block is 0"),
        manifest("blocks", "\"block\": 4096", "\"block\": 16777217", "block is 16777217"),
        manifest("order", "\"state\": {", "\"files\": {", "'files' where 'state' is expected"),
        manifest("nested", "\"state\": {", "\"state\": {\"a\": {}", "'a' is an object"),
        manifest("deep", "\"state\": {", "\"state\": {\"a\": " + "[".repeat(99999), "is an array"),
        manifest("twice", "\"state\": {", "\"state\": {\"a\": \"\", \"\\u0061\": \"\"", "uplicate"),
        manifest("surrogate", "\"state\": {", "\"state\": {\"a\": \"\\ud800\"", "surrogate"),
        manifest("bytes", "{\"bytes\": 3", "{\"bytes\": 4", "has 3 bytes, the manifest says 4"),
        manifest("huge", "{\"bytes\": 3", "{\"bytes\": 9223372036854775807", "has 1 digests of"),
        manifest("digest", "{\"bytes\": 3", "{\"bytes\": 0", "has 1 digests of blocks"),
        manifest("unknown key", "{\"bytes\": 3", "{\"x\": 1, \"bytes\": 3", "where 'bytes'"),
        manifest("upper case", "\"crc32c\": \"", "\"crc32c\": \"ABCDEF01", "is ABCDEF01"),
        manifest("odd digest", "\"crc32c\": \"", "\"crc32c\": \"0", "crc32c of 'config.json' is"),
        manifest("end", "\"}\n  },\n", "\"}},\n\"crc32c\": \"\"}\n", "goes on after its closing"),
        manifest(
            "second file", "\"config.json\"", "\"c\": {}, \"config.json\"", "a name in quotes"),
        manifest("text", "\"config.json\"", "\"absent.json\"", "'absent.json' is missing"));
  }

  private static Arguments manifest(String name, String old, String changed, String message) {
    return Arguments.of(name, old, changed, message);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("manifests")
  void manifestIsRefused(String name, String old, String changed, String message)
      throws IOException {
    Forge forge = new Forge(folder).file("config.json", "{}\n".getBytes(StandardCharsets.UTF_8));
    String text = Files.readString(forge.forged().resolve("manifest.json"));
    String body = text.substring(0, text.lastIndexOf("  \"crc32c\""));
    String hostile =
        body.substring(0, body.indexOf(old))
            + changed
            + body.substring(body.indexOf(old) + old.length());
    assertRefused(forge.sealed(hostile), message);
  }

  @Test
  void manifestBeyondTheLimitsIsRefused() throws IOException {
    Forge forge = new Forge(folder);
    String text = Files.readString(forge.forged().resolve("manifest.json"));
    String body = text.substring(0, text.lastIndexOf("  \"crc32c\""));
    StringBuilder entries = new StringBuilder();
    for (int i = 0; i <= Manifest.MAX_STATE; i++) {
      entries.append(i == 0 ? "\"" : ",\"").append(i).append("\":\"\"");
    }
    assertRefused(
        forge.sealed(body.replace("\"state\": {", "\"state\": {" + entries)),
        "state has more entries, the limit is 10000");
    String files = entries.toString().replace("\"\"", "{\"bytes\": 0, \"crc32c\": \"\"}");
    assertRefused(
        forge.sealed(body.replace("\"files\": {", "\"files\": {" + files)),
        "there are more files, the limit is 10000");
    assertRefused(forge.sealed(body + " ".repeat(Manifest.MAX_BYTES)), "the limit is 8388608");
  }

  /** A box to each element of a square matrix, from its last rows to its first. */
  private Path many(String name, int side, boolean overlapping) {
    folder = root.resolve(name);
    Forge forge = new Forge(folder);
    for (int row = side - 1; row >= 0; row--) {
      for (int column = 0; column < side; column++) {
        String rows = row + ":" + (row + 1);
        forge.with("x[" + rows + "," + column + ":" + (column + 1) + "]", 1, 1);
      }
    }
    if (overlapping) {
      forge.with("x", 1, 1);
    }
    return forge.file(FILE).forged();
  }

  @Test
  void manyBoxesTakeLittleTimeAndMemory() throws Exception {
    Path most = many("most", 316, false);
    Path overlapping = many("overlapping", 316, true);
    Path tooMany = many("too many", 448, false);
    List<String> results = SmallHeap.open(most, overlapping, tooMany);
    assertThat(results).hasSize(3);
    assertThat(results.get(0)).isEqualTo("opened 1");
    assertThat(results.get(1)).contains("overlap");
    assertThat(results.get(2)).contains("holds more tensors, the limit is 100000");
    for (Path path : List.of(most, overlapping, tooMany)) {
      Duration shortest = Stream.generate(() -> cpuTime(path)).limit(3).sorted().toList().get(0);
      assertThat(shortest).as(path.toString()).isLessThan(Duration.ofSeconds(1));
    }
  }

  private static Duration cpuTime(Path path) {
    long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    try {
      Checkpoint.open(path).close();
    } catch (CheckpointException e) {
      assertThat(e).hasMessageStartingWith(path.toString());
    }
    long end = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    return Duration.ofNanos(end - start);
  }
}
