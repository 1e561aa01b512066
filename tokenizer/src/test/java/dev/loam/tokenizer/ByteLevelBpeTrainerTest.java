// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ByteLevelBpeTrainerTest {
  private static final List<String> SPECIAL = List.of("<|endoftext|>", "<|im_end|>");

  private static BpeTrainerSettings settings(
      int vocabSize, int minFrequency, PreTokenizer preTokenizer) {
    return new BpeTrainerSettings(
        vocabSize, minFrequency, SPECIAL, Optional.of("<|endoftext|>"), preTokenizer);
  }

  private static TrainedBpe train(BpeTrainerSettings settings, String... texts) {
    ByteLevelBpeTrainer trainer = new ByteLevelBpeTrainer(settings);
    List.of(texts).forEach(trainer::feed);
    return trainer.train();
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
  Arbitrary<List<String>> corpora() {
    return Arbitraries.strings().withChars("aaabbc ").ofMaxLength(12).list().ofMaxSize(8);
  }

  @Property(tries = 300)
  void countsAreKeptAsIfTakenAfresh(@ForAll("corpora") List<String> texts) {
    TrainedBpe trained = train(settings(290, 1, PreTokenizer.GPT2), texts.toArray(String[]::new));
    List<List<String>> words = new ArrayList<>();
    for (String text : texts) {
      for (int start = 0; start < text.length(); ) {
        int end = PreTokenizer.GPT2.wordEnd(text, start);
        String word = text.substring(start, end).replace(' ', 'Ġ');
        words.add(new ArrayList<>(word.chars().mapToObj(c -> String.valueOf((char) c)).toList()));
        start = end;
      }
    }
    for (TrainedBpe.Merge merge : trained.merges()) {
      Map<TrainedBpe.Merge, Integer> counts = count(words);
      int best = counts.values().stream().max(Integer::compare).orElseThrow();
      assertThat(counts.getOrDefault(merge, 0)).as("%s in %s", merge, words).isEqualTo(best);
      words.forEach(word -> join(word, merge));
    }
    if (trained.vocabulary().size() < 290) {
      assertThat(count(words)).isEmpty();
    }
  }

  private static Map<TrainedBpe.Merge, Integer> count(List<List<String>> words) {
    Map<TrainedBpe.Merge, Integer> counts = new LinkedHashMap<>();
    for (List<String> word : words) {
      for (int i = 1; i < word.size(); i++) {
        counts.merge(new TrainedBpe.Merge(word.get(i - 1), word.get(i)), 1, Integer::sum);
      }
    }
    return counts;
  }

  private static void join(List<String> word, TrainedBpe.Merge merge) {
    for (int i = 0; i + 1 < word.size(); i++) {
      if (word.get(i).equals(merge.left()) && word.get(i + 1).equals(merge.right())) {
        word.set(i, merge.left() + merge.right());
        word.remove(i + 1);
      }
    }
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
    Files.write(file, new byte[] {'a', (byte) 0xFF});
    assertThatThrownBy(() -> fromFile.feed(file))
        .isInstanceOf(TokenizerFormatException.class)
        .hasMessage(file + ": not UTF-8");
  }

  @Test
  void impossibleSettingsAreRefused() {
    assertThatThrownBy(() -> settings(257, 1, PreTokenizer.QWEN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("vocabSize is 257, but must be among 258");
    assertThatThrownBy(() -> settings(300, 0, PreTokenizer.QWEN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("minFrequency");
    assertThatThrownBy(
            () ->
                new BpeTrainerSettings(
                    300, 1, List.of("a>", "a>"), Optional.empty(), PreTokenizer.QWEN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("given twice");
    assertThatThrownBy(
            () -> new BpeTrainerSettings(300, 1, SPECIAL, Optional.of("<s>"), PreTokenizer.QWEN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("endOfText <s> is not among");
  }
}
