// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** What holds for any text. */
class TokenizerPropertiesTest {
  private static final HuggingFaceTokenizer TOKENIZER = Tiny.load();

  /** Text of the characters that the steps distinguish, and of any others. */
  @Provide
  Arbitrary<String> texts() {
    Arbitrary<String> parts =
        Arbitraries.frequencyOf(
            Tuple.of(
                6,
                Arbitraries.of(
                    " ",
                    "  ",
                    "\n",
                    "\r",
                    "\t",
                    "'",
                    "s",
                    "S",
                    "\u017f",
                    "LL",
                    "re",
                    "ab",
                    "the",
                    "1",
                    "\u00bd",
                    "\u2167",
                    "!",
                    "-",
                    "\u00e9",
                    "e\u0301",
                    "\u0301",
                    "\u65e5",
                    "\u1100\u1161",
                    "\u212b",
                    "\u00a0",
                    "\u3000",
                    "\u200b",
                    "\ud83d\ude00",
                    "\ud800",
                    "\udc00",
                    "<|end|>",
                    "[L]",
                    "word",
                    "[N]")),
            Tuple.of(1, Arbitraries.strings().all().ofMaxLength(5)));
    return parts.list().ofMaxSize(12).map(list -> String.join("", list));
  }

  @Property
  void decodingPlainTextGivesItsFormC(@ForAll("texts") String text) {
    int[] ids = TOKENIZER.encode(text, AddedTokens.none());
    assertThat(TOKENIZER.decode(ids, false))
        .isEqualTo(Normalizer.normalize(repaired(text), Normalizer.Form.NFC));
  }

  @Property
  void addedTokensAreNeverRecognisedUnasked(@ForAll("texts") String text) {
    assertThat(IntStream.of(TOKENIZER.encode(text, AddedTokens.none()))).allMatch(id -> id < 273);
  }

  @Property
  void wordsAreTheMatchesOfTheExpression(
      @ForAll("texts") String text, @ForAll PreTokenizer preTokenizer) {
    List<String> expected = new ArrayList<>();
    Matcher matcher =
        Pattern.compile(
                preTokenizer.regex().replace("(?i:", "(?iu:"), Pattern.UNICODE_CHARACTER_CLASS)
            .matcher(repaired(text));
    while (matcher.find()) {
      expected.add(matcher.group());
    }
    List<String> words = new ArrayList<>();
    String whole = repaired(text);
    for (int start = 0; start < whole.length(); ) {
      int end = preTokenizer.wordEnd(whole, start);
      words.add(whole.substring(start, end));
      start = end;
    }
    assertThat(words).isEqualTo(expected);
  }

  /** Compares with the definition: again and again the leftmost pair of the lowest rank joins. */
  @Property
  void wordsAreMergedAsDefined(@ForAll Random random) {
    int letters = 3;
    int count = 12;
    long[] pairs = new long[count];
    int[] results = new int[count];
    for (int rank = 0; rank < count; rank++) {
      pairs[rank] = MergeTable.pair(random.nextInt(letters + rank), random.nextInt(letters + rank));
      results[rank] = letters + random.nextInt(rank + 1);
    }
    MergeTable table = new MergeTable(pairs, results);
    StringBuilder word = new StringBuilder();
    List<Integer> tokens = new ArrayList<>();
    for (int i = random.nextInt(30); i >= 0; i--) {
      int letter = random.nextInt(letters);
      word.append((char) letter);
      tokens.add(letter);
    }
    while (mergeOnce(tokens, table)) {
      // until nothing joins
    }
    int[] byteTokens = {0, 1, 2};
    byte[] bytes = word.toString().getBytes(StandardCharsets.UTF_8);
    assertThat(new WordMerger(table).merge(bytes, byteTokens))
        .containsExactly(tokens.stream().mapToInt(Integer::intValue).toArray());
  }

  private static boolean mergeOnce(List<Integer> tokens, MergeTable table) {
    long best = MergeTable.NONE;
    int at = -1;
    for (int i = 0; i + 1 < tokens.size(); i++) {
      long merge = table.find(tokens.get(i), tokens.get(i + 1));
      if (merge < best) {
        best = merge;
        at = i;
      }
    }
    if (at < 0) {
      return false;
    }
    tokens.remove(at);
    tokens.set(at, MergeTable.result(best));
    return true;
  }

  /** In a Java expression this class matches surrogates without a partner only. */
  private static String repaired(String text) {
    return text.replaceAll("[\\x{D800}-\\x{DFFF}]", "\ufffd");
  }
}
