// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;

/**
 * Digests of one byte, 0 or 1, for each code point, found with Hugging Face's library: from the
 * words it cuts and the added tokens it finds beside each character.
 */
class CharClassTest {
  @Test
  void classesAreThoseOfTheReferenceOnAnyJdk() {
    assertDigest(
        CharClass::isLetter, "3f3a7f2ed737ba1a7ec97f663a870340c8cc3d6c987185888f6c783f68a764fc");
    assertDigest(
        CharClass::isNumber, "3cc529254bc80c0b71d76d4b822bcb98f56a248b351f362a344f0f233e89bc0f");
    assertDigest(
        CharClass::isSpace, "c98391b7e6a30c023f3afae812631da8faefa7a5375da212125ecc175046f7d9");
    assertDigest(
        CharClass::isWord, "65f513b63aa3b933ea1d94d2250b5c2fefe42660dfa715b9d40d82007130da7c");
  }

  private static void assertDigest(IntPredicate condition, String sha256) {
    byte[] bits = new byte[Character.MAX_CODE_POINT + 1];
    for (int c = 0; c < bits.length; c++) {
      bits[c] = (byte) (condition.test(c) ? 1 : 0);
    }
    assertThat(NormalizationTest.sha256(bits)).isEqualTo(sha256);
  }

  @Test
  void theClassesOfSomeCharacters() {
    assertThat(CharClass.of('a')).isEqualTo(CharClass.LETTER);
    assertThat(CharClass.of(0x1C89)).as("a letter of Unicode 16").isEqualTo(CharClass.LETTER);
    assertThat(CharClass.of('7')).isEqualTo(CharClass.NUMBER);
    assertThat(CharClass.of(0x2167)).isEqualTo(CharClass.NUMBER);
    assertThat(CharClass.of(0x85)).isEqualTo(CharClass.SPACE);
    assertThat(CharClass.of('\r')).isEqualTo(CharClass.LINE_END);
    assertThat(CharClass.of('\n')).isEqualTo(CharClass.LINE_END);
    assertThat(CharClass.of(0x0301)).isEqualTo(CharClass.OTHER);
    assertThat(CharClass.of(Character.MAX_CODE_POINT)).isEqualTo(CharClass.OTHER);
    assertThat(CharClass.isLineEnd('\n')).isTrue();
    assertThat(CharClass.isLineEnd('\u2028')).isFalse();
  }
}
