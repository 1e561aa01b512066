// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loam.model.ModelInputException;
import dev.loam.model.Qwen3Config;
import dev.loam.model.Qwen3Model;
import dev.loam.model.SpecialTokens;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.Engine;
import dev.loam.tensor.EngineUse;
import dev.loam.testkit.TestData;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenGeneratorTest {
  private static final int POSITIONS = 300;
  private static final Qwen3Config CONFIG =
      new Qwen3Config(
          50, 16, 24, 2, 4, 2, 8, POSITIONS, 1e4, 1e-6, 0.3, true, SpecialTokens.none());
  private static final GenerationOptions SAMPLED =
      GenerationOptions.builder().optTemperature(1.2).optTopK(40).optTopP(0.95).build();

  private final ComputeLease lease = Engine.named("torch").lease(1);

  @AfterEach
  void giveBack() {
    lease.close();
  }

  private Qwen3Model tiny() {
    Qwen3Model model = Qwen3Model.allocate(lease, CONFIG, 4);
    model.initialize(5);
    return model;
  }

  /** Golden case 05, all three prompts at once and alone: exact tokens. */
  @ParameterizedTest
  @ValueSource(strings = {"open-05-generate-a", "open-05-generate-b"})
  void golden(String name) {
    Path folder = TestData.shared("../golden/" + name);
    JsonNode meta = TestData.json(folder.resolve("meta.json"));
    try (Qwen3Model model = Qwen3Model.open(lease, folder.resolve("hf_bf16"), 4)) {
      for (int atOnce : new int[] {1, 2, 3}) {
        try (TokenGenerator generator = new TokenGenerator(model, atOnce)) {
          assertGolden(generator, meta);
        }
      }
    }
  }

  private static void assertGolden(TokenGenerator generator, JsonNode meta) {
    List<TokenRequest> requests = new ArrayList<>();
    List<int[]> expected = new ArrayList<>();
    GenerationOptions greedy = GenerationOptions.builder().optMaxNewTokens(32).build();
    for (int i = 0; i < 3; i++) {
      JsonNode generation = meta.path("generations").path(i);
      int[] prompt = ints(generation.path("prompt"));
      Set<Integer> eos = Set.of(generation.path("eos_id").asInt());
      requests.add(new TokenRequest(prompt, greedy));
      expected.add(ints(generation.path("output")));
      requests.add(new TokenRequest(prompt, greedy.toBuilder().optStopTokens(eos).build()));
      expected.add(ints(generation.path("output_with_eos")));
      requests.add(new TokenRequest(prompt, greedy.toBuilder().optRepetitionPenalty(1.3).build()));
      expected.add(ints(meta.path("repetition_penalty_1_3").path(i)));
    }
    List<GeneratedTokens> results = generator.generateAll(requests);
    for (int i = 0; i < results.size(); i++) {
      assertThat(results.get(i).ids()).as("request " + i).isEqualTo(expected.get(i));
      assertThat(results.get(i).finishReason())
          .isEqualTo(i % 3 == 1 ? FinishReason.STOP : FinishReason.LENGTH);
    }
  }

  private static int[] ints(JsonNode array) {
    return IntStream.range(0, array.size()).map(i -> array.get(i).asInt()).toArray();
  }

  /** Far beyond the first size of the cache, and again in memory that was used before. */
  @Test
  void aSeedGivesItsTextWhateverElseIsInTheBatch() {
    try (Qwen3Model model = tiny();
        TokenGenerator one = new TokenGenerator(model);
        TokenGenerator four = new TokenGenerator(model, 4)) {
      List<TokenRequest> requests = new ArrayList<>();
      for (int i = 0; i < 7; i++) {
        int[] prompt = new int[1 + 9 * i];
        Arrays.setAll(prompt, t -> (3 * t + 1) % 50);
        requests.add(
            new TokenRequest(
                prompt, SAMPLED.toBuilder().optSeed(i / 2).optMaxNewTokens(30 * i + 1).build()));
      }
      List<GeneratedTokens> together = four.generateAll(requests);
      for (int i = 0; i < requests.size(); i++) {
        TokenRequest request = requests.get(i);
        int[] alone = one.generate(request.prompt(), request.options()).ids();
        assertThat(alone).hasSize(30 * i + 1);
        assertThat(together.get(i).ids()).as("request " + i).isEqualTo(alone);
      }
      int[] prompt = requests.get(6).prompt();
      int[] otherSeed =
          one.generate(prompt, requests.get(6).options().toBuilder().optSeed(9).build()).ids();
      assertThat(otherSeed).isNotEqualTo(together.get(6).ids());
    }
  }

  /** What a cached pass of many steps gives is what one pass over the whole text gives. */
  @Test
  void growingTheCacheLosesNothing() {
    try (Qwen3Model model = tiny();
        TokenGenerator generator = new TokenGenerator(model)) {
      GenerationOptions penalized =
          GenerationOptions.builder().optRepetitionPenalty(2).optMaxNewTokens(250).build();
      int[] text = generator.generate(new int[] {3, 1}, penalized).ids();
      assertThat(IntStream.of(text).distinct().count()).isGreaterThan(15);
      GenerationOptions next = penalized.toBuilder().optMaxNewTokens(1).build();
      for (int length : new int[] {1, 60, 61, 62, 63, 64, 125, 126, 127, 249}) {
        int[] start = new int[length + 2];
        start[0] = 3;
        start[1] = 1;
        System.arraycopy(text, 0, start, 2, length);
        assertThat(generator.generate(start, next).ids())
            .as("" + length)
            .containsExactly(text[length]);
      }
    }
  }

  @Test
  void listenersFollowAndEndATextOfTheirOwn() {
    try (Qwen3Model model = tiny();
        TokenGenerator generator = new TokenGenerator(model, 2)) {
      List<Integer> followed = new ArrayList<>();
      int[] prompt = {1, 2};
      TokenRequest cut =
          new TokenRequest(
              prompt,
              SAMPLED,
              token -> {
                followed.add(token);
                return followed.size() < 5;
              });
      List<GeneratedTokens> both =
          generator.generateAll(List.of(cut, new TokenRequest(prompt, SAMPLED)));
      assertThat(both.get(0).finishReason()).isEqualTo(FinishReason.CANCELLED);
      assertThat(both.get(0).ids()).isEqualTo(Arrays.copyOf(both.get(1).ids(), 5));
      assertThat(followed)
          .containsExactly(IntStream.of(both.get(0).ids()).boxed().toArray(Integer[]::new));
      assertThat(both.get(1).ids()).hasSize(GenerationOptions.DEFAULT_NEW_TOKENS);
    }
  }

  @Test
  void anInterruptEndsAllTexts() {
    try (Qwen3Model model = tiny();
        TokenGenerator generator = new TokenGenerator(model, 2)) {
      TokenRequest interrupting =
          new TokenRequest(
              new int[] {1},
              SAMPLED,
              new TokenListener() {
                private int tokens;

                @Override
                public boolean onToken(int token) {
                  if (++tokens == 3) {
                    Thread.currentThread().interrupt();
                  }
                  return true;
                }
              });
      TokenRequest other = new TokenRequest(new int[] {2}, SAMPLED);
      List<GeneratedTokens> results = generator.generateAll(List.of(interrupting, other, other));
      assertThat(Thread.interrupted()).isTrue();
      assertThat(results).extracting(r -> r.ids().length).containsExactly(3, 3, 0);
      assertThat(results)
          .extracting(GeneratedTokens::finishReason)
          .containsOnly(FinishReason.CANCELLED);
      assertThat(generator.generate(new int[] {2}, SAMPLED).ids()).hasSize(128);
    }
  }

  /** A text that comes in while others are written joins them. */
  @Test
  void textsJoin() {
    try (Qwen3Model model = tiny();
        TokenGenerator generator = new TokenGenerator(model, 2)) {
      Deque<TokenRequest> waiting = new ArrayDeque<>();
      List<String> log = new ArrayList<>();
      GenerationOptions three = SAMPLED.toBuilder().optMaxNewTokens(3).build();
      TokenRequest second = new TokenRequest(new int[] {2}, three, named("b", log, token -> {}));
      waiting.add(
          new TokenRequest(
              new int[] {1},
              three,
              named(
                  "a",
                  log,
                  token -> {
                    if (log.size() == 2) {
                      waiting.add(second);
                    }
                  })));
      generator.run(() -> Optional.ofNullable(waiting.poll()));
      assertThat(log).containsExactly("a", "a", "b", "a", "a.", "b", "b", "b.");
    }
  }

  private static TokenListener named(
      String name, List<String> log, java.util.function.IntConsumer each) {
    return new TokenListener() {
      @Override
      public boolean onToken(int token) {
        log.add(name);
        each.accept(token);
        return true;
      }

      @Override
      public void onEnd(GeneratedTokens tokens) {
        log.add(name + ".");
      }
    };
  }

  /** One that fails ends the others, and the generator goes on afterwards. */
  @Test
  void aListenerThatFails() {
    try (Qwen3Model model = tiny();
        TokenGenerator generator = new TokenGenerator(model, 2)) {
      List<String> log = new ArrayList<>();
      TokenRequest other = new TokenRequest(new int[] {1}, SAMPLED, named("a", log, token -> {}));
      TokenRequest failing =
          new TokenRequest(
              new int[] {1},
              SAMPLED,
              token -> {
                throw new IllegalArgumentException("enough");
              });
      assertThatThrownBy(() -> generator.generateAll(List.of(other, failing))).hasMessage("enough");
      assertThat(log).containsExactly("a", "a.");
      assertThat(generator.generateAll(List.of(other, other))).hasSize(2);
    }
  }

  /** The model keeps the scratch memory of its passes; everything else goes with the generator. */
  @Test
  void closingFreesWhatWasGrown() {
    try (Qwen3Model model = tiny()) {
      List<EngineUse> after = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        try (TokenGenerator generator = new TokenGenerator(model, 2)) {
          TokenRequest longText =
              new TokenRequest(new int[70], SAMPLED.toBuilder().optMaxNewTokens(90).build());
          assertThat(generator.generateAll(List.of(longText, longText, longText))).hasSize(3);
        }
        after.add(Engine.named("torch").use());
      }
      assertThat(after.get(1)).isEqualTo(after.get(0));
      assertThat(after.get(2)).isEqualTo(after.get(0));
    }
  }

  @Test
  void limits() {
    try (Qwen3Model model = tiny();
        TokenGenerator generator = new TokenGenerator(model)) {
      GenerationOptions greedy = GenerationOptions.greedy();
      assertThat(generator.generate(new int[POSITIONS - 2], greedy).ids()).hasSize(2);
      GenerationOptions none = greedy.toBuilder().optMaxNewTokens(0).build();
      GeneratedTokens nothing = generator.generate(new int[] {1}, none);
      assertThat(nothing.ids()).isEmpty();
      assertThat(nothing.finishReason()).isEqualTo(FinishReason.LENGTH);
      refused(generator, new int[] {}, greedy, "the prompt has no tokens");
      refused(generator, new int[] {0, 50}, greedy, "prompt token 1 = 50 is outside");
      refused(generator, new int[] {-1}, greedy, "prompt token 0 = -1");
      refused(generator, new int[POSITIONS], greedy, "300 prompt tokens and 1 new ones do not fit");
      refused(
          generator,
          new int[2],
          greedy.toBuilder().optMaxNewTokens(Integer.MAX_VALUE).build(),
          "the model's 300 positions");
      assertThatThrownBy(() -> new TokenGenerator(model, 0)).hasMessageContaining("not 0");
    }
  }

  private static void refused(
      TokenGenerator generator, int[] prompt, GenerationOptions options, String part) {
    assertThatThrownBy(() -> generator.generate(prompt, options))
        .isInstanceOf(ModelInputException.class)
        .hasMessageContaining(part);
  }
}
