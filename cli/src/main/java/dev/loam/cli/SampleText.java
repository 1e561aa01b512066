// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import dev.loam.data.Sample;
import dev.loam.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;

/** A sample for people, with its text where there is a tokenizer, and for programs. */
record SampleText(Optional<Tokenizer> tokenizer) {
  private static final int SHOWN_TOKENS = 16;
  private static final int SHOWN_SEGMENTS = 8;

  /** One line of JSON. */
  static String json(long index, Sample sample) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("index", index);
    object.put("input_ids", sample.inputIds());
    object.put("labels", sample.labels());
    object.put("loss_mask", mask(sample));
    object.put("position_ids", sample.positionIds());
    if (sample.cuSeqlens().length > 2) {
      object.put("cu_seqlens", sample.cuSeqlens());
    }
    return JsonText.write(object);
  }

  private static int[] mask(Sample sample) {
    int[] mask = new int[sample.length()];
    for (int t = 0; t < mask.length; t++) {
      mask[t] = sample.lossMask()[t] ? 1 : 0;
    }
    return mask;
  }

  /** A few lines: the beginnings of all arrays, and all of the text. */
  String lines(long index, Sample sample) {
    int segments = sample.cuSeqlens().length - 1;
    StringBuilder lines = new StringBuilder();
    lines.append("sample ").append(index).append(": ").append(sample.length()).append(" tokens, ");
    lines.append(sample.trainedTokens()).append(" trained, ");
    lines.append(segments).append(segments == 1 ? " segment" : " segments");
    lines.append("\n  ids       ").append(start(sample.inputIds()));
    lines.append("\n  labels    ").append(start(sample.labels()));
    lines.append("\n  mask      ").append(start(mask(sample)));
    lines.append("\n  positions ").append(start(sample.positionIds()));
    if (segments > 1) {
      lines.append("\n  segments  ").append(segments(sample.cuSeqlens()));
    }
    tokenizer.ifPresent(t -> lines.append("\n  text      ").append(text(t, sample)));
    return lines.toString();
  }

  private static String start(int[] values) {
    StringJoiner shown = new StringJoiner(" ");
    Arrays.stream(values).limit(SHOWN_TOKENS).forEach(value -> shown.add("" + value));
    return shown + (values.length > SHOWN_TOKENS ? " ..." : "");
  }

  private static String segments(int[] bounds) {
    StringJoiner shown = new StringJoiner(" ");
    for (int i = 0; i + 1 < bounds.length && i < SHOWN_SEGMENTS; i++) {
      shown.add(bounds[i] + "-" + (bounds[i + 1] - 1));
    }
    return shown + (bounds.length - 1 > SHOWN_SEGMENTS ? " ..." : "");
  }

  /**
   * The text, what is trained in {@code [[} and {@code ]]}: a token is when the position before it
   * counts, for that one is to predict it. The last label, which is no input, is at the end.
   */
  private static String text(Tokenizer tokenizer, Sample sample) {
    int length = sample.length();
    int[] tokens = Arrays.copyOf(sample.inputIds(), length + 1);
    boolean[] trained = new boolean[length + 1];
    System.arraycopy(sample.lossMask(), 0, trained, 1, length);
    int shown = length > 0 && trained[length] ? length + 1 : length;
    if (shown > length) {
      tokens[length] = sample.labels()[length - 1];
    }
    StringBuilder text = new StringBuilder();
    for (int from = 0, to; from < shown; from = to) {
      to = from + 1;
      while (to < shown && trained[to] == trained[from]) {
        to++;
      }
      String part = visible(tokenizer.decode(Arrays.copyOfRange(tokens, from, to), false));
      text.append(trained[from] ? "[[" + part + "]]" : part);
    }
    return text.toString();
  }

  /** On one line, and harmless on a terminal. */
  static String visible(String text) {
    StringBuilder visible = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '\n' -> visible.append("\\n");
        case '\r' -> visible.append("\\r");
        case '\t' -> visible.append("\\t");
        default ->
            visible.append(Character.isISOControl(c) ? "\\u%04x".formatted((int) c) : "" + c);
      }
    }
    return visible.toString();
  }
}
