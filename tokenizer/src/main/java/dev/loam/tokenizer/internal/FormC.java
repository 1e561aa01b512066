// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.internal;

import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Unicode normalization form C (UAX 15). Text is skimmed for the parts that may not be in form C;
 * only these are taken apart, sorted and put together, and only those of them that change are
 * written. A part starts with a character that nothing reaches across, and ends before the next.
 */
final class FormC {
  private static final char FIRST_COMBINING = '\u0300';

  private FormC() {}

  static String normalize(String text) {
    StringBuilder out = new StringBuilder();
    int[] done = {0};
    changes(
        text,
        part -> {
          out.append(text, done[0], part.start());
          part.appendTo(out);
          done[0] = part.end();
        });
    return done[0] == 0 ? text : out.append(text, done[0], text.length()).toString();
  }

  /** Whether a character is a part of its own in form C, and nothing reaches across it. */
  static boolean leavesAlone(int codePoint) {
    return codePoint < FIRST_COMBINING || FormCData.properties(codePoint) == 0;
  }

  static Normalized aligned(String text) {
    Aligner aligner = new Aligner(text);
    changes(text, aligner);
    return aligner.finish();
  }

  /** Gives out the parts of the text that change, in ascending order; each is valid for a call. */
  private static void changes(String text, Consumer<FormCPart> consumer) {
    int start = suspect(text, 0);
    if (start == text.length()) {
      return;
    }
    FormCPart part = new FormCPart(text);
    while (start < text.length()) {
      int end = partEnd(text, start);
      if (part.normalize(start, end)) {
        consumer.accept(part);
      }
      start = suspect(text, end);
    }
  }

  /** Where the first part at or behind {@code from} starts that may not be in form C. */
  private static int suspect(String text, int from) {
    int start = from;
    int last = 0;
    for (int i = from; i < text.length(); ) {
      char unit = text.charAt(i);
      if (unit < FIRST_COMBINING) {
        last = 0;
        start = i++;
        continue;
      }
      int c = text.codePointAt(i);
      int properties = FormCData.properties(c);
      if (properties == 0) {
        start = i;
      } else if (properties > FormCData.CLASS || properties < last) {
        return start;
      }
      last = properties;
      i += Character.charCount(c);
    }
    return text.length();
  }

  private static int partEnd(String text, int start) {
    int i = start;
    do {
      i += Character.charCount(text.codePointAt(i));
    } while (i < text.length() && FormCData.properties(text.codePointAt(i)) != 0);
    return i;
  }

  /** Writes text and spans. */
  private static final class Aligner implements Consumer<FormCPart> {
    private final String text;
    private final StringBuilder out = new StringBuilder();
    private int[] starts;
    private int[] ends;
    private int done;

    Aligner(String text) {
      this.text = text;
      this.starts = new int[text.length()];
      this.ends = new int[text.length()];
    }

    @Override
    public void accept(FormCPart part) {
      copy(part.start());
      int from = out.length();
      part.appendTo(out);
      reserve();
      part.spans(starts, ends, from);
      done = part.end();
    }

    Normalized finish() {
      boolean unchanged = done == 0;
      copy(text.length());
      return new Normalized(
          unchanged ? text : out.toString(),
          Arrays.copyOf(starts, out.length()),
          Arrays.copyOf(ends, out.length()));
    }

    private void copy(int to) {
      int from = out.length();
      out.append(text, done, to);
      reserve();
      Normalized.identity(text, done, to, starts, ends, from);
    }

    private void reserve() {
      if (out.length() > starts.length) {
        int capacity = out.length() + (out.length() >> 1);
        starts = Arrays.copyOf(starts, capacity);
        ends = Arrays.copyOf(ends, capacity);
      }
    }
  }
}
