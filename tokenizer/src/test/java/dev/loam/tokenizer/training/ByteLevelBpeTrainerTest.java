// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.tokenizer.AddedTokens;
import dev.loam.tokenizer.HuggingFaceTokenizer;
import dev.loam.tokenizer.PreTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ByteLevelBpeTrainerTest {
  private static final List<String> SPECIAL = List.of("<|endoftext|>", "<|im_end|>");

  private static BpeTrainerSettings settings(
      int vocabSize, int minFrequency, PreTokenizer preTokenizer) {
    return BpeTrainerSettings.of(vocabSize)
        .withMinFrequency(minFrequency)
        .withSpecialTokens(SPECIAL)
        .withEndOfText("<|endoftext|>")
        .withPreTokenizer(preTokenizer)
        .withNfc(preTokenizer == PreTokenizer.QWEN);
  }

  private static TrainedBpe train(BpeTrainerSettings settings, String... texts) {
    try (ByteLevelBpeTrainer trainer = new ByteLevelBpeTrainer(settings)) {
      List.of(texts).forEach(trainer::feed);
      return trainer.train();
    }
  }

  private static List<String> merges(TrainedBpe trained) {
    return trained.merges().stream().map(m -> m.left() + " " + m.right()).toList();
  }

  @Test
  void theMostFrequentPairIsMergedFirst() {
    // Counted by hand. low x4, lower x2: "lo" and "ow" occur 6 times, "lo" has the smaller ids.
    TrainedBpe trained =
        train(settings(1000, 2, PreTokenizer.QWEN), "low low", "low", "lower lower low");
    assertThat(merges(trained)).startsWith("l o", "lo w", "Ġ low");
    assertThat(trained.vocabulary().subList(0, 4))
        .containsExactly("<|endoftext|>", "<|im_end|>", "!", "\"");
    assertThat(trained.vocabulary()).hasSize(258 + trained.merges().size());
    assertThat(trained.vocabulary().get(258)).isEqualTo("lo");
  }

  @Test
  void trainingEndsAtTheVocabularySizeOrTheMinimumFrequency() {
    assertThat(train(settings(260, 1, PreTokenizer.QWEN), "abcdef").vocabulary()).hasSize(260);
    assertThat(merges(train(settings(1000, 3, PreTokenizer.QWEN), "ab", "ab"))).isEmpty();
    assertThat(merges(train(settings(1000, 2, PreTokenizer.QWEN), "ab", "ab"))).containsOnly("a b");
    assertThat(train(settings(1000, 1, PreTokenizer.QWEN)).vocabulary()).hasSize(258);
  }

  /** Few letters, so that pairs repeat, overlap, tie, and one token arises in several ways. */
  @Provide
  Arbitrary<String> corpora() {
    Arbitrary<String> letters = Arbitraries.strings().withChars("aaabbc \n").ofMaxLength(120);
    Arbitrary<String> scripts =
        Arbitraries.of(
                "a",
                "b",
                " ",
                "\n",
                "\r\n",
                "'",
                "s",
                "7",
                "8",
                ".",
                "e",
                "\u0301",
                "\u00e9",
                "\u4e2d",
                "\uff0c",
                "\u3002",
                "\u1100",
                "\u1161",
                "\t",
                "\u00a0",
                "\ud83d\ude00")
            .list()
            .ofMaxSize(80)
            .map(parts -> String.join("", parts));
    return Arbitraries.oneOf(letters, scripts);
  }

  @Provide
  Arbitrary<BpeTrainerSettings> anySettings() {
    return Combinators.combine(
            Arbitraries.integers().between(262, 330),
            Arbitraries.integers().between(0, 3),
            Arbitraries.of(PreTokenizer.class),
            Arbitraries.of(true, false),
            Arbitraries.of(0, 0, 0, 1, 2, 3, 5),
            Arbitraries.of("<s>", "a", "ab", "aa", "\u0120a").set().ofMaxSize(3))
        .as(
            (vocabSize, frequency, preTokenizer, nfc, longest, special) -> {
              BpeTrainerSettings settings =
                  BpeTrainerSettings.of(vocabSize)
                      .withMinFrequency(frequency)
                      .withPreTokenizer(preTokenizer)
                      .withNfc(nfc)
                      .withSpecialTokens(List.copyOf(special));
              return longest == 0 ? settings : settings.withMaxTokenLength(longest);
            });
  }

  @Property(tries = 400)
  void trainsAsTheReferenceHoweverItWorks(
      @ForAll("corpora") String corpus,
      @ForAll("anySettings") BpeTrainerSettings settings,
      @ForAll @IntRange(min = 1, max = 3) int threads,
      @ForAll @IntRange(min = 1, max = 40) int blockSize,
      @ForAll boolean spills)
      throws IOException {
    Path folder = Files.createTempDirectory("loam-bpe-test");
    Path file = Files.writeString(folder.resolve("corpus.txt"), corpus);
    BpeTrainerOptions options =
        BpeTrainerOptions.defaults().withThreads(threads).withTemporaryFolder(folder);
    try (ByteLevelBpeTrainer trainer =
        new ByteLevelBpeTrainer(
            settings, spills ? options.withMemoryBytes(threads * 5500L) : options, blockSize)) {
      trainer.feed(List.of(file, file));
      TrainedBpe trained = trainer.train();
      TrainedBpe expected = ReferenceTrainer.train(settings, twice(lines(corpus)));
      assertThat(trained.merges()).isEqualTo(expected.merges());
      assertThat(trained.vocabulary()).isEqualTo(expected.vocabulary());
    }
    Files.delete(file);
    Files.delete(folder); // is empty
  }

  private static List<String> lines(String text) {
    return List.of(text.split("(?<=\n)"));
  }

  private static List<String> twice(List<String> lines) {
    return Stream.concat(lines.stream(), lines.stream()).toList();
  }

  @Test
  void whatIsSavedCanBeLoaded(@TempDir Path folder) {
    for (PreTokenizer preTokenizer : PreTokenizer.values()) {
      TrainedBpe trained =
          train(settings(300, 2, preTokenizer), "It's a test, a very small test.\n".repeat(3));
      trained.save(folder.resolve("new/" + preTokenizer));
      HuggingFaceTokenizer tokenizer =
          HuggingFaceTokenizer.load(folder.resolve("new/" + preTokenizer));
      assertThat(tokenizer.vocabSize()).isEqualTo(trained.vocabulary().size());
      assertThat(tokenizer.endOfText()).hasValue(0);
      int[] ids = tokenizer.encode("a test<|im_end|>caf\u00e9 e\u0301", AddedTokens.all());
      assertThat(ids).hasSizeLessThan(15).contains(1);
      assertThat(tokenizer.decode(ids, true))
          .isEqualTo(
              preTokenizer == PreTokenizer.QWEN
                  ? "a testcaf\u00e9 \u00e9"
                  : "a testcaf\u00e9 e\u0301");
      for (int id = 0; id < tokenizer.vocabSize(); id++) {
        assertThat(tokenizer.token(id)).hasValue(trained.vocabulary().get(id));
      }
    }
  }

  @Test
  void aFileIsTakenLineByLineWithItsLineEnds(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("corpus.txt"), "a\n\nb\r\nc\n\n  d");
    ByteLevelBpeTrainer fromFile = new ByteLevelBpeTrainer(settings(300, 1, PreTokenizer.QWEN));
    fromFile.feed(file);
    assertThat(fromFile.train())
        .isEqualTo(
            train(settings(300, 1, PreTokenizer.QWEN), "a\n", "\n", "b\r\n", "c\n", "\n", "  d"));
  }

  @Test
  void impossibleSettingsAreRefused() {
    assertThatThrownBy(() -> settings(257, 1, PreTokenizer.QWEN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("vocabSize is 257, but must be among 258");
    assertThatThrownBy(() -> settings(300, -1, PreTokenizer.QWEN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("minFrequency");
    BpeTrainerSettings settings = BpeTrainerSettings.of(300);
    assertThatThrownBy(() -> settings.withSpecialTokens(List.of("a>", "a>")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("given twice");
    assertThatThrownBy(() -> settings.withSpecialTokens(SPECIAL).withEndOfText("<s>"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("endOfText <s> is not among");
    assertThatThrownBy(() -> settings.withMaxTokenLength(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("maxTokenLength must be at least 1");
    assertThat(BpeTrainerSettings.of(256).withSpecialTokens(List.of("a")).vocabSize())
        .isEqualTo(256);
  }

  @Test
  void aTrainerTrainsOnce() {
    ByteLevelBpeTrainer trainer = new ByteLevelBpeTrainer(BpeTrainerSettings.of(300));
    assertThat(trainer.train().vocabulary()).hasSize(256);
    assertThatThrownBy(() -> trainer.feed("a"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("trained already");
  }
}
