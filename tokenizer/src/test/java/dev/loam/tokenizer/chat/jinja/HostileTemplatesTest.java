// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.loam.tokenizer.chat.TemplateException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Templates that ask for more than they should get: refused quickly, and in little memory. */
class HostileTemplatesTest {
  private static final Duration SOON = Duration.ofSeconds(1);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{ 'a' * 1000000000 }}",
        "{{ 9223372036854775807 * 'a' }}",
        "{{ [0] * 1000000000 }}",
        "{{ [[]] * 9223372036854775807 }}",
        "{{ range(1000000000) }}",
        "{{ range(100000)|list * 1000 }}",
        "{{ range(100000)|map('string')|join * 100 }}",
        "{{ 'a'.ljust(1000000000) }}",
        "{{ 'a'.center(1000000000) }}",
        "{{ 'a'|center(9223372036854775807) }}",
        "{{ '7'.zfill(1000000000) }}",
        "{{ '%1000000000d' % 1 }}",
        "{{ '%99999999999999s' % 'a' }}",
        "{{ 'a\nb'|indent(1000000000) }}",
        "{{ [1]|tojson(indent=1000000000) }}",
        "{{ [1]|batch(1000000000, 0)|list }}",
        "{{ [1]|slice(1000000000)|list }}",
        "{{ 10 ** 1000000000 }}",
        "{{ 2 ** 9223372036854775807 }}",
        "{{ ('a' * 100000).replace('a', 'b' * 100000) }}",
        "{{ ('a' * 100000).join('b' * 100000) }}",
        "{{ ('a' * 1000000)|list }}",
        "{{ ('a ' * 1000000).split() }}",
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
        "{% for a in range(99999) %}{% for b in range(99999) %}x{% endfor %}{% endfor %}",
        "{% for a in range(99999) %}{{ 'x' * 100 }}{% endfor %}",
        "{% set n = namespace(s='ab') %}{% for a in range(99) %}{% set n.s = n.s ~ n.s %}{% endfor %}",
        "{% set n = namespace(s=[1]) %}{% for a in range(99) %}{% set n.s = n.s + n.s %}{% endfor %}",
        "{% set n = namespace(s=[1]) %}{% for a in range(40) %}{% set n.s = [n.s, n.s] %}{% endfor %}"
            + "{{ n.s }}",
        "{% set n = namespace(s=[1]) %}{% for a in range(40) %}{% set n.s = [n.s, n.s] %}{% endfor %}"
            + "{{ n.s|tojson }}",
        "{% set n = namespace(a=[1], b=[1]) %}{% for a in range(40) %}{% set n.a = [n.a, n.a] %}"
            + "{% set n.b = [n.b, n.b] %}{% endfor %}{{ n.a == n.b }}",
        "{% set n = namespace(s=[1]) %}{% for a in range(9999) %}{% set n.s = [n.s] %}{% endfor %}"
            + "{{ n.s }}",
        "{% set n = namespace(s=[1]) %}{% for a in range(9999) %}{% set n.s = [n.s] %}{% endfor %}"
            + "{{ n.s == [n.s] }}",
        "{% set n = namespace(s=(1,)) %}{% for a in range(40) %}{% set n.s = (n.s, n.s) %}{% endfor %}"
            + "{{ {n.s: 1} }}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}",
        "{% macro m(n) %}{% if n %}{{ m(n-1) }}{{ m(n-1) }}{% endif %}{% endmacro %}{{ m(30) }}",
        "{% macro m() %}{% call m() %}{% endcall %}{% endmacro %}{{ m() }}",
        "{% set s = 'ab' * 100000 %}{% for a in range(99999) %}{% if 'ba' * 999 in s %}"
            + "{% endif %}{% endfor %}",
        "{% set s = 'a' * 100000 %}{% for a in range(99999) %}{% if s == s ~ '' %}{% endif %}"
            + "{% endfor %}",
        "{% set s = 'a' * 100000 %}{% for a in range(99999) %}{% set t = s.find('b') %}{% endfor %}",
        "{% set s = range(99999)|list %}{% for a in range(99999) %}{% set t = s|sort %}{% endfor %}",
        "{% set s = range(99999)|list %}{% for a in range(99999) %}{% set t = s[1:] %}{% endfor %}",
        "{% set s = 'é' * 100000 ~ '😀' %}{% for a in range(99999) %}{% set t = s[99999] %}{% endfor %}",
        "{% generation %}{% for a in range(99999) %}{{ 'x' * 1000 }}{% endfor %}{% endgeneration %}",
      })
  void costTooMuch(String template) {
    Assertions.assertTimeoutPreemptively(SOON, () -> assertRefused(template));
  }

  @Test
  void nestedDeeply() {
    int n = 100_000;
    for (String template :
        List.of(
            "{{ " + "(".repeat(n) + "1" + ")".repeat(n) + " }}",
            "{{ " + "[".repeat(n) + "]".repeat(n) + " }}",
            "{{ " + "{1:".repeat(n) + "1" + "}".repeat(n) + " }}",
            "{{ " + "-".repeat(n) + "1 }}",
            "{{ " + "not ".repeat(n / 2) + "1 }}",
            "{{ 1" + "+1".repeat(n) + " }}",
            "{{ 1" + "**1".repeat(n / 2) + " }}",
            "{{ a" + ".a".repeat(n) + " }}",
            "{{ a" + "[0]".repeat(n / 2) + " }}",
            "{{ a" + "()".repeat(n) + " }}",
            "{{ 1" + "|d".repeat(n) + " }}",
            "{{ a" + "(a".repeat(n / 2) + " }}",
            "{{ 1" + " if 1 else 1".repeat(n / 10) + " }}",
            "{{ 1" + " or 0".repeat(n / 5) + " }}",
            "{{ 0" + " or 0".repeat(n / 5) + " }}",
            "{% if 1 %}".repeat(n / 10),
            "{% for a in [1] %}".repeat(n / 10),
            "{% macro m() %}".repeat(n / 10))) {
      Assertions.assertTimeoutPreemptively(SOON, () -> assertRefused(template));
    }
  }

  @Test
  void largeTemplates() {
    assertRefused("x".repeat(1 << 19));
    StringBuilder names = new StringBuilder();
    for (int i = 0; i < 7000; i++) {
      names.append("{% if a %}{% set x").append(i).append("=1 %}{% endif %}");
    }
    Assertions.assertTimeoutPreemptively(SOON, () -> assertRefused(names.toString()));
  }

  private static void assertRefused(String template) {
    assertThatExceptionOfType(TemplateException.class)
        .isThrownBy(
            () ->
                JinjaTemplate.parse(template, "hostile")
                    .render(List.of(), Map.of(), Map.of(), Clock.systemUTC()))
        .withMessageStartingWith("hostile, line ");
  }
}
