// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.mindspeed;

import dev.loam.tokenizer.AddedTokens;
import dev.loam.tokenizer.Tokenizer;
import java.util.Arrays;

/**
 * The template {@code qwen3} of MindSpeed-LLM. It has the text of Qwen3's own chat template, but
 * every message is tokenized by itself, thoughts stay in all turns, and whether the empty thoughts
 * are learned is a choice. Safe for use by several threads.
 */
final class Qwen3Template {
  /** The length rows are cut to where nothing is said. */
  static final int DEFAULT_CUTOFF = 100_000;

  private static final String THINK = "<think>";
  private static final String END_THINK = "</think>";

  private final Tokenizer tokenizer;
  private final Thinking thinking;
  private final int room;
  private final int[] emptyThoughts;

  /**
   * A template.
   *
   * @param cutoff rows are cut to one token less
   */
  Qwen3Template(Tokenizer tokenizer, Thinking thinking, int cutoff) {
    this.tokenizer = tokenizer;
    this.thinking = thinking;
    this.room = cutoff - 1;
    this.emptyThoughts = encode(THINK + "\n\n" + END_THINK + "\n\n");
  }

  EncodedRowBuilder encode(Conversation conversation) {
    EncodedRowBuilder row = new EncodedRowBuilder();
    String system = conversation.system();
    int[] before =
        system.isEmpty() ? new int[0] : encode("<|im_start|>system\n" + system + "<|im_end|>\n");
    for (Turn turn : conversation.turns()) {
      if (row.length() >= room) {
        break;
      }
      add(row, before, turn);
      before = new int[0];
    }
    return row;
  }

  private void add(EncodedRowBuilder row, int[] before, Turn turn) {
    String text = thinking == Thinking.REMOVED ? withoutThoughts(turn.answer()) : turn.answer();
    int[] question =
        join(
            before,
            encode("<|im_start|>user\n" + turn.question() + "<|im_end|>\n<|im_start|>assistant\n"));
    int[] answer = encode(text + "<|im_end|>\n");
    if (!text.contains(THINK) && !text.contains(END_THINK)) {
      if (thinking == Thinking.LEARNED) {
        answer = join(emptyThoughts, answer);
      } else {
        question = join(question, emptyThoughts);
      }
    }
    TurnLengths kept = TurnLengths.within(question.length, answer.length, room - row.length());
    row.add(question, kept.question(), false).add(answer, kept.answer(), true);
  }

  /** Leaves out all thoughts, and the line breaks the rest begins with. */
  static String withoutThoughts(String answer) {
    StringBuilder rest = new StringBuilder();
    int from = 0;
    while (true) {
      int start = answer.indexOf(THINK, from);
      int end = start < 0 ? -1 : answer.indexOf(END_THINK, start + THINK.length());
      if (end < 0) {
        rest.append(answer, from, answer.length());
        break;
      }
      rest.append(answer, from, start);
      from = end + END_THINK.length();
    }
    int first = 0;
    while (first < rest.length() && rest.charAt(first) == '\n') {
      first++;
    }
    return rest.substring(first);
  }

  private int[] encode(String text) {
    return tokenizer.encode(text, AddedTokens.all());
  }

  private static int[] join(int[] first, int[] second) {
    int[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }
}
