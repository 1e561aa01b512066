// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.text.Normalizer;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Form C against the JDK's, which agrees on every character that Unicode 9 has, and against digests
 * of what Hugging Face's library does.
 */
class NormalizationTest {
  /** Every character that form C concerns. */
  private static final List<Integer> CONCERNED =
      IntStream.rangeClosed(0, Character.MAX_CODE_POINT)
          .filter(c -> FormCData.properties(c) != 0 || FormCData.mapping(c).length > 0)
          .boxed()
          .toList();

  @Test
  void everyCharacterAloneIsAsInTheReference() {
    String all =
        IntStream.rangeClosed(0, Character.MAX_CODE_POINT)
            .filter(c -> c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE)
            .mapToObj(c -> Normalization.NFC.apply(Character.toString(c)))
            .collect(Collectors.joining("\n"));
    assertThat(sha256(all))
        .isEqualTo("900f12a0fd5b368b56e972d9dcc9cc0584951930f9d9724d079e44f36f332796");
  }

  @Test
  void combiningClassesAreThoseOfTheReference() {
    String all =
        CONCERNED.stream()
            .filter(c -> (FormCData.properties(c) & FormCData.CLASS) != 0)
            .map(c -> String.format("%X %d%n", c, FormCData.properties(c) & FormCData.CLASS))
            .map(line -> line.replace(System.lineSeparator(), "\n"))
            .collect(Collectors.joining());
    assertThat(sha256(all))
        .isEqualTo("7ea536b23d3b5d33a53d11d69620c541297ba6763c703bad61c41d9cfaf8ce4f");
  }

  /** Every canonical pair, also with something between or around it. */
  @Test
  void everyPairIsComposedAsInTheJdk() {
    for (int c : CONCERNED) {
      int[] pair = FormCData.mapping(c);
      if (pair.length == 2) {
        String first = Character.toString(pair[0]);
        String second = Character.toString(pair[1]);
        for (String between : List.of("", "\u0334", "\u0323", "\u0301", "\u0345", "x", "\u09be")) {
          assertAsInTheJdk(first + between + second);
          assertAsInTheJdk(second + first + between + second + second);
          assertAsInTheJdk(Character.toString(c) + between + second);
        }
      }
    }
  }

  @Provide
  Arbitrary<String> sequences() {
    Arbitrary<Integer> marks = Arbitraries.of(CONCERNED);
    Arbitrary<Integer> starters =
        marks.map(c -> FormCData.mapping(c).length > 0 ? FormCData.mapping(c)[0] : c);
    Arbitrary<Integer> jamo = Arbitraries.integers().between(0x1100, 0x11C8);
    Arbitrary<Integer> latin = Arbitraries.integers().between('A', 0x36F);
    return Arbitraries.frequencyOf(
            Tuple.of(3, marks), Tuple.of(3, starters), Tuple.of(1, jamo), Tuple.of(3, latin))
        .list()
        .ofMaxSize(20)
        .map(list -> list.stream().map(Character::toString).collect(Collectors.joining()));
  }

  @Property(tries = 400, edgeCases = EdgeCasesMode.NONE)
  void sequencesAreAsInTheJdk(@ForAll("sequences") String text) {
    assertAsInTheJdk(text);
  }

  @Property(tries = 400, edgeCases = EdgeCasesMode.NONE)
  void spansNeverDecreaseAndCoverTheOriginal(@ForAll("sequences") String text) {
    Normalized normalized = Normalization.NFC.aligned(text);
    String result = normalized.text();
    assertThat(result).isEqualTo(Normalization.NFC.apply(text));
    int done = 0;
    for (int i = 0; i < result.length(); ) {
      int start = normalized.starts()[i];
      int end = normalized.ends()[i];
      assertThat(start).isEqualTo(done).isLessThan(end);
      int next = i;
      while (next < result.length() && normalized.starts()[next] == start) {
        assertThat(normalized.ends()[next++]).isEqualTo(end);
      }
      // A part of the original and what became of it are canonically equivalent.
      assertThat(Normalizer.normalize(text.substring(start, end), Normalizer.Form.NFD))
          .isEqualTo(Normalizer.normalize(result.substring(i, next), Normalizer.Form.NFD));
      i = next;
      done = end;
    }
    assertThat(done).isEqualTo(text.length());
  }

  @ParameterizedTest
  @CsvSource({
    "abc, 0 1 2, 1 2 3",
    "a\ud83d\ude00b, 0 1 1 3, 1 3 3 4",
    "cafe\u0301s, 0 1 2 3 5, 1 2 3 5 6",
    "a\u0301\u0302\u0303, 0 2 3, 2 3 4",
    "q\u0307\u0323x, 0 1 1 3, 1 3 3 4",
    "\u0958a, 0 0 1, 1 1 2",
    "\u1100\u1161\u11a8\u1100, 0 3, 3 4",
    "\u00c1\u0328b, 0 0 2, 2 2 3",
    "\u0301, 0, 1",
    "x\ud834\udd5ey, 0 1 1 1 1 3, 1 3 3 3 3 4",
  })
  void spansAreTheSmallestParts(String text, String starts, String ends) {
    Normalized normalized = Normalization.NFC.aligned(text);
    assertThat(normalized.starts()).containsExactly(ints(starts));
    assertThat(normalized.ends()).containsExactly(ints(ends));
  }

  @Test
  void whatIsInFormCAlreadyIsNotCopied() {
    for (String text : List.of("", "abc \u00e9\u65e5\ud83d\ude00", "\u0928\u093f\u09ac\u09be")) {
      assertThat(Normalization.NFC.apply(text)).isSameAs(text);
      assertThat(Normalization.NFC.aligned(text).text()).isSameAs(text);
    }
  }

  @Test
  void charactersNewerThanUnicode9StayAsTheyAre() {
    for (String text :
        List.of(
            "\ud806\udd35\ud806\udd30", "\u0301\u08d3\u0323", "\ud806\udd38", "a\u1df6\u0316")) {
      String withoutOld = text.replace("\u0323", "");
      assertThat(Normalization.NFC.apply(withoutOld)).isSameAs(withoutOld);
    }
  }

  @Test
  void aLongRunOfMarksTakesLittleMoreThanLinearTime() {
    String marks = "a" + "\u0301\u0316".repeat(500_000);
    String result =
        Assertions.assertTimeoutPreemptively(
            Duration.ofSeconds(5), () -> Normalization.NFC.apply(marks));
    assertThat(result).isEqualTo("\u00e1" + "\u0316".repeat(500_000) + "\u0301".repeat(499_999));
  }

  @Test
  void withoutNormalizationTextStaysAsItIs() {
    String text = "e\u0301\ud83d\ude00";
    assertThat(Normalization.NONE.apply(text)).isSameAs(text);
    assertThat(Normalization.NONE.aligned(text).starts()).containsExactly(0, 1, 2, 2);
    assertThat(Normalization.NONE.aligned(text).ends()).containsExactly(1, 2, 4, 4);
  }

  private static void assertAsInTheJdk(String text) {
    assertThat(Normalization.NFC.apply(text))
        .isEqualTo(Normalizer.normalize(text, Normalizer.Form.NFC));
  }

  private static int[] ints(String list) {
    return Arrays.stream(list.split(" ")).mapToInt(Integer::parseInt).toArray();
  }

  static String sha256(String text) {
    return sha256(text.getBytes(StandardCharsets.UTF_8));
  }

  static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
