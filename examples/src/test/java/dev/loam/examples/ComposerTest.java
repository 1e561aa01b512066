// SPDX-License-Identifier: Apache-2.0
package dev.loam.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ComposerTest {
  private static final String[] ANIMALS = {"== animal: one | sound", "owl | hoo", "dog | wuff"};

  @Test
  void rowStaysTheSameAndSecondRowDiffers() {
    for (int seed = 0; seed < 20; seed++) {
      assertThat(compose(seed, "{animal.one} {animal.sound} {animal2.one} {animal2.sound}"))
          .isIn("owl hoo dog wuff", "dog wuff owl hoo");
    }
  }

  @Test
  void articleFollowsTheFirstLetter() {
    assertThat(compose(1, "{a animal.one} {A animal2.one} {Animal.sound}"))
        .isIn("an owl A dog Hoo", "a dog An owl Wuff");
  }

  @Test
  void ruleRepeatsNoLineBeforeAllWereUsed() {
    for (int seed = 0; seed < 20; seed++) {
      String text = compose(seed, "{say}{say}{say}", "== say", "a", "b", "c");
      assertThat(text.chars().sorted().toArray()).containsExactly('a', 'b', 'c');
    }
  }

  @Test
  void choiceTakesEitherSide() {
    Set<String> seen = new HashSet<>();
    IntStream.range(0, 40).forEach(seed -> seen.add(compose(seed, "[this|that]")));
    assertThat(seen).containsExactlyInAnyOrder("this", "that");
  }

  @Test
  void generatorMatchesThePublishedAlgorithm() {
    // The first output for seed 1234567 is 6457827717110365317.
    assertThat(new SplitMix64(1234567).below(1_000_000)).isEqualTo(365_317);
  }

  @Test
  void mistakesInTheGrammarAreNamed() {
    assertThatThrownBy(() -> compose(1, "{plant}")).hasMessageContaining("no section plant");
    assertThatThrownBy(() -> compose(1, "{animal.age}")).hasMessageContaining("{animal.age}");
    assertThatThrownBy(() -> Grammar.parse("g", List.of("== a: x | y", "only")))
        .hasMessage("g:2: 1 cells for the columns [x, y]");
    assertThatThrownBy(() -> Grammar.parse("g", List.of("== a", "== a")))
        .hasMessage("g:2: second section a");
  }

  private static String compose(long seed, String document, String... more) {
    List<String> lines = new ArrayList<>(List.of("== document", document));
    lines.addAll(Arrays.asList(ANIMALS));
    lines.addAll(Arrays.asList(more));
    return new Composer(Grammar.parse("test", lines), new SplitMix64(seed)).compose();
  }
}
