// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.data.DataFormatException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileSearchTest {
  @TempDir private Path folder;

  private void files(String... names) throws IOException {
    for (String name : names) {
      Records.write(folder.resolve(name), "");
    }
  }

  private List<String> found(String glob) throws IOException {
    return names(RecordFiles.find(folder + "/" + glob));
  }

  private List<String> names(List<Path> files) {
    return files.stream().map(f -> folder.relativize(f).toString()).toList();
  }

  @Test
  void globsAreThoseOfPythonInTheOrderOfNames() throws IOException {
    files("b.jsonl", "a.jsonl", "a.txt", ".h.jsonl", "d/c.jsonl", "d/e/f.jsonl", "[x].jsonl");
    assertThat(found("*.jsonl")).containsExactly("[x].jsonl", "a.jsonl", "b.jsonl");
    assertThat(found("*/*.jsonl")).containsExactly("d/c.jsonl");
    assertThat(found("**/*.jsonl"))
        .containsExactly("[x].jsonl", "a.jsonl", "b.jsonl", "d/c.jsonl", "d/e/f.jsonl");
    assertThat(found("[ab].???*")).containsExactly("a.jsonl", "a.txt", "b.jsonl");
    assertThat(found("[x].jsonl")).containsExactly("[x].jsonl");
    assertThat(found("d/c.jsonl")).containsExactly("d/c.jsonl");
    assertThatThrownBy(() -> found("*.csv")).hasMessageContaining("no file matches");
    assertThatThrownBy(() -> found("no/*.csv")).hasMessageContaining("no file matches");
    assertThatThrownBy(() -> found("c.jsonl")).hasMessageContaining("no such file");
    assertThatThrownBy(() -> found("[a.csv*"))
        .isInstanceOf(DataFormatException.class)
        .hasMessageContaining("not a glob");
    assertThatThrownBy(() -> RecordFiles.find("a\0b")).isInstanceOf(DataFormatException.class);
  }

  @Test
  void aFolderGivesItsCommonestFormat() throws IOException {
    files("data/b.jsonl.gz", "data/a.jsonl", "info.json", "README.md", ".c/x.csv", "_d.csv");
    assertThat(found("")).containsExactly("data/a.jsonl", "data/b.jsonl.gz");
  }

  @Test
  void splitsGoByTheNamesOfShards() throws IOException {
    files(
        "data/train-00001-of-00002.parquet",
        "data/train-00000-of-00002.parquet",
        "data/train_sft-00000-of-00001-abc.parquet",
        "data/test.parquet");
    assertThat(names(RecordFiles.ofSplit(folder, "train")))
        .containsExactly("data/train-00000-of-00002.parquet", "data/train-00001-of-00002.parquet");
    assertThat(names(RecordFiles.ofSplit(folder, "train_sft"))).hasSize(1);
    assertThatThrownBy(() -> RecordFiles.ofSplit(folder, "test"))
        .isInstanceOf(DataFormatException.class)
        .hasMessageContaining("no split \"test\"; there is [train, train_sft]");
  }

  @Test
  void splitsGoByWordsInNames() throws IOException {
    files("my_train_2.csv", "trainer.csv", "valid/a.csv", "b-dev.csv", "test.csv");
    assertThat(names(RecordFiles.ofSplit(folder, "train"))).containsExactly("my_train_2.csv");
    assertThat(names(RecordFiles.ofSplit(folder, "validation")))
        .containsExactly("b-dev.csv", "valid/a.csv");
    assertThat(names(RecordFiles.ofSplit(folder, "test"))).containsExactly("test.csv");
  }

  @Test
  void withoutAWordAllIsTrain() throws IOException {
    files("a.csv", "b.csv");
    assertThat(names(RecordFiles.ofSplit(folder, "train"))).containsExactly("a.csv", "b.csv");
    assertThatThrownBy(() -> RecordFiles.ofSplit(folder, "test")).hasMessageContaining("[train]");
  }

  @Test
  void namesSayTheFormat() throws IOException {
    assertThat(RecordFiles.format(List.of(Path.of("a.JSONL"), Path.of("b.jsonl.gz"))))
        .isEqualTo(RecordFormat.JSON_LINES);
    assertThatThrownBy(() -> RecordFiles.format(List.of(Path.of("a.jsonl"), Path.of("b.csv"))))
        .hasMessageContaining("different formats");
    assertThatThrownBy(() -> RecordFiles.format(List.of(Path.of("a.bin"))))
        .hasMessageContaining("a.bin: the name says no known format")
        .hasMessageContaining(".jsonl");
    assertThatThrownBy(() -> RecordFiles.format(List.of())).hasMessageContaining("no files");
  }
}
