// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.mindspeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.data.DataFormatException;
import dev.loam.data.mindspeed.MindSpeedOptions.OnUnusable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What no golden file shows: other shapes of rows, several turns, rows that cannot be used. */
class MindSpeedPreprocessorTest {
  private static final String EMPTY_THOUGHTS = "<think>\n\n</think>\n\n";

  @TempDir Path folder;

  private List<String> rows() throws IOException {
    List<String> rows = new ArrayList<>();
    try (InstructionData data = InstructionData.open(folder.resolve("out"))) {
      for (int i = 0; i < data.rows(); i++) {
        rows.add(InstructionRows.show(data.inputIds(i), data.labels(i)));
      }
    }
    return rows;
  }

  private static MindSpeedOptions.Builder options() {
    return MindSpeedOptions.builder().optThinking(Thinking.LEARNED);
  }

  private static String turn(String question, String answer) {
    return "<|im_start|>user\n"
        + question
        + "<|im_end|>\n<|im_start|>assistant\n[["
        + EMPTY_THOUGHTS
        + answer
        + "<|im_end|>\n]]";
  }

  @Test
  void rowsOfAllShapes() throws IOException {
    InstructionRows.preprocess(
        folder,
        options().build(),
        "{'instruction': 'a', 'input': 'b', 'output': 'c', 'system': 's', 'history': [['q', 'r']]}"
            .replace('\'', '"'),
        "{'conversations': [{'from': 'human', 'value': 'q'}, {'from': 'gpt', 'value': 'r'}]}"
            .replace('\'', '"'),
        """
        {"messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "q"},\
         {"role": "assistant", "content": "r"}, {"role": "user", "content": "a"},\
         {"role": "assistant", "content": ""}]}\
        """);
    String system = "<|im_start|>system\ns<|im_end|>\n";
    assertThat(rows())
        .containsExactly(
            system + turn("q", "r") + turn("a\nb", "c"),
            turn("q", "r"),
            system + turn("q", "r") + turn("a", ""));
  }

  @Test
  void fieldsCanHaveOtherNames() throws IOException {
    RowKeys keys =
        new RowKeys(Map.of("prompt", "ask", "query", "", "response", "say", "system", ""));
    InstructionRows.preprocess(
        folder,
        options().optKeys(keys).build(),
        "{\"ask\": \"a\", \"input\": \"b\", \"say\": \"c\", \"system\": \"s\"}");
    assertThat(rows()).containsExactly(turn("a", "c"));
    assertThatThrownBy(() -> new RowKeys(Map.of("promt", "ask")))
        .hasMessageStartingWith("map-keys: unknown \"promt\"; known are [assistant_tag,");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "a <think>b</think>\\n\\nc; a \\n\\nc",
        "<think>b\\n</think>\\n\\nc<think>d</think>e; ce",
        "<think>b; <think>b",
        "</think>\\nc; </think>\\nc",
        "\\n\\nc; c"
      })
  void thoughtsCanBeTakenOut(String answer, String rest) {
    assertThat(Qwen3Template.withoutThoughts(answer.replace("\\n", "\n")))
        .isEqualTo(rest.replace("\\n", "\n"));
  }

  @Test
  void whatIsTooLongIsCutTurnByTurn() throws IOException {
    String row = "{\"instruction\": \"a\", \"output\": \"c\", \"history\": [[\"q\", \"r\"]]}";
    InstructionRows.preprocess(
        folder, MindSpeedOptions.builder().optSequenceLength(96).build(), row);
    // The first turn, of 82 tokens, fits; of the second 13 of 82 are kept, in proportion.
    assertThat(rows())
        .containsExactly(
            "<|im_start|>user\nq<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n"
                + "[[r<|im_end|>\n]]<|im_start|>[[c]]");
  }

  @Test
  void theTokenAppendedMayMakeARowTooLong() throws IOException {
    MindSpeedOptions.Builder options = options().optSequenceLength(84).optAppended('$');
    String fits = "{\"instruction\": \"\", \"output\": \"\"}";
    String full = "{\"instruction\": \"\", \"output\": \"0123\"}";
    var result = InstructionRows.preprocess(folder, options.build(), fits, full);
    assertThat(result.problems())
        .containsExactly(
            folder.resolve("rows.jsonl")
                + ":2: 84 tokens, which is not below the sequence length of 84; raise --seq-length");
    assertThat(result.documents()).as("the second is empty").isEqualTo(2);
    assertThat(rows()).hasSize(1).first().asString().endsWith("$]]");
    InstructionRows.preprocess(folder, options.optPacking(Packing.NEAT, ' ').build(), fits, full);
    assertThat(rows()).as("cut, not left out").hasSize(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      quoteCharacter = '`',
      value = {
        "{'a': 1}#no field \"instruction\"; the record has [a]",
        "{'instruction': 'a'}#no field \"output\"; the record has [instruction]",
        "{'instruction': 'a', 'output': 1}#field \"output\" must be a string or a list of strings, it has 1",
        "{'instruction': 'a', 'output': ['b', 'c']}#field \"output\" has 2 answers, must have one",
        "{'instruction': 'a', 'output': 'b', 'history': ['x']}#field \"history\" must be pairs of texts, it has x",
        "{'instruction': 'a', 'output': 'b', 'history': 'x'}#field \"history\" must be a list, it has x",
        "{'messages': []}#field \"messages\" does not end with an answer",
        "{'messages': [{'role': 'user', 'content': 'a'}]}#field \"messages\" does not end with an answer",
        "{'messages': [{'role': 'assistant', 'content': 'a'}]}#message 0 of \"messages\" is of \"assistant\", \"user\" must come here",
        "{'messages': [{'role': 'user', 'content': 'a'}, {'role': 'tool', 'content': 'a'}]}#message 1 of \"messages\" is of \"tool\", \"assistant\" must come here",
        "{'messages': [{'role': 'user'}]}#message 0 of \"messages\" has no text \"content\": {role=user}",
        "{'conversations': 1}#field \"conversations\" must be a list, it has 1"
      })
  void rowsThatAreNoConversation(String row, String problem) throws IOException {
    String bad = row.replace('\'', '"');
    String good = "{\"instruction\": \"a\", \"output\": \"b\"}";
    String message = folder.resolve("rows.jsonl") + ":2: " + problem;
    assertThatThrownBy(() -> InstructionRows.preprocess(folder, options().build(), good, bad, good))
        .isInstanceOf(DataFormatException.class)
        .hasMessage(message);
    var result =
        InstructionRows.preprocess(
            folder, options().optOnUnusable(OnUnusable.SKIP).build(), good, bad, good);
    assertThat(result.problems()).containsExactly(message);
    assertThat(rows()).containsExactly(turn("a", "b"), turn("a", "b"));
    InstructionRows.preprocess(
        folder, options().optOnUnusable(OnUnusable.EMPTY).build(), good, bad, good);
    assertThat(rows()).containsExactly(turn("a", "b"), turn("", ""), turn("a", "b"));
  }

  @Test
  void withoutAUsableRowThereIsNothingToWrite() {
    assertThatThrownBy(() -> InstructionRows.preprocess(folder, options().build()))
        .isInstanceOf(DataFormatException.class);
    MindSpeedOptions skipping = options().optOnUnusable(OnUnusable.SKIP).build();
    assertThatThrownBy(() -> InstructionRows.preprocess(folder, skipping, "{\"a\": 1}"))
        .hasMessageContaining("no row can be used, the first because of")
        .hasMessageContaining("rows.jsonl:1: no field");
    assertThat(folder.resolve("out_packed_labels_document.bin")).doesNotExist();
  }

  @Test
  void optionsThatDoNotFit() {
    assertThatThrownBy(() -> options().optPacking(Packing.PLAIN, 0).build())
        .hasMessageContaining("give --seq-length");
    assertThatThrownBy(() -> options().optSequenceLength(1).build())
        .hasMessage("seq-length is 1, must be at least 2");
    assertThatThrownBy(() -> options().optWorkers(0).build()).hasMessageContaining("workers is 0");
  }
}
