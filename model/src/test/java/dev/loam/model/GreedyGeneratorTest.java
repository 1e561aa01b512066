// SPDX-License-Identifier: Apache-2.0
package dev.loam.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loam.parallel.ForwardPass;
import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.CuSeqlens;
import dev.loam.tensor.Device;
import dev.loam.tensor.Engine;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.LossHead;
import dev.loam.tensor.part.MicroBatch;
import dev.loam.testkit.TestData;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GreedyGeneratorTest {
  private final ComputeLease lease = Engine.named("torch").lease(1);

  @AfterEach
  void giveBack() {
    lease.close();
  }

  /** Golden case 05: 32 tokens after each of three prompts, and up to the end token. */
  @Test
  void goldenTokens() {
    Path golden = TestData.golden("05-generate-a");
    JsonNode cases = TestData.json(golden.resolve("meta.json")).path("generations");
    assertThat(cases).hasSize(3);
    try (Qwen3Model model = Qwen3Model.open(lease, golden.resolve("hf_bf16"), 4)) {
      GreedyGenerator generator = new GreedyGenerator(model);
      for (JsonNode generation : cases) {
        int[] prompt = ints(generation.path("prompt"));
        assertThat(generator.generate(prompt, 32, Set.of()))
            .isEqualTo(ints(generation.path("output")));
        assertThat(generator.generate(prompt, 32, Set.of(generation.path("eos_id").asInt(), -1)))
            .isEqualTo(ints(generation.path("output_with_eos")));
      }
    }
  }

  private static int[] ints(JsonNode array) {
    return IntStream.range(0, array.size()).map(i -> array.get(i).asInt()).toArray();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void eachTokenIsTheMostProbableAfterAFullPass(long seed) {
    try (Qwen3Model model = TinyCase.of(seed).model(lease)) {
      int[] text = {1, 4, 2};
      int[] generated = new GreedyGenerator(model).generate(text, 12, Set.of());
      assertThat(generated).hasSize(12);
      for (int token : generated) {
        assertThat(token).isEqualTo(mostProbableAfter(model, text));
        text = Arrays.copyOf(text, text.length + 1);
        text[text.length - 1] = token;
      }
    }
  }

  private int mostProbableAfter(Qwen3Model model, int[] text) {
    int tokens = text.length;
    long[] labels = new long[tokens];
    Arrays.fill(labels, LossHead.IGNORED);
    MicroBatch batch =
        new MicroBatch(
            IntStream.of(text).asLongStream().toArray(),
            labels,
            LongStream.range(0, tokens).toArray(),
            CuSeqlens.rows(1, tokens));
    return lease.call(
        () -> {
          try (Arena arena = lease.newArena(Device.cpu())) {
            ForwardPass pass = new ForwardPass(lease, arena, model.part(), tokens);
            Tensor logits = arena.allocate(lease.computeType(), tokens, model.config().vocabSize());
            model.part().head().orElseThrow().logits(pass.hidden(batch), logits);
            double[] last = logits.rows(tokens - 1, 1).toDoubles();
            return IntStream.range(0, last.length)
                .reduce((a, b) -> last[b] > last[a] ? b : a)
                .orElseThrow();
          }
        });
  }

  @Test
  void limitsOfTheText() {
    try (Qwen3Model model = TinyCase.of(1).model(lease)) {
      GreedyGenerator generator = new GreedyGenerator(model);
      int vocabulary = model.config().vocabSize();
      assertThat(generator.generate(new int[] {1}, 0, Set.of())).isEmpty();
      assertThat(generator.generate(new int[39], 1, Set.of())).hasSize(1);
      refused(generator, new int[] {}, 1, "the prompt has no tokens");
      refused(generator, new int[] {0, vocabulary}, 1, "prompt token 1 = " + vocabulary);
      refused(generator, new int[] {-1}, 1, "prompt token 0 = -1");
      refused(generator, new int[39], 2, "39 prompt tokens and 2 new ones", "40 positions");
      refused(generator, new int[1], Integer.MAX_VALUE, "40 positions");
      refused(generator, new int[1], -1, "-1 new ones");
    }
  }

  private static void refused(
      GreedyGenerator generator, int[] prompt, int newTokens, String... parts) {
    assertThatThrownBy(() -> generator.generate(prompt, newTokens, Set.of()))
        .isInstanceOf(ModelInputException.class)
        .hasMessageContainingAll(parts);
  }

  @Test
  void generatingLeavesNothingBehind() {
    try (Qwen3Model model = TinyCase.of(2).model(lease)) {
      GreedyGenerator generator = new GreedyGenerator(model);
      int[] first = generator.generate(new int[] {1, 2, 3}, 20, Set.of());
      long bytes = model.arena().allocatedBytes();
      for (int i = 0; i < 20; i++) {
        assertThat(generator.generate(new int[] {1, 2, 3}, 20, Set.of())).isEqualTo(first);
      }
      assertThat(model.arena().allocatedBytes()).isEqualTo(bytes);
    }
  }
}
