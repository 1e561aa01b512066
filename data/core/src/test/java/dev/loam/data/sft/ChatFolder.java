// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.sft;

import dev.loam.data.loader.RecordSource;
import dev.loam.data.loader.RecordTable;
import dev.loam.tokenizer.HuggingFaceTokenizer;
import dev.loam.tokenizer.Tokenizer;
import dev.loam.tokenizer.training.BpeTrainerSettings;
import dev.loam.tokenizer.training.ByteLevelBpeTrainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** A tokenizer of single bytes with a chat template that is like Qwen3's, and tables of records. */
record ChatFolder(Path folder) {
  private static final String TEMPLATE =
      "{%- for m in messages %}{{- '<|im_start|>' + m.role + '\\n' }}"
          + "{%- if m.role == 'assistant' and loop.last %}{{- '<think>\\n' }}"
          + "{{- m.reasoning_content or '' }}{{- '\\n</think>\\n' }}{%- endif %}"
          + "{{- m.content }}{%- for call in m.tool_calls or [] %}"
          + "{{- '<call>' + call.name + ' ' }}{{- call.arguments | tojson }}{%- endfor %}"
          + "{{- '<|im_end|>\\n' }}{%- endfor %}"
          + "{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}"
          + "{%- if enable_thinking is defined and enable_thinking is false %}"
          + "{{- '<think>\\n\\n</think>\\n' }}{%- endif %}{%- endif %}";

  static ChatFolder create(Path folder) throws IOException {
    try (ByteLevelBpeTrainer trainer =
        new ByteLevelBpeTrainer(
            BpeTrainerSettings.of(262)
                .withSpecialTokens(
                    List.of(
                        "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<think>", "</think>")))) {
      trainer.feed("a b");
      trainer.train().save(folder);
    }
    Files.writeString(folder.resolve("chat_template.jinja"), TEMPLATE);
    return new ChatFolder(folder);
  }

  Tokenizer tokenizer() {
    return HuggingFaceTokenizer.load(folder);
  }

  InstructionOptions.Builder options(int length) {
    return InstructionOptions.builder(folder, length);
  }

  InstructionSamples samples(InstructionOptions.Builder options, String... lines)
      throws IOException {
    Path file = folder.resolve("records.jsonl");
    Files.writeString(file, String.join("\n", lines) + "\n");
    try (RecordTable table = RecordSource.of(file.toString()).open()) {
      return InstructionSamples.of(table, options.build());
    }
  }

  /** What the labels say, and the text. */
  String trained(dev.loam.data.Sample sample) {
    int[] labels =
        Arrays.stream(sample.labels()).filter(id -> id != EncodedSample.IGNORED).toArray();
    return tokenizer().decode(labels, false);
  }
}
