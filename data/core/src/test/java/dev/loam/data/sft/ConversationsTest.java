// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.sft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.data.Sample;
import dev.loam.data.loader.RecordSource;
import dev.loam.data.loader.RecordTable;
import dev.loam.data.record.DataRecord;
import dev.loam.testkit.TestData;
import dev.loam.tokenizer.HuggingFaceTokenizer;
import dev.loam.tokenizer.Tokenizer;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/**
 * Random conversations through Qwen3's template: all of the text is Jinja2's, and what is trained
 * is what the assistants say, to the end of their turns. {@code conversations.jsonl} was written by
 * {@code random_conversations.py} beside it (seed 7); the system property {@code
 * loam.conversations} names another file of that kind.
 */
class ConversationsTest {
  @Test
  void textIsJinjasAndOnlyAnswersAreTrained() throws IOException, URISyntaxException {
    Path folder = TestData.shared("qwen3-tokenizer");
    Tokenizer tokenizer = HuggingFaceTokenizer.load(folder);
    Path own =
        Path.of(Objects.requireNonNull(getClass().getResource("conversations.jsonl")).toURI());
    String file = System.getProperty("loam.conversations", own.toString());
    InstructionOptions options =
        InstructionOptions.builder(folder, 1 << 20).optFormat(ConversationFormat.OPENAI).build();
    try (RecordTable table = RecordSource.of(file).open()) {
      InstructionSamples samples = InstructionSamples.of(table, options);
      assertThat(samples.size()).isEqualTo(table.size()).isGreaterThanOrEqualTo(40);
      for (int i = 0; i < table.size(); i++) {
        DataRecord record = table.get(i);
        Sample sample = samples.get(i);
        String text = tokenizer.decode(sample.inputIds(), false);
        assertThat(text).as("text " + i).isEqualTo(composed(record.requireText("text")));
        int[] labels = Arrays.stream(sample.labels()).filter(id -> id != -100).toArray();
        String answers = String.join("", record.requireTexts("answers"));
        assertThat(tokenizer.decode(labels, false)).as("answers " + i).isEqualTo(composed(answers));
      }
    }
  }

  /** As the tokenizer does, which composes characters. */
  private static String composed(String text) {
    return Normalizer.normalize(text, Normalizer.Form.NFC);
  }
}
