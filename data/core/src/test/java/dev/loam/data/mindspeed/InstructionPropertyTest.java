// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.mindspeed;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.loam.data.Sample;
import dev.loam.data.gpt.Split;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** Conversations survive files, packing and sampling. */
class InstructionPropertyTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LENGTH = 450;

  private static Arbitrary<String> text() {
    return Arbitraries.strings().withChars("ab\n <>中").ofMaxLength(30);
  }

  @Provide
  Arbitrary<List<List<Turn>>> conversations() {
    Arbitrary<Turn> turn =
        text().flatMap(question -> text().map(answer -> new Turn(question, answer)));
    return turn.list().ofMinSize(1).ofMaxSize(3).list().ofMinSize(1).ofMaxSize(12);
  }

  private static String json(List<Turn> turns) {
    List<Map<String, String>> messages = new ArrayList<>();
    for (Turn turn : turns) {
      messages.add(Map.of("role", "user", "content", turn.question()));
      messages.add(Map.of("role", "assistant", "content", turn.answer()));
    }
    try {
      return JSON.writeValueAsString(Map.of("messages", messages));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What a position is to predict stands for itself: the text that is learned. */
  private static List<String> learned(Sample sample) {
    List<String> texts = new ArrayList<>();
    for (int s = 0; s + 1 < sample.cuSeqlens().length; s++) {
      StringBuilder text = new StringBuilder();
      for (int t = sample.cuSeqlens()[s]; t < sample.cuSeqlens()[s + 1]; t++) {
        if (sample.lossMask()[t]) {
          assertThat(sample.labels()[t]).isEqualTo(sample.inputIds()[t + 1]);
          text.appendCodePoint(sample.labels()[t]);
        }
      }
      texts.add(text.toString());
    }
    return texts;
  }

  @Property(tries = 40)
  void theAnswersAreLearnedAndNothingElse(
      @ForAll("conversations") List<List<Turn>> conversations, @ForAll boolean neat)
      throws IOException {
    Path folder = Files.createTempDirectory("loam-instruction");
    try {
      MindSpeedOptions.Builder options = MindSpeedOptions.builder();
      if (neat) {
        options.optSequenceLength(LENGTH).optPacking(Packing.NEAT, ' ');
      }
      InstructionRows.preprocess(
          folder,
          options.build(),
          conversations.stream().map(InstructionPropertyTest::json).toArray(String[]::new));
      List<String> found = new ArrayList<>();
      MindSpeedSampleOptions all =
          new MindSpeedSampleOptions(LENGTH, 7, true, OptionalLong.empty(), "100,0,0", Split.TRAIN);
      try (MindSpeedSamples samples = MindSpeedSamples.open(folder.resolve("out"), all)) {
        for (long i = 0; i < samples.size(); i++) {
          found.addAll(learned(samples.get(i)));
        }
      }
      assertThat(found)
          .containsExactlyInAnyOrderElementsOf(
              conversations.stream()
                  .map(
                      turns ->
                          String.join(
                              "", turns.stream().map(t -> t.answer() + "<|im_end|>\n").toList()))
                  .toList());
    } finally {
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(folder);
    }
  }

  /** Nothing is lost, nothing overflows, and no two knapsacks could have been one. */
  @Property(tries = 200)
  void knapsacks(
      @ForAll List<@IntRange(min = 1, max = 20) Integer> lengths,
      @ForAll @IntRange(min = 20, max = 60) int capacity) {
    List<List<Integer>> knapsacks = Knapsacks.fill(lengths, capacity);
    assertThat(knapsacks.stream().flatMap(List::stream).toList())
        .containsExactlyInAnyOrderElementsOf(IntStream.range(0, lengths.size()).boxed().toList());
    int before = capacity + 1;
    for (List<Integer> knapsack : knapsacks) {
      int sum = knapsack.stream().mapToInt(lengths::get).sum();
      assertThat(sum).isBetween(1, capacity);
      int smallest = knapsack.stream().mapToInt(lengths::get).min().orElseThrow();
      assertThat(before + smallest).as("fits into the one before").isGreaterThan(capacity);
      before = sum;
    }
  }
}
