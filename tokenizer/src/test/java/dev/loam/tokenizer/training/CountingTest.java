// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.tokenizer.PreTokenizer;
import dev.loam.tokenizer.TokenizerFormatException;
import dev.loam.tokenizer.internal.Utf8;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** From files to counts of words: blocks, threads, limits of memory, errors. */
class CountingTest {
  private static final BpeTrainerSettings SETTINGS = BpeTrainerSettings.of(1000);

  @TempDir Path folder;

  private BpeTrainerOptions options(int threads, long memoryBytes) {
    return BpeTrainerOptions.defaults()
        .withThreads(threads)
        .withMemoryBytes(memoryBytes)
        .withTemporaryFolder(folder.resolve("tmp"));
  }

  /** Characters of every kind that words and normalization tell apart. */
  @Provide
  Arbitrary<String> lines() {
    return Arbitraries.of(
            "a",
            "Z",
            "'",
            "s",
            "re",
            "\u017f",
            "1",
            "\u0663",
            "\u2167",
            " ",
            "\t",
            "\r",
            "\u00a0",
            "\u3000",
            "\u2028",
            ".",
            "-",
            "\u0301",
            "\u0323",
            "\u00e9",
            "\u212b",
            "\u1100",
            "\u1161",
            "\u11a8",
            "\uac00",
            "\u3042",
            "\u3099",
            "\u4e2d",
            "\u6587",
            "\uff0c",
            "\u3002",
            "\uff11",
            "\u2026",
            "\u0e01",
            "\u0e34",
            "\ud83d\ude00",
            "\u200d",
            "\uf900",
            "\u0958",
            "\u037e",
            "\u2126",
            "\u09c7",
            "\u09be")
        .list()
        .ofMaxSize(40)
        .map(parts -> String.join("", parts));
  }

  @Property(tries = 1500)
  void aSafeCutChangesNoWord(
      @ForAll("lines") String line, @ForAll PreTokenizer preTokenizer, @ForAll boolean nfc) {
    BpeTrainerSettings settings = SETTINGS.withPreTokenizer(preTokenizer).withNfc(nfc);
    byte[] utf8 = line.getBytes(StandardCharsets.UTF_8);
    List<String> whole = words(settings, utf8, 0, utf8.length);
    for (int to = utf8.length, last; to > 0; to = last) {
      last = SafeCut.last(settings, utf8, 0, to);
      if (to == utf8.length || Utf8.isContinuation(utf8[to])) {
        List<String> parts = words(settings, utf8, 0, last);
        parts.addAll(words(settings, utf8, last, utf8.length));
        assertThat(parts).as("%s cut at %d", line, last).isEqualTo(whole);
      }
      last = Math.min(last, to - 1);
      while (last > 0 && Utf8.isContinuation(utf8[last])) {
        last--;
      }
    }
  }

  private static List<String> words(BpeTrainerSettings settings, byte[] source, int from, int to) {
    byte[] utf8 =
        settings
            .normalization()
            .apply(new String(source, from, to - from, StandardCharsets.UTF_8))
            .getBytes(StandardCharsets.UTF_8);
    List<String> words = new ArrayList<>();
    for (int start = 0; start < utf8.length; ) {
      int end = settings.preTokenizer().wordEnd(utf8, start, utf8.length);
      words.add(new String(utf8, start, end - start, StandardCharsets.UTF_8));
      start = end;
    }
    return words;
  }

  @Test
  void tablesHoldWhatAMapHolds() {
    Random random = new Random(1);
    WordTable table = new WordTable();
    Map<String, Long> expected = new HashMap<>();
    for (int i = 0; i < 60_000; i++) {
      byte[] word = Integer.toString(random.nextInt(20_000), 36).getBytes(StandardCharsets.UTF_8);
      if (i % 1000 == 0) {
        word = "long".repeat(1 + i * 7).getBytes(StandardCharsets.UTF_8); // up to more than a slab
      }
      int hash = WordTable.hash(word, 0, word.length);
      long count = 1L + random.nextInt() & 0xFFFFFFFFL;
      assertThat(table.add(word, 0, word.length, hash, count, Long.MAX_VALUE)).isTrue();
      expected.merge(new String(word, StandardCharsets.UTF_8), count, Long::sum);
    }
    assertThat(contents(table)).isEqualTo(expected);
    assertThat(table.size()).isEqualTo(expected.size());
  }

  private static Map<String, Long> contents(WordTable table) {
    Map<String, Long> contents = new HashMap<>();
    table.forEach(
        (slab, entry) ->
            contents.put(
                new String(
                    slab,
                    entry + WordTable.HEADER,
                    WordTable.length(slab, entry),
                    StandardCharsets.UTF_8),
                WordTable.count(slab, entry)));
    return contents;
  }

  @Test
  void aTableKeepsToItsLimit() {
    WordTable table = new WordTable();
    long limit = 300_000;
    int words = 0;
    byte[] word = new byte[8];
    do {
      word[words % 8] += (byte) (words % 251 + 1);
      words++;
    } while (table.add(word, 0, 8, WordTable.hash(word, 0, 8), 1, limit));
    assertThat(table.bytes()).isBetween(limit / 3, limit);
    assertThat(table.size()).isGreaterThan(3000);
  }

  @Test
  void neitherThreadsNorMemoryNorBlocksChangeTheCounts() throws IOException {
    Random random = new Random(2);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 20_000; i++) {
      text.append(Integer.toString(random.nextInt(3000), 36)).append(i % 37 == 0 ? "\n" : " ");
    }
    Path file = Files.writeString(folder.resolve("text.txt"), text);
    TrainedBpe expected = train(file, options(1, 1 << 30), 1 << 20);
    assertThat(expected.merges()).hasSize(744);
    assertThat(train(file, options(3, 1 << 30), 999)).isEqualTo(expected);
    assertThat(train(file, options(3, 60_000), 999)).isEqualTo(expected);
    assertThat(train(file, options(1, 1 << 15), 5000)).isEqualTo(expected);
    assertThat(folder.resolve("tmp")).isEmptyDirectory(); // it was used
  }

  private static TrainedBpe train(Path file, BpeTrainerOptions options, int blockSize) {
    try (ByteLevelBpeTrainer trainer = new ByteLevelBpeTrainer(SETTINGS, options, blockSize)) {
      trainer.feed(file);
      return trainer.train();
    }
  }

  @Test
  @Timeout(60)
  void theFirstByteThatIsNotUtf8IsNamedAndNothingIsLeft() throws IOException {
    byte[] bytes = "some words and more\n".repeat(5000).getBytes(StandardCharsets.UTF_8);
    bytes[40_003] = (byte) 0xC0;
    bytes[70_000] = (byte) 0xFF;
    Path file = Files.write(folder.resolve("bad.txt"), bytes);
    for (int threads : List.of(1, 4)) {
      ByteLevelBpeTrainer trainer = new ByteLevelBpeTrainer(SETTINGS, options(threads, 1), 100);
      assertThatThrownBy(() -> trainer.feed(file))
          .isInstanceOf(TokenizerFormatException.class)
          .hasMessage(
              file + ", byte 40003: 0xc0 begins no UTF-8 character; convert the file to UTF-8");
      assertThat(folder.resolve("tmp")).isEmptyDirectory();
      assertThat(threads()).isEmpty();
      assertThatThrownBy(trainer::train).isInstanceOf(IllegalStateException.class);
    }
  }

  private static List<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("loam-bpe-"))
        .toList();
  }

  @Test
  void utf8IsCheckedAsTheDecoderOfTheJdkDoes() {
    Random random = new Random(3);
    int[] parts = {
      0x41, 0x80, 0xBF, 0xC0, 0xC2, 0xDF, 0xE0, 0xA0, 0x9F, 0xED, 0xEF, 0xF0, 0x90, 0xF4, 0x8F, 0xF5
    };
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = new byte[1 + random.nextInt(5)];
      for (int k = 0; k < bytes.length; k++) {
        bytes[k] = (byte) parts[random.nextInt(parts.length)];
      }
      String decoded = new String(bytes, StandardCharsets.UTF_8);
      assertThat(Utf8.firstMalformed(bytes, 0, bytes.length) == bytes.length)
          .isEqualTo(decoded.indexOf('\ufffd') < 0 || decoded.equals("\uffbf"));
    }
  }

  @Test
  void aWordWithoutEndIsRefusedAndBadBytesAreNamedFirst() throws IOException {
    Path file = Files.writeString(folder.resolve("long.txt"), "ab cd " + "x".repeat(5000));
    try (TextBlocks blocks = new TextBlocks(SETTINGS, file, 10, 2000)) {
      assertThat(blocks.next().orElseThrow().length()).isEqualTo(5);
      assertThatThrownBy(blocks::next)
          .isInstanceOf(TokenizerFormatException.class)
          .hasMessageStartingWith(file + ", byte 5: 2560 bytes without the end of a word");
    }
    byte[] bytes = Files.readAllBytes(file);
    bytes[900] = (byte) 0x80;
    Files.write(file, bytes);
    try (TextBlocks blocks = new TextBlocks(SETTINGS, file, 1000, 2000)) {
      assertThat(blocks.next().orElseThrow().length()).isEqualTo(5);
      assertThatThrownBy(blocks::next).hasMessageStartingWith(file + ", byte 900: 0x80 begins no");
    }
  }

  @Test
  void moreWordsThanTheHeapHoldsAreRefusedWithNumbers() {
    WordTable table = new WordTable();
    for (int i = 0; i < 20_000; i++) {
      byte[] word = ("word" + i).getBytes(StandardCharsets.UTF_8);
      table.add(word, 0, word.length, WordTable.hash(word, 0, word.length), 1, Long.MAX_VALUE);
    }
    int[] byteIds = new TokenBuilder(List.of()).byteIds();
    new WordCollector(byteIds, 4 << 20).add(table);
    assertThatThrownBy(() -> new WordCollector(byteIds, 1 << 20).add(table))
        .isInstanceOf(BpeTrainingException.class)
        .hasMessageMatching(
            "merging needs about 2 MiB of Java heap for 20000 or more distinct words of 168890 bytes,"
                + " but there are only 1 MiB; give more with -Xmx, or train on a part of the text");
  }

  @Test
  void progressIsToldByTheCallingThread() throws IOException {
    Path file = Files.writeString(folder.resolve("text.txt"), "some words\n".repeat(100));
    TreeMap<String, List<Long>> told = new TreeMap<>();
    Thread caller = Thread.currentThread();
    BpeTrainingListener listener =
        new BpeTrainingListener() {
          @Override
          public void counting(long doneBytes, long totalBytes) {
            tell("counting of " + totalBytes, doneBytes);
          }

          @Override
          public void counted(long words) {
            tell("words", words);
          }

          @Override
          public void merging(int doneTokens, int wantedTokens) {
            tell("merging of " + wantedTokens, doneTokens);
          }

          private void tell(String what, long number) {
            assertThat(Thread.currentThread()).isSameAs(caller);
            told.computeIfAbsent(what, any -> new ArrayList<>()).add(number);
          }
        };
    try (ByteLevelBpeTrainer trainer =
        new ByteLevelBpeTrainer(SETTINGS, options(2, 1 << 20).withListener(listener), 300)) {
      trainer.feed(List.of(file, file));
      trainer.train();
    }
    assertThat(told.get("counting of 2200")).startsWith(0L).endsWith(2200L).isSorted();
    assertThat(told.get("words")).containsExactly(3L);
    assertThat(told.get("merging of 744")).startsWith(1L).hasSize(8).isSorted();
  }

  @Test
  void anInterruptEndsCounting() throws IOException {
    Path file = Files.writeString(folder.resolve("text.txt"), "some words\n".repeat(1000));
    ByteLevelBpeTrainer trainer = new ByteLevelBpeTrainer(SETTINGS, options(1, 1 << 20), 100);
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> trainer.feed(file))
        .isInstanceOf(BpeTrainingException.class)
        .hasMessageContaining("interrupted");
    assertThat(Thread.interrupted()).isTrue();
    assertThat(threads()).isEmpty();
  }

  @Test
  void filesThatCannotBeReadOrWrittenAreNamed() throws IOException {
    Path absent = folder.resolve("absent.txt");
    try (ByteLevelBpeTrainer trainer = new ByteLevelBpeTrainer(SETTINGS)) {
      assertThatThrownBy(() -> trainer.feed(absent))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining(absent.toString());
    }
    Path file = Files.writeString(folder.resolve("tmp"), "some words and more"); // in the way
    try (ByteLevelBpeTrainer trainer = new ByteLevelBpeTrainer(SETTINGS, options(1, 1))) {
      assertThatThrownBy(() -> trainer.feed(file))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining(file + ": counts cannot be written there");
    }
  }
}
