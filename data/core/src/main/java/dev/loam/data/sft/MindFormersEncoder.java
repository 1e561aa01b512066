// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.sft;

import dev.loam.data.record.DataRecord;
import dev.loam.tokenizer.AddedTokens;
import dev.loam.tokenizer.Tokenizer;
import java.util.Arrays;

/**
 * The text of MindFormers' handlers for alpaca, and their labels: of Alpaca's shifted, with {@code
 * </s>} in letters at the end of answers; of CodeAlpaca's not shifted and without an end.
 */
record MindFormersEncoder(Tokenizer tokenizer, boolean code) implements RecordEncoder {
  private static final String SYSTEM =
      "A chat between a curious user and an artificial intelligence assistant. The assistant gives"
          + " helpful, detailed, and polite answers to the user's questions. ";
  private static final String TASK = "Below is an instruction that describes a task";
  private static final String CONTEXT = ", paired with an input that provides further context";
  private static final String WRITE =
      ". Write a response that appropriately completes the request.\n\n### Instruction:\n";
  private static final String INPUT = "\n\n### Input:\n";
  private static final String RESPONSE = "\n\n### Response:";

  @Override
  public EncodedSample encode(DataRecord record) {
    return code ? code(record) : alpaca(record);
  }

  private EncodedSample alpaca(DataRecord record) {
    String input = record.text("input").orElse("");
    String question =
        input.isEmpty()
            ? TASK + WRITE + record.requireText("instruction")
            : TASK + CONTEXT + WRITE + record.requireText("instruction") + INPUT + input;
    TokenList ids = new TokenList();
    ids.add(encode(SYSTEM));
    ids.add(encode("USER: " + question + RESPONSE + " "));
    int prompt = ids.size();
    ids.add(encode("ASSISTANT: " + record.requireText("output") + "</s>"));
    int[] all = ids.toArray();
    int[] labels = new int[all.length];
    Arrays.fill(labels, EncodedSample.IGNORED);
    System.arraycopy(all, prompt, labels, prompt - 1, all.length - prompt);
    return new EncodedSample(all, labels);
  }

  private EncodedSample code(DataRecord record) {
    TokenList ids = new TokenList();
    String input = record.requireText("input");
    ids.add(
        encode(TASK + WRITE + record.requireText("instruction") + INPUT + input + RESPONSE + "\n"));
    int prompt = ids.size();
    ids.add(encode(record.requireText("output")));
    int[] all = ids.toArray();
    int[] labels = all.clone();
    Arrays.fill(labels, 0, prompt, EncodedSample.IGNORED);
    return new EncodedSample(all, labels);
  }

  private int[] encode(String text) {
    return tokenizer.encode(text, AddedTokens.all());
  }
}
