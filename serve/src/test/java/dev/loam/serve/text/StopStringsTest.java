// SPDX-License-Identifier: Apache-2.0
package dev.loam.serve.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class StopStringsTest {
  @Provide
  Arbitrary<List<String>> pieces() {
    return Arbitraries.strings().withChars("ab").ofMaxLength(4).list().ofMaxSize(12);
  }

  @Provide
  Arbitrary<List<String>> stops() {
    return Arbitraries.strings().withChars("ab").ofMinLength(1).ofMaxLength(6).list().ofMaxSize(3);
  }

  /** Against the definition: cut before what ends first, give all that no stop string begins. */
  @Property
  void sameAsTheDefinition(
      @ForAll("pieces") List<String> pieces, @ForAll("stops") List<String> stops) {
    StopStrings found = new StopStrings(stops);
    StringBuilder read = new StringBuilder();
    StringBuilder given = new StringBuilder();
    for (String piece : pieces) {
      read.append(piece);
      given.append(found.next(piece));
      int end = end(read.toString(), stops);
      assertThat(found.isFound()).isEqualTo(end >= 0);
      if (end >= 0) {
        break;
      }
      String text = read.toString();
      assertThat(given).hasToString(text.substring(0, text.length() - held(text, stops)));
    }
    given.append(found.flush());
    String text = read.toString();
    int end = end(text, stops);
    assertThat(given).hasToString(end < 0 ? text : text.substring(0, start(text, end, stops)));
  }

  /** Where the first stop string ends, or -1. */
  private static int end(String text, List<String> stops) {
    return IntStream.rangeClosed(0, text.length())
        .filter(i -> stops.stream().anyMatch(text.substring(0, i)::endsWith))
        .findFirst()
        .orElse(-1);
  }

  private static int start(String text, int end, List<String> stops) {
    return stops.stream()
        .filter(text.substring(0, end)::endsWith)
        .mapToInt(stop -> end - stop.length())
        .min()
        .orElseThrow();
  }

  /** How much at the end of a text may be the beginning of a stop string. */
  private static int held(String text, List<String> stops) {
    return IntStream.rangeClosed(0, text.length())
        .filter(i -> stops.stream().anyMatch(stop -> stop.startsWith(text.substring(i))))
        .map(i -> text.length() - i)
        .findFirst()
        .orElse(0);
  }

  @Example
  void nothingMoreIsTakenAfterAStop() {
    StopStrings stops = new StopStrings(List.of("END", "D"));
    assertThat(stops.next("the EN")).isEqualTo("the ");
    assertThat(stops.next("D of it")).isEmpty();
    assertThat(stops.isFound()).isTrue();
    assertThat(stops.next("more")).isEmpty();
    assertThat(stops.flush()).isEmpty();
  }
}
