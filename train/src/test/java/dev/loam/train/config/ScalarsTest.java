// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What YAML readers disagree about is refused with a hint, or has one meaning. */
class ScalarsTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "-7, -7",
    "+7, 7",
    "1_000, 1000",
    "12_345_678, 12345678",
    "' 5 ', 5",
    "999999999999999999, 999999999999999999",
  })
  void integers(String text, long value) {
    assertThat(Scalars.integer(text)).contains(value);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "012",
        "00",
        "-01",
        "0x1F",
        "0o17",
        "0b1",
        "1:30",
        "1e3",
        "1.0",
        "1_",
        "_1",
        "1__0",
        "1,000",
        "1000000000000000000",
        "one",
        "\u0661",
        "--1",
        "1 000"
      })
  void noIntegers(String text) {
    assertThat(Scalars.integer(text)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "1e-6, 1e-6",
    "1.e-6, 1e-6",
    "1.0E-06, 1e-6",
    "-.5, -0.5",
    "5., 5",
    "1_000.5, 1000.5",
    "0.10, 0.1",
    "0, 0",
    "7, 7",
  })
  void numbers(String text, double value) {
    assertThat(Scalars.number(text)).contains(value);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        ".inf",
        "-.Inf",
        "inf",
        "Infinity",
        ".nan",
        "NaN",
        "1e999",
        "012",
        "0x10",
        "0x1p3",
        "1:30.5",
        "1,5",
        "1f",
        "1d",
        "e5",
        ".",
        ""
      })
  void noNumbers(String text) {
    assertThat(Scalars.number(text)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "012, ; some readers take a leading zero for octal: leave it out",
    "0x1F, ; write it as a decimal number",
    "0o17, ; write it as a decimal number",
    "1:30, ; some readers take colons for sexagesimal digits: write it as a decimal number",
    ".inf, ; it must be finite",
    "-.NaN, ; it must be finite",
    "'1,000', '; write it without commas, with a point before the fraction'",
    "1e3, ; write 1000",
    "2.0, ; write 2",
    "2.5, ''",
    "many, ''",
  })
  void hints(String text, String hint) {
    assertThat(Scalars.numberHint(text)).isEqualTo(hint);
  }

  @ParameterizedTest
  @CsvSource({"true, true", "True, true", "TRUE, true", "' False ', false", "false, false"})
  void flags(String text, boolean value) {
    assertThat(Scalars.flag(text)).contains(value);
  }

  @ParameterizedTest
  @CsvSource({
    "yes, ; write True",
    "On, ; write True",
    "y, ; write True",
    "1, ; write True",
    "NO, ; write False",
    "off, ; write False",
    "n, ; write False",
    "0, ; write False",
    "truth, ''",
  })
  void otherFlags(String text, String hint) {
    assertThat(Scalars.flag(text)).isEmpty();
    assertThat(Scalars.flagHint(text)).isEqualTo(hint);
  }
}
