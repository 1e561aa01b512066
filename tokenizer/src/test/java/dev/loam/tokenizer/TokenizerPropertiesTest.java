// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.tokenizer.internal.IntBuilder;
import dev.loam.tokenizer.internal.Normalization;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
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
import net.jqwik.api.constraints.ByteRange;

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

  @Property(tries = 500)
  void decodingPlainTextGivesItsFormC(@ForAll("texts") String text) {
    int[] ids = TOKENIZER.encode(text, AddedTokens.none());
    assertThat(TOKENIZER.decode(ids, false)).isEqualTo(Normalization.NFC.apply(repaired(text)));
  }

  @Property(tries = 500)
  void bytesAreEncodedAsTheStringTheyAre(
      @ForAll("texts") String text, @ForAll @ByteRange(min = -128) byte around) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    byte[] among = new byte[utf8.length + 3];
    Arrays.fill(among, around);
    System.arraycopy(utf8, 0, among, 2, utf8.length);
    for (AddedTokens policy : List.of(AddedTokens.all(), AddedTokens.none())) {
      assertThat(TOKENIZER.encode(among, 2, 2 + utf8.length, policy))
          .isEqualTo(TOKENIZER.encode(new String(utf8, StandardCharsets.UTF_8), policy));
    }
  }

  @Property(tries = 300)
  void illFormedBytesAreEncodedAsStringReadsThem(@ForAll byte[] bytes) {
    assertThat(TOKENIZER.encode(bytes, 0, bytes.length, AddedTokens.all()))
        .isEqualTo(TOKENIZER.encode(new String(bytes, StandardCharsets.UTF_8), AddedTokens.all()));
  }

  @Property(tries = 300)
  void addedTokensAreNeverRecognisedUnasked(@ForAll("texts") String text) {
    assertThat(IntStream.of(TOKENIZER.encode(text, AddedTokens.none()))).allMatch(id -> id < 273);
    AddedTokens nowhere = AddedTokens.all().outside(List.of(new TextSpan(0, text.length())));
    assertThat(TOKENIZER.encode(text, nowhere))
        .containsExactly(TOKENIZER.encode(text, AddedTokens.none()));
  }

  @Property(tries = 300)
  void allWaysToEncodeAgree(@ForAll("texts") String text, @ForAll("texts") String other) {
    for (AddedTokens policy : List.of(AddedTokens.all(), AddedTokens.none())) {
      int[] ids = TOKENIZER.encode(text, policy);
      assertThat(TOKENIZER.count(text, policy)).isEqualTo(ids.length);
      assertThat(TOKENIZER.encodeWithSpans(text, policy).ids()).containsExactly(ids);
      List<int[]> batch = TOKENIZER.encodeAll(List.of(other, text, other, text), policy, 2);
      assertThat(batch).hasSize(4);
      assertThat(batch.get(1)).containsExactly(ids);
      assertThat(batch.get(3)).containsExactly(ids);
      assertThat(batch.get(2)).containsExactly(TOKENIZER.encode(other, policy));
    }
  }

  @Property(tries = 500)
  void spansOfPlainTextCoverItInOrder(@ForAll("texts") String text) {
    Encoding encoding = TOKENIZER.encodeWithSpans(text, AddedTokens.none());
    assertThat(encoding.spans()).hasSameSizeAs(IntStream.of(encoding.ids()).boxed().toList());
    int start = 0;
    int end = 0;
    for (TextSpan span : encoding.spans()) {
      assertThat(span.start()).isBetween(start, end);
      assertThat(span.end()).isGreaterThanOrEqualTo(end).isGreaterThan(span.start());
      start = span.start();
      end = span.end();
    }
    assertThat(end).isEqualTo(text.length());
  }

  /**
   * Where a word ends does not depend on what is before it, nor on what is behind the character
   * after it, but for white space, where a run may end in two words. So of two texts in a row all
   * words of the first but its last two are words of the whole.
   */
  @Property(tries = 500)
  void wordsDependOnWhatFollowsOnlyAtTheSeam(
      @ForAll("texts") String left, @ForAll("texts") String right, @ForAll PreTokenizer cutter) {
    List<String> before = words(cutter, repaired(left));
    List<String> both = words(cutter, repaired(left) + repaired(right));
    int sure = Math.max(0, before.size() - 2);
    assertThat(both.subList(0, Math.min(sure, both.size()))).isEqualTo(before.subList(0, sure));
  }

  @Property(tries = 500)
  void wordsAreTheMatchesOfTheExpression(
      @ForAll("texts") String text, @ForAll PreTokenizer preTokenizer) {
    String known =
        repaired(text)
            .codePoints()
            .map(c -> Character.getType(c) == Character.UNASSIGNED ? '\ufffd' : c)
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
            .toString();
    List<String> expected = new ArrayList<>();
    Matcher matcher =
        Pattern.compile(
                preTokenizer.regex().replace("(?i:", "(?iu:"), Pattern.UNICODE_CHARACTER_CLASS)
            .matcher(known);
    while (matcher.find()) {
      expected.add(matcher.group());
    }
    assertThat(words(preTokenizer, known)).isEqualTo(expected);
  }

  private static List<String> words(PreTokenizer preTokenizer, String text) {
    List<String> words = new ArrayList<>();
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    for (int start = 0; start < utf8.length; ) {
      int end = preTokenizer.wordEnd(utf8, start, utf8.length);
      words.add(new String(utf8, start, end - start, StandardCharsets.UTF_8));
      start = end;
    }
    return words;
  }

  /** Merges of few letters, some twice, some before their parts, some to a token that exists. */
  private static BpeVocabulary merges(Random random) {
    BpeVocabulary model = new BpeVocabulary();
    for (int i = 0; i < 14; i++) {
      List<String> tokens = model.shortTokens();
      model.merge(
          tokens.get(random.nextInt(tokens.size())), tokens.get(random.nextInt(tokens.size())));
    }
    if (random.nextInt(3) == 0) {
      model.shuffle(random);
    }
    return model;
  }

  private static byte[] word(Random random, int most) {
    byte[] word = new byte[1 + random.nextInt(most)];
    for (int i = 0; i < word.length; i++) {
      word[i] = (byte) ('a' + random.nextInt(3));
    }
    return word;
  }

  /** Compares with the definition: again and again the leftmost pair of the lowest rank joins. */
  @Property(tries = 300)
  void wordsAreMergedAsDefined(@ForAll Random random) {
    BpeVocabulary model = merges(random);
    MergeTable table = model.table();
    TokenSearch search = model.search();
    WordMerger merger = new WordMerger(table, model.byteTokens());
    for (int i = 0; i < 20; i++) {
      byte[] word = word(random, i == 0 ? 300 : 30);
      List<Integer> tokens = new ArrayList<>();
      for (byte b : word) {
        tokens.add((int) b);
      }
      while (mergeOnce(tokens, table)) {
        // until nothing joins
      }
      IntBuilder merged = new IntBuilder();
      merger.merge(word, 0, word.length, merged);
      IntBuilder found = new IntBuilder();
      search.encode(word, 0, word.length, found);
      int[] expected = tokens.stream().mapToInt(Integer::intValue).toArray();
      assertThat(merged.toArray()).containsExactly(expected);
      assertThat(found.toArray())
          .as("%s", new String(word, StandardCharsets.US_ASCII))
          .containsExactly(expected);
    }
  }

  /** Two slots at first, four at most: nearly every word takes another's place. */
  @Property(tries = 100)
  void wordsOfASmallCacheAreNotMistaken(@ForAll Random random) {
    WordCache cache = new WordCache(2, 4);
    for (int i = 0; i < 200; i++) {
      byte[] word = new byte[WordCache.MAX_WORD + WordCache.OVERRUN];
      random.nextBytes(word);
      int length = 1 + random.nextInt(WordCache.MAX_WORD);
      for (int k = 0; k < length; k++) {
        word[k] = (byte) random.nextInt(2);
      }
      IntBuilder expected = new IntBuilder();
      for (int k = 0; k < 1 + (length * 7 + word[0]) % 6; k++) {
        expected.add(length << 16 | word[0] << 8 | word[length - 1] << 4 | k);
      }
      cache.put(word, 0, length, expected, 0);
      random.nextBytes(word);
      for (int k = 0; k < length; k++) {
        word[k] = (byte) random.nextInt(2);
      }
      IntBuilder found = new IntBuilder();
      if (cache.get(word, 0, length, found)) {
        assertThat(found.get(0)).isEqualTo(length << 16 | word[0] << 8 | word[length - 1] << 4);
        assertThat(found.size()).isEqualTo(1 + (length * 7 + word[0]) % 6);
      }
    }
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
