// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.loader;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.data.DataFormatException;
import dev.loam.testkit.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordSourceTest {
  private static final String ID = "garden-club/sea.notes";

  @TempDir Path folder;

  private Path write(String name, String... lines) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, String.join("\n", lines) + "\n");
  }

  private static List<Object> texts(RecordSource source) throws IOException {
    return texts(source, new HubCache(Path.of("no/such/cache")));
  }

  private static List<Object> texts(RecordSource source, HubCache cache) throws IOException {
    try (RecordTable table = source.open(cache)) {
      return Tables.column(table, "text");
    }
  }

  private static RecordSource source(Path path, String split) {
    return new RecordSource(path.toString(), Map.of(), split);
  }

  @Test
  void splitsOfAFolder() throws IOException {
    write("notes/train-00000-of-00002.jsonl", "{\"text\": \"a\"}", "{\"text\": \"b\"}");
    write("notes/train-00001-of-00002.jsonl", "{\"text\": \"c\"}");
    write("notes/test-00000-of-00001.jsonl", "{\"text\": \"d\", \"note\": 1}");
    write("notes/README.md", "# notes");
    Path notes = folder.resolve("notes");
    assertThat(texts(source(notes, "train"))).containsExactly("a", "b", "c");
    assertThat(texts(source(notes, "test+train[:2]+train[-1:]")))
        .containsExactly("d", "a", "b", "c");
    assertThatThrownBy(() -> texts(source(notes, "validation")))
        .isInstanceOf(DataFormatException.class)
        .hasMessageContainingAll(notes.toString(), "no split \"validation\"");
    assertThatThrownBy(() -> source(notes, "train["))
        .hasMessageContaining("split 'train[' is not understood");
  }

  @Test
  void filesOfAFormat() throws IOException {
    Path lines = write("a.txt", "one", "", "two");
    Path csv = write("b.data", "text,n", "x,1", "\"y,z\",2");
    Path array = write("c.json", "[{\"text\": \"p\"},", " {\"text\": \"q\"}]");
    assertThat(texts(source(lines, "train"))).containsExactly("one", "", "two");
    assertThat(texts(files("csv", csv))).containsExactly("x", "y,z");
    assertThat(texts(files("json", array))).containsExactly("p", "q");
    assertThat(texts(files("text", array))).hasSize(2);
    assertThatThrownBy(() -> texts(RecordSource.of("json")))
        .hasMessageContainingAll("json: is a format", "data_files");
  }

  private static RecordSource files(String format, Path file) {
    return new RecordSource(format, Map.of("train", List.of(file.toString())), "train");
  }

  @Test
  void dataFilesAreWithinTheFolder() throws IOException {
    write("notes/a1.jsonl", "{\"text\": \"a\"}");
    write("notes/a2.jsonl", "{\"text\": \"b\"}");
    write("notes/deep/c.jsonl", "{\"text\": \"c\"}");
    Map<String, List<String>> files =
        Map.of("train", List.of("a*.jsonl", "a1.jsonl"), "test", List.of("deep/c.jsonl"));
    String notes = folder.resolve("notes").toString();
    assertThat(texts(new RecordSource(notes, files, "train"))).containsExactly("a", "b");
    assertThat(texts(new RecordSource(notes, files, "test"))).containsExactly("c");
    assertThatThrownBy(() -> texts(new RecordSource(notes, files, "dev")))
        .hasMessageContaining("no split \"dev\"");
    Path file = folder.resolve("notes/a1.jsonl");
    assertThatThrownBy(() -> texts(new RecordSource(file.toString(), files, "train")))
        .hasMessageContainingAll("a1.jsonl", "is no folder");
    assertThatThrownBy(
            () -> texts(new RecordSource(notes, Map.of("train", List.of("b*.jsonl")), "train")))
        .hasMessageContainingAll("b*.jsonl", "no file matches");
  }

  @Test
  void dataSetsOfTheHubAreTakenFromTheCache() throws IOException {
    HubCache cache = HubCache.of(Map.of("HF_HOME", folder.resolve("hf").toString()), folder);
    String home = "hf/hub/datasets--garden-club--sea.notes/";
    assertThatThrownBy(() -> texts(RecordSource.of(ID), cache))
        .isInstanceOf(DataFormatException.class)
        .hasMessageContainingAll(
            ID + ": neither a file or folder here",
            folder.resolve(home).toString(),
            "huggingface-cli download --repo-type dataset " + ID);
    write(home + "snapshots/aaa/train.jsonl", "{\"text\": \"old\"}");
    assertThat(texts(RecordSource.of(ID), cache)).containsExactly("old");
    write(home + "snapshots/bbb/train.jsonl", "{\"text\": \"new\"}");
    assertThatThrownBy(() -> texts(RecordSource.of(ID), cache))
        .hasMessageContaining("several revisions");
    write(home + "refs/main", "../../../x");
    assertThatThrownBy(() -> texts(RecordSource.of(ID), cache))
        .hasMessageContaining("several revisions");
    write(home + "refs/main", "bbb");
    assertThat(texts(RecordSource.of(ID), cache)).containsExactly("new");
  }

  @Test
  void theCacheIsWhereTheEnvironmentSays() {
    Path home = Path.of("/home/me");
    assertThat(HubCache.of(Map.of(), home).root()).hasToString("/home/me/.cache/huggingface/hub");
    assertThat(HubCache.of(Map.of("XDG_CACHE_HOME", "/c"), home).root())
        .hasToString("/c/huggingface/hub");
    assertThat(HubCache.of(Map.of("HF_HOME", "~/hf", "XDG_CACHE_HOME", "/c"), home).root())
        .hasToString("/home/me/hf/hub");
    assertThat(HubCache.of(Map.of("HF_HUB_CACHE", "/h", "HF_HOME", "/x"), home).root())
        .hasToString("/h");
  }

  @Test
  void whatIsNotThereOrCannotBeReadIsNamed() throws IOException {
    assertThatThrownBy(() -> texts(source(folder.resolve("none.jsonl"), "train")))
        .isInstanceOf(DataFormatException.class)
        .hasMessageContaining("none.jsonl: no such file or folder");
    assertThatThrownBy(() -> texts(RecordSource.of("a\0b")))
        .isInstanceOf(DataFormatException.class);
    Path saved = folder.resolve("saved");
    write("saved/state.json", "{}");
    assertThatThrownBy(() -> texts(source(saved, "train")))
        .hasMessageContainingAll("saved", "save_to_disk", "to_json");
    Path damaged = write("damaged.jsonl", "{\"text\": \"a\"}", "{\"text\": ");
    assertThatThrownBy(() -> texts(source(damaged, "train"))).hasMessageContaining(damaged + ":2");
    Path empty = Files.writeString(folder.resolve("empty.jsonl"), "");
    try (RecordTable table = source(empty, "train").open()) {
      assertThat(table.size()).isZero();
      assertThat(table.columns()).isEmpty();
      assertThat(table.take(5).shuffle(1).flatten().size()).isZero();
    }
  }

  @Test
  void tooManyNamesAreRefused() throws IOException {
    StringBuilder line = new StringBuilder("{\"a\": 0");
    for (int i = 0; i < 10_000; i++) {
      line.append(", \"n").append(i).append("\": 0");
    }
    Path file = write("wide.jsonl", line.append('}').toString());
    assertThatThrownBy(() -> texts(source(file, "train")))
        .hasMessageContainingAll("wide.jsonl:1", "more than 10000 different names");
  }

  @Test
  void nothingIsLeftInTheTemporaryFolder() throws IOException {
    Path file = write("a.jsonl", "{\"text\": \"a\"}", "{");
    long before = spools();
    assertThatThrownBy(() -> texts(source(file, "train"))).isInstanceOf(DataFormatException.class);
    assertThat(texts(source(write("b.jsonl", "{\"text\": \"b\"}"), "train"))).hasSize(1);
    assertThat(spools()).isEqualTo(before);
  }

  private static long spools() throws IOException {
    try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return files.filter(f -> f.getFileName().toString().startsWith("loam-records-")).count();
    }
  }

  /** The digests are those of the same operations with Hugging Face's datasets 5.0. */
  @Test
  void alpacaAsHuggingFaceTakesAndShufflesIt() throws IOException {
    Path file = TestData.shared("alpaca/zh_instruct_3000.json");
    try (RecordTable table = RecordSource.of(file.toString()).open()) {
      assertThat(table.columns()).containsExactly("instruction", "input", "output");
      assertThat(table.size()).isEqualTo(3000);
      RecordTable shuffled = table.take(1000).shuffle(42);
      assertThat(shuffled.get(0).text("instruction")).contains("建议如何解决这个问题。");
      assertThat(digest(shuffled)).isEqualTo(2365331079L);
      RecordTable sorted =
          table
              .shuffle(42)
              .take(1000)
              .sort(new SortOrder(List.of("instruction"), List.of(false), false));
      assertThat(digest(sorted)).isEqualTo(3288158364L);
    }
  }

  private static long digest(RecordTable table) {
    CRC32 digest = new CRC32();
    for (Object output : Tables.column(table, "output")) {
      digest.update(((String) output).getBytes(UTF_8));
    }
    return digest.getValue();
  }
}
