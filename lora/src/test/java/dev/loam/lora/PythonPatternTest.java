// SPDX-License-Identifier: Apache-2.0
package dev.loam.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Expressions as Python reads them; the expected values are those of Python 3.11. */
class PythonPatternTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        // expression, text, fullmatch, match
        ".*q_proj model.layers.0.self_attn.q_proj true true",
        "q_proj|k_proj k_proj true true",
        "q_proj k_proj false false",
        "lin linear_qkv false true",
        ".*\\.(?P<layer>[01])\\..* model.layers.1.mlp true true",
        ".*\\.(?P<layer>[01])\\..* model.layers.2.mlp false false",
        "[[]a [a true true",
        "[a&&b]+ a&b true true",
        "[]a]+ ]a] true true",
        "[^]a] ] false false",
        "[\\]b]+ b]b true true",
        "a{,2} aa true true",
        "a{,2} aaa false true",
        "ab\\Z ab true true",
        "a(?=b) ab false true",
        "(?i)LIN.* linear true true",
        "(?:a|b)\\.\\d+ b.12 true true",
        "\\w+_\\w+ q_proj true true",
        "[-\\w.]+ a-b.c true true",
      })
  void meansWhatItMeansInPython(String expression, String text, boolean all, boolean start) {
    PythonPattern pattern = PythonPattern.compile(expression);
    assertThat(pattern.matchesAll(text)).as("fullmatch").isEqualTo(all);
    assertThat(pattern.matchesStart(text)).as("match").isEqualTo(start);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(",
        "[a",
        "*a",
        "a\\",
        "\\Qa\\E",
        "\\p{L}",
        "\\z",
        "\\ka",
        "[\\h]",
        "(?(1)a|b)",
        "(?P<a>x)(?P=a)",
        "(?#a)",
        "a{2,1}",
        "[b-a]"
      })
  void whatJavaWouldReadOtherwiseIsRefused(String expression) {
    assertThatThrownBy(() -> PythonPattern.compile(expression))
        .isInstanceOf(LoraTargetException.class)
        .hasMessageStartingWith("'" + expression + "' is no regular expression")
        .hasMessageContaining("(character ");
  }

  @Test
  void anEndlessSearchIsGivenUp() {
    PythonPattern pattern = PythonPattern.compile("(a*)*(a*)*\\1b");
    assertThatThrownBy(() -> pattern.matchesAll("a".repeat(40)))
        .isInstanceOf(LoraTargetException.class)
        .hasMessageContaining("takes too long");
    assertThatThrownBy(() -> PythonPattern.compile("(".repeat(1001)))
        .hasMessageContaining("the limit is 1000");
  }
}
