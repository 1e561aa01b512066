// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.loader;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which records of which splits, as Hugging Face writes it: {@code train}, {@code
 * train[:1000]+test}, {@code train[-10%:]}. Percentages are rounded to the nearest record.
 */
record SplitSelection(List<Part> parts) {
  private static final Pattern PART =
      Pattern.compile(
          "\\s*(\\w+(?:[.-]\\w+)*)\\s*(?:\\[(?:(-?\\d{1,9})(%)?)?:(?:(-?\\d{1,9})(%)?)?\\])?\\s*");

  /**
   * A slice of a split; negative bounds count from the end.
   *
   * @param percent whether the bounds are percentages
   */
  record Part(String split, OptionalInt from, OptionalInt to, boolean percent) {
    /** The records of this part: the first, and the one after the last. */
    int[] of(int[] whole) {
      int size = whole[1] - whole[0];
      int begin = from.isPresent() ? place(from.getAsInt(), size) : 0;
      int end = to.isPresent() ? place(to.getAsInt(), size) : size;
      return new int[] {whole[0] + begin, whole[0] + Math.max(begin, end)};
    }

    private int place(int bound, int size) {
      long place = percent ? (long) Math.rint((double) bound * size / 100) : bound;
      return (int) Math.min(size, Math.max(0, place < 0 ? size + place : place));
    }
  }

  SplitSelection {
    parts = List.copyOf(parts);
  }

  /** The selection a text stands for, if it does. */
  static Optional<SplitSelection> parse(String text) {
    List<Part> parts = new ArrayList<>();
    for (String part : text.split("\\+", -1)) {
      Matcher matcher = PART.matcher(part);
      if (!matcher.matches()) {
        return Optional.empty();
      }
      Optional<String> from = Optional.ofNullable(matcher.group(2));
      Optional<String> to = Optional.ofNullable(matcher.group(4));
      boolean fromPercent = matcher.group(3) != null;
      boolean toPercent = matcher.group(5) != null;
      if (from.isPresent() && to.isPresent() && fromPercent != toPercent) {
        return Optional.empty();
      }
      boolean percent = fromPercent || toPercent;
      Part parsed = new Part(matcher.group(1), number(from), number(to), percent);
      if (percent && (isTooMuch(parsed.from) || isTooMuch(parsed.to))) {
        return Optional.empty();
      }
      parts.add(parsed);
    }
    return Optional.of(new SplitSelection(parts));
  }

  private static OptionalInt number(Optional<String> text) {
    return text.isEmpty() ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(text.get()));
  }

  private static boolean isTooMuch(OptionalInt percentage) {
    return percentage.isPresent() && Math.abs(percentage.getAsInt()) > 100;
  }
}
