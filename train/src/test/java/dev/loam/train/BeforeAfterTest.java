// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BeforeAfterTest {
  @Test
  void comparesTheFirstWithTheLast() {
    List<String> said = new ArrayList<>();
    ConsoleListener console = new ConsoleListener(said::add);
    console.onEvaluation(new Evaluation(0, 2, 10, 1));
    console.onGeneration(0, List.of(new Generation("one ", "a")));
    console.onEvaluation(new Evaluation(5, 1.5, 10, 1));
    console.onEvaluation(new Evaluation(9, 1, 10, 1));
    console.onGeneration(9, List.of(new Generation("one ", "two")));
    said.clear();
    console.close();
    assertThat(said)
        .containsExactly(
            "held-out data  |       before |        after",
            "loss           |       2.0000 |       1.0000",
            "perplexity     |       7.3891 |       2.7183",
            "prompt: one ",
            "  before: a",
            "  after:  two");
  }

  @Test
  void saysNothingOfWhatThereIsNothingToCompareWith() {
    List<String> said = new ArrayList<>();
    ConsoleListener console = new ConsoleListener(said::add);
    console.onEvaluation(new Evaluation(9, 1, 10, 1));
    console.onGeneration(9, List.of(new Generation("one ", "two")));
    said.clear();
    console.close();
    assertThat(said).isEmpty();
  }
}
