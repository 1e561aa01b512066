// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What form C needs to know about characters, after Unicode 9. */
final class FormCData {
  /** In {@link #properties}: the canonical combining class. */
  static final int CLASS = 0xFF;

  /** In {@link #properties}: never occurs in form C (NFC_Quick_Check=No). */
  static final int NEVER = 0x100;

  /** In {@link #properties}: may join what stands before it (NFC_Quick_Check=Maybe). */
  static final int JOINS = 0x200;

  private static final int HANGUL = 0xAC00;
  private static final int LEADING = 0x1100;
  private static final int VOWEL = 0x1161;
  private static final int TRAILING = 0x11A7; // one before the first
  private static final int LEADINGS = 19;
  private static final int VOWELS = 21;
  private static final int TRAILINGS = 28;
  private static final int SYLLABLES = LEADINGS * VOWELS * TRAILINGS;

  private static final int BITS = 21;
  private static final int CODE_POINT = (1 << BITS) - 1;

  private static final CodePointTable PROPERTIES = new CodePointTable();
  private static final CodePointTable MAPPING = new CodePointTable();
  private static final int[][] MAPPINGS;

  /** First, second and what they become, in one number each; ascending. */
  private static final long[] PAIRS;

  static {
    List<int[]> mappings = new ArrayList<>();
    mappings.add(new int[0]);
    List<Long> pairs = new ArrayList<>();
    UnicodeData.read(
        "unicode-9-form-c.txt",
        (keyword, item) -> {
          if (keyword.equals("maps")) {
            addMapping(item, mappings, pairs);
          } else {
            int combiningClass = Integer.parseInt(keyword);
            UnicodeData.range(
                keyword,
                item,
                (key, first, last) -> PROPERTIES.setAll(first, last, combiningClass));
          }
        });
    MAPPINGS = mappings.toArray(int[][]::new);
    PAIRS = pairs.stream().mapToLong(Long::longValue).sorted().toArray();
    for (long pair : PAIRS) {
      mark((int) (pair >>> BITS) & CODE_POINT, JOINS);
    }
    for (int c = VOWEL; c < VOWEL + VOWELS; c++) {
      mark(c, JOINS);
    }
    for (int c = TRAILING + 1; c < TRAILING + TRAILINGS; c++) {
      mark(c, JOINS);
    }
  }

  private FormCData() {}

  private static void addMapping(String item, List<int[]> mappings, List<Long> pairs) {
    int sign = Math.max(item.indexOf('='), item.indexOf('>'));
    int plus = item.indexOf('+');
    int whole = UnicodeData.hex(item, 0, sign);
    int first = UnicodeData.hex(item, sign + 1, plus < 0 ? item.length() : plus);
    MAPPING.set(whole, mappings.size());
    if (plus < 0) {
      mappings.add(new int[] {first});
    } else {
      int second = UnicodeData.hex(item, plus + 1, item.length());
      mappings.add(new int[] {first, second});
      if (item.charAt(sign) == '=') {
        pairs.add(pair(first, second) | whole);
        return;
      }
    }
    mark(whole, NEVER);
  }

  private static void mark(int codePoint, int flag) {
    PROPERTIES.set(codePoint, PROPERTIES.get(codePoint) | flag);
  }

  private static long pair(int first, int second) {
    return ((long) first << (2 * BITS)) | ((long) second << BITS);
  }

  /**
   * The combining class and flags of a code point. One that has 0 here starts anew: nothing from it
   * on joins or changes places with anything before it.
   */
  static int properties(int codePoint) {
    return PROPERTIES.get(codePoint);
  }

  /** One step of canonical decomposition; empty where there is none. */
  static int[] mapping(int codePoint) {
    int syllable = codePoint - HANGUL;
    if (syllable < 0 || syllable >= SYLLABLES) {
      return MAPPINGS[MAPPING.get(codePoint)];
    }
    int trailing = syllable % TRAILINGS;
    if (trailing > 0) {
      return new int[] {codePoint - trailing, TRAILING + trailing};
    }
    int vowel = syllable / TRAILINGS;
    return new int[] {LEADING + vowel / VOWELS, VOWEL + vowel % VOWELS};
  }

  /** What two code points become, or -1. */
  static int composite(int first, int second) {
    int leading = first - LEADING;
    int vowel = second - VOWEL;
    if (leading >= 0 && leading < LEADINGS && vowel >= 0 && vowel < VOWELS) {
      return HANGUL + (leading * VOWELS + vowel) * TRAILINGS;
    }
    int syllable = first - HANGUL;
    int trailing = second - TRAILING;
    if (syllable >= 0 && syllable < SYLLABLES && trailing > 0 && trailing < TRAILINGS) {
      return syllable % TRAILINGS == 0 ? first + trailing : -1;
    }
    if ((properties(second) & JOINS) == 0) {
      return -1;
    }
    long pair = pair(first, second);
    int found = Arrays.binarySearch(PAIRS, pair);
    int at = found < 0 ? -1 - found : found;
    return at < PAIRS.length && (PAIRS[at] & ~(long) CODE_POINT) == pair
        ? (int) PAIRS[at] & CODE_POINT
        : -1;
  }
}
