// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.internal;

import java.util.Arrays;

/**
 * Puts one part of a text after another into form C: takes its characters apart, sorts the marks by
 * class and puts together what composes. Remembers of every character which part of the text it
 * comes from. Holds scratch memory: one instance serves one call of {@link FormC}.
 */
final class FormCPart {
  private final String text;
  private int start;
  private int end;

  /** What the part's characters consist of. */
  private int[] pieces = new int[16];

  /** Where the character of each piece starts in the text. */
  private int[] from = new int[16];

  /** Each piece's class in the upper and index in the lower 32 bits, in canonical order. */
  private long[] order = new long[16];

  private int size;

  /** The result, and where each character's first and last source start. */
  private int[] result = new int[16];

  private int[] first = new int[16];
  private int[] last = new int[16];
  private int length;

  FormCPart(String text) {
    this.text = text;
  }

  int start() {
    return start;
  }

  int end() {
    return end;
  }

  /** Normalizes a part of the text and says whether it changed. */
  boolean normalize(int partStart, int partEnd) {
    start = partStart;
    end = partEnd;
    size = 0;
    for (int i = start; i < end; ) {
      int c = text.codePointAt(i);
      takeApart(c, i);
      i += Character.charCount(c);
    }
    sort();
    compose();
    return !isUnchanged();
  }

  void appendTo(StringBuilder out) {
    for (int i = 0; i < length; i++) {
      out.appendCodePoint(result[i]);
    }
  }

  /**
   * Writes the spans of the result's units. Neighbours whose sources overlap or changed places
   * share one span.
   */
  void spans(int[] starts, int[] ends, int at) {
    for (int i = length - 2; i >= 0; i--) {
      first[i] = Math.min(first[i], first[i + 1]); // now the first source of all that follow
    }
    int out = at;
    int spanStart = start;
    for (int i = 0; i < length; ) {
      int lastSource = last[i];
      int blockEnd = i + 1;
      while (blockEnd < length && first[blockEnd] <= lastSource) {
        lastSource = Math.max(lastSource, last[blockEnd++]);
      }
      int spanEnd = blockEnd < length ? first[blockEnd] : end;
      for (; i < blockEnd; i++) {
        int outEnd = out + Character.charCount(result[i]);
        Arrays.fill(starts, out, outEnd, spanStart);
        Arrays.fill(ends, out, outEnd, spanEnd);
        out = outEnd;
      }
      spanStart = spanEnd;
    }
  }

  private void takeApart(int c, int source) {
    int[] mapping = FormCData.mapping(c);
    if (mapping.length > 0) {
      for (int piece : mapping) {
        takeApart(piece, source);
      }
      return;
    }
    if (size == pieces.length) {
      pieces = Arrays.copyOf(pieces, 2 * size);
      from = Arrays.copyOf(from, 2 * size);
      order = Arrays.copyOf(order, 2 * size);
    }
    pieces[size] = c;
    from[size] = source;
    order[size] = (long) (FormCData.properties(c) & FormCData.CLASS) << 32 | size;
    size++;
  }

  /** Sorts every run of marks by class; marks of one class keep their order. */
  private void sort() {
    for (int i = 0; i < size; ) {
      int run = i;
      while (i < size && order[i] >>> 32 != 0) {
        i++;
      }
      Arrays.sort(order, run, i);
      i++;
    }
  }

  private void compose() {
    if (result.length < size) {
      result = new int[pieces.length];
      first = new int[pieces.length];
      last = new int[pieces.length];
    }
    length = 0;
    int starter = -1;
    int lastClass = 0;
    for (int i = 0; i < size; i++) {
      int combiningClass = (int) (order[i] >>> 32);
      int piece = (int) order[i];
      boolean reaches = starter >= 0 && (starter == length - 1 || lastClass < combiningClass);
      int composite = reaches ? FormCData.composite(result[starter], pieces[piece]) : -1;
      if (composite >= 0) {
        result[starter] = composite;
        first[starter] = Math.min(first[starter], from[piece]);
        last[starter] = Math.max(last[starter], from[piece]);
        continue;
      }
      if (combiningClass == 0) {
        starter = length;
      }
      lastClass = combiningClass;
      result[length] = pieces[piece];
      first[length] = from[piece];
      last[length++] = from[piece];
    }
  }

  private boolean isUnchanged() {
    int at = start;
    for (int i = 0; i < length; i++) {
      if (at == end || text.codePointAt(at) != result[i]) {
        return false;
      }
      at += Character.charCount(result[i]);
    }
    return at == end;
  }
}
