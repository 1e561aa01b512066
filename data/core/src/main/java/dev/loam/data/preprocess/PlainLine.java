// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.preprocess;

import dev.loam.data.internal.ByteSearch;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Reads the commonest kind of JSON line several times as fast as a parser, and leaves its texts in
 * UTF-8: an object of names without escapes, and of texts, whole numbers and literals. It makes
 * nothing of any other line, right or wrong: that is the parser's.
 *
 * <p>The bytes must be UTF-8. For one line and one thread.
 */
final class PlainLine {
  private static final int LONGEST_NUMBER = 18;
  private static final Pattern OTHER_VALUE = Pattern.compile("-?(0|[1-9][0-9]*)|true|false|null");
  private static final int UNKNOWN = -1;

  private final byte[] bytes;
  private final int to;
  private int at;

  PlainLine(byte[] bytes, int from, int to) {
    this.bytes = bytes;
    this.at = from;
    this.to = to;
  }

  /**
   * The text of each key, as a list of one.
   *
   * @return nothing if the line is of another kind, or a key or its text is not in it
   */
  Optional<List<List<Utf8Text>>> texts(List<String> keys) {
    List<List<Utf8Text>> texts = new ArrayList<>(Collections.nCopies(keys.size(), List.of()));
    if (!goPast('{')) {
      return Optional.empty();
    }
    do {
      int key = key(keys);
      if (key == UNKNOWN || !goPast(':')) {
        return Optional.empty();
      }
      boolean wanted = key < keys.size();
      Optional<Utf8Text> value = goPast('"') ? text() : wanted ? Optional.empty() : other();
      if (value.isEmpty()) {
        return Optional.empty();
      }
      if (wanted) {
        texts.set(key, List.of(value.get()));
      }
    } while (goPast(','));
    boolean complete = goPast('}') && !hasMore();
    for (List<Utf8Text> text : texts) {
      complete &= !text.isEmpty();
    }
    return complete ? Optional.of(texts) : Optional.empty();
  }

  /** The number of a name among the keys, theirs for another name. */
  private int key(List<String> keys) {
    Optional<Utf8Text> name = goPast('"') ? text() : Optional.empty();
    int key = name.map(n -> keys.indexOf(n.toString())).orElse(UNKNOWN);
    return name.isPresent() && key == UNKNOWN ? keys.size() : key;
  }

  /** From behind the quote that opens a text to behind that which closes it. */
  private Optional<Utf8Text> text() {
    int end = ByteSearch.quoteBackslashOrControl(bytes, at, to);
    if (end == to || bytes[end] != '"') {
      return end < to && bytes[end] == '\\' ? unescaped(end) : Optional.empty();
    }
    Utf8Text text = new Utf8Text(bytes, at, end);
    at = end + 1;
    return Optional.of(text);
  }

  /** A text with escapes of one letter; others are left to the parser. */
  private Optional<Utf8Text> unescaped(int firstEscape) {
    byte[] plain = new byte[to - at];
    int length = 0;
    int end = firstEscape;
    while (end + 1 < to && bytes[end] == '\\') {
      System.arraycopy(bytes, at, plain, length, end - at);
      length += end - at;
      int meaning = meaning(bytes[end + 1]);
      if (meaning == UNKNOWN) {
        return Optional.empty();
      }
      plain[length++] = (byte) meaning;
      at = end + 2;
      end = ByteSearch.quoteBackslashOrControl(bytes, at, to);
    }
    if (end == to || bytes[end] != '"') {
      return Optional.empty();
    }
    System.arraycopy(bytes, at, plain, length, end - at);
    length += end - at;
    at = end + 1;
    return Optional.of(new Utf8Text(plain, 0, length));
  }

  private static int meaning(byte escape) {
    return switch (escape) {
      case '"', '\\', '/' -> escape;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      default -> UNKNOWN;
    };
  }

  /** A whole number or a literal, as it is written. */
  private Optional<Utf8Text> other() {
    goPastSpace();
    int start = at;
    while (at < to && (Character.isLetterOrDigit(bytes[at]) || bytes[at] == '-')) {
      at++;
    }
    String word = new String(bytes, start, at - start, StandardCharsets.US_ASCII);
    return word.length() <= LONGEST_NUMBER && OTHER_VALUE.matcher(word).matches()
        ? Optional.of(new Utf8Text(bytes, start, at))
        : Optional.empty();
  }

  private boolean goPast(char sign) {
    goPastSpace();
    boolean found = at < to && bytes[at] == sign;
    at += found ? 1 : 0;
    return found;
  }

  private boolean hasMore() {
    goPastSpace();
    return at < to;
  }

  private void goPastSpace() {
    while (at < to && (bytes[at] == ' ' || bytes[at] == '\t')) {
      at++;
    }
  }
}
