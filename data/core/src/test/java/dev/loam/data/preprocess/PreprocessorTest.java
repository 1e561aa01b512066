// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.preprocess;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.data.DataFormatException;
import dev.loam.data.indexed.IndexedDataset;
import dev.loam.data.preprocess.PreprocessOptions.EmptyText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PreprocessorTest {
  @TempDir private Path folder;

  private Preprocessor.Result run(PreprocessOptions options, String... lines) throws IOException {
    Path input = Files.writeString(folder.resolve("in.jsonl"), String.join("\n", lines) + "\n");
    return new Preprocessor(new Characters(), options).run(input, folder.resolve("out"));
  }

  private List<List<String>> documents(String name) throws IOException {
    List<List<String>> documents = new ArrayList<>();
    try (IndexedDataset data = IndexedDataset.open(folder.resolve(name))) {
      for (int d = 0; d < data.documents(); d++) {
        List<String> sequences = new ArrayList<>();
        for (int s = data.documentStart(d); s < data.documentStart(d + 1); s++) {
          StringBuilder text = new StringBuilder();
          for (int token : data.sequence(s)) {
            text.appendCodePoint(token == Characters.END ? '$' : token);
          }
          sequences.add(text.toString());
        }
        documents.add(sequences);
      }
    }
    return documents;
  }

  @Test
  void aLineIsADocumentAndATextASequence() throws IOException {
    Preprocessor.Result result =
        run(
            PreprocessOptions.defaults(),
            "{\"text\": \"ab\\n\", \"id\": \"0\"}",
            "{\"id\": 1, \"text\": [\"c\", \"<e>d\"], \"x\": NaN}",
            "{\"text\": []}");
    assertThat(result.prefixes()).containsExactly(folder.resolve("out_text_document"));
    assertThat(result.documents()).isEqualTo(3);
    assertThat(result.tokens()).containsExactly(6L);
    assertThat(documents("out")).containsExactly(List.of("ab\n"), List.of("c", "$d"), List.of());
  }

  @Test
  void everyFieldMakesADataset() throws IOException {
    run(
        PreprocessOptions.defaults().withJsonKeys(List.of("a", "b")),
        "{\"a\": \"1\", \"b\": \"2\"}",
        "{\"b\": \"4\", \"a\": \"3\"}");
    assertThat(documents("out_a_document")).containsExactly(List.of("1"), List.of("3"));
    assertThat(documents("out_b_document")).containsExactly(List.of("2"), List.of("4"));
  }

  @Test
  void theEndTokenIsAppendedOnceToEveryDocumentThatIsNotEmpty() throws IOException {
    PreprocessOptions options = PreprocessOptions.defaults().withEndOfDocument(Characters.END);
    String[] lines = {"{\"text\": [\"a\", \"b\", \"\"]}", "{\"text\": \"\"}", "{\"text\": \"c\"}"};
    run(options, lines);
    assertThat(documents("out"))
        .containsExactly(List.of("a", "b", "$"), List.of(""), List.of("c$"));
    run(options.withEmptyText(EmptyText.NO_SEQUENCE), lines);
    assertThat(documents("out")).containsExactly(List.of("a", "b$"), List.of(), List.of("c$"));
  }

  @Test
  void workersKeepTheOrderOfTheLines() throws IOException {
    String[] lines = new String[3000];
    List<List<String>> expected = new ArrayList<>();
    for (int i = 0; i < lines.length; i++) {
      String text = (i % 97 == 0 ? "slow" : "") + i;
      lines[i] = "{\"text\": \"" + text + "\"}";
      expected.add(List.of(text));
    }
    run(PreprocessOptions.defaults().withWorkers(7), lines);
    assertThat(documents("out")).isEqualTo(expected);
  }

  @Test
  void noThreadIsLeftBehind() throws Exception {
    run(PreprocessOptions.defaults().withWorkers(3), "{\"text\": \"a\"}");
    assertThatThrownBy(() -> run(PreprocessOptions.defaults().withWorkers(3), "{}"))
        .isInstanceOf(DataFormatException.class);
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().startsWith("loam-preprocess")) {
        // A thread that has nothing left to do may still be about to end.
        thread.join(10_000);
        assertThat(thread.isAlive()).as(thread.getName()).isFalse();
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"text\": \"a\"            | column 13: broken JSON",
        "{\"text\": \"a\"} x         | broken JSON",
        "{\"id\": \"0\"}             | no field \"text\"; the object has [id]",
        "{\"text\": 5}               | field \"text\" must be a string or a list of strings, it has 5",
        "{\"text\": null}            | it has null",
        "{\"text\": [\"a\", {}]}     | it has {}",
        "[\"text\"]                  | not a JSON object but [\"text\"]",
        "` `                         | the line is blank",
        "{\"text\": \"\\ud83d\"}     | half a surrogate pair, \\ud83d"
      })
  void anUnusableLineIsNamed(String line, String message) {
    assertThatThrownBy(
            () -> run(PreprocessOptions.defaults().withWorkers(2), "{\"text\": \"ok\"}", line))
        .isInstanceOf(DataFormatException.class)
        .hasMessageContaining("in.jsonl:2: ")
        .hasMessageContaining(message);
    assertThat(folder).isDirectoryNotContaining(p -> p.toString().contains("out"));
  }

  @Test
  void longDocumentsArePossible() throws IOException {
    String text = "x".repeat(21_000_000);
    Preprocessor.Result result = run(PreprocessOptions.defaults(), "{\"text\": \"" + text + "\"}");
    assertThat(result.tokens()).containsExactly(21_000_000L);
  }

  @Test
  void refusesImpossibleOptions() {
    PreprocessOptions options = PreprocessOptions.defaults();
    assertThatThrownBy(() -> options.withWorkers(0)).hasMessageContaining("workers is 0");
    assertThatThrownBy(() -> options.withJsonKeys(List.of())).hasMessageContaining("json-keys []");
    assertThatThrownBy(() -> options.withJsonKeys(List.of("a", "a"))).hasMessageContaining("once");
  }
}
