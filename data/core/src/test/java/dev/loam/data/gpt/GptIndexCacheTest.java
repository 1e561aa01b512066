// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.gpt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.data.indexed.IndexedDataset;
import dev.loam.data.indexed.IndexedDatasetWriter;
import dev.loam.data.indexed.TokenType;
import dev.loam.data.internal.CacheFiles;
import dev.loam.data.internal.NpyArray;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GptIndexCacheTest {
  private static final FileTime LONG_AGO = FileTime.fromMillis(1_000_000);

  @TempDir private Path folder;

  @BeforeEach
  void write() throws IOException {
    write(3);
  }

  private void write(long seed) throws IOException {
    Random random = new Random(seed);
    try (IndexedDatasetWriter writer =
        new IndexedDatasetWriter(folder.resolve("c"), TokenType.UINT16)) {
      for (int d = 0; d < 40; d++) {
        writer.addDocument(random.ints(random.nextInt(20), 0, 60000).toArray());
      }
      writer.finish();
    }
  }

  private static GptOptions options(boolean extra) {
    return GptOptions.builder(16).addExtraTokenToSequence(extra).build();
  }

  private GptDataset open(boolean cached, boolean extra) throws IOException {
    return new GptDataset(
        IndexedDataset.open(folder.resolve("c")),
        Split.TRAIN,
        Split.TRAIN.of("90,10").orElseThrow(),
        OptionalLong.of(70),
        options(extra),
        cached
            ? Optional.of(new IndexCache(folder.resolve("cache"), Optional.of("90,10"), false))
            : Optional.empty());
  }

  /** Opens it with the cache, and sees that the order is that of a dataset without. */
  private void isRight(boolean extra) throws IOException {
    try (GptDataset cached = open(true, extra);
        GptDataset fresh = open(false, extra)) {
      assertThat(cached.documentIndex()).isEqualTo(fresh.documentIndex());
      assertThat(cached.sampleIndex()).isEqualTo(fresh.sampleIndex());
      assertThat(cached.shuffleIndex()).isEqualTo(fresh.shuffleIndex());
      for (long i = 0; i < cached.size(); i++) {
        assertThat(cached.get(i).inputIds()).isEqualTo(fresh.get(i).inputIds());
      }
    }
  }

  private Path file(String end) throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("cache"))) {
      return files.filter(f -> f.toString().endsWith(end)).findFirst().orElseThrow();
    }
  }

  /** Makes all files old, so that it can be seen which are written anew. */
  private void age() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("cache"))) {
      for (Path file : files.toList()) {
        Files.setLastModifiedTime(file, LONG_AGO);
      }
    }
  }

  private boolean rebuilt() throws IOException {
    return !Files.getLastModifiedTime(file("sample_index.npy")).equals(LONG_AGO);
  }

  @Test
  void namesAreThoseOfMindFormers() {
    var identity =
        GptIdentity.of(
            Path.of("/data/x_text_document"),
            OptionalLong.of(402),
            Split.TRAIN,
            GptOptions.builder(4096).build(),
            Optional.of("1, 0, 0"));
    CacheFiles files = new CacheFiles(Path.of("f"), "GPTDataset-train", identity);
    assertThat(files.description()).hasSize(335);
    assertThat(files.file("document_index.npy"))
        .hasToString("f/8d7aea648efdfca2431338b27a1a4365-GPTDataset-train-document_index.npy");
  }

  @Test
  void isWrittenOnceAndMappedFromThenOn() throws IOException {
    isRight(true);
    try (Stream<Path> files = Files.list(folder.resolve("cache"))) {
      assertThat(files.map(f -> f.getFileName().toString().replaceFirst("^[0-9a-f]{32}", "#")))
          .containsExactlyInAnyOrder(
              "#-GPTDataset-train-description.txt",
              "#-GPTDataset-train-document_index.npy",
              "#-GPTDataset-train-sample_index.npy",
              "#-GPTDataset-train-shuffle_index.npy",
              "#-GPTDataset-train-loam.json");
    }
    age();
    isRight(true);
    assertThat(rebuilt()).isFalse();
    // What is in the files is what is used.
    byte[] shuffle = Files.readAllBytes(file("shuffle_index.npy"));
    byte first = shuffle[128];
    shuffle[128] = shuffle[132];
    shuffle[132] = first;
    Files.write(file("shuffle_index.npy"), shuffle);
    try (GptDataset swapped = open(true, true)) {
      assertThat(swapped.shuffleIndex()[0]).isEqualTo(shuffle[128]);
      assertThat(swapped.shuffleIndex()[1]).isEqualTo(first);
    }
  }

  @Test
  void optionsThatAreNotInTheNameMakeItStale() throws IOException {
    isRight(true);
    age();
    isRight(false);
    assertThat(rebuilt()).isTrue();
    isRight(true);
  }

  @Test
  void changedDataMakesItStale() throws IOException {
    isRight(true);
    for (int seed = 4; seed < 8; seed++) {
      write(seed);
      isRight(true);
    }
  }

  @Test
  void otherLengthsOfTheSameSumMakeItStale() throws IOException {
    for (boolean withProof : new boolean[] {true, false}) {
      int[] lengths = {0};
      for (int other : new int[] {0, 1}) {
        try (IndexedDatasetWriter writer =
            new IndexedDatasetWriter(folder.resolve("c"), TokenType.UINT16)) {
          for (int d = 0; d < 40; d++) {
            lengths[0] = 10 + (d % 2 == other ? 3 : 0);
            writer.addDocument(new Random(d).ints(lengths[0], 0, 60000).toArray());
          }
          writer.finish();
        }
        isRight(true);
        if (!withProof) {
          Files.delete(file("loam.json"));
        }
      }
    }
  }

  @Test
  void whatOthersWroteIsUsedWhenItFits() throws IOException {
    isRight(true);
    Files.delete(file("loam.json"));
    age();
    isRight(true);
    assertThat(rebuilt()).isFalse();
    assertThat(file("loam.json")).exists();
  }

  @Test
  void whatOthersWroteWithOtherOptionsIsBuiltAnew() throws IOException {
    for (boolean extra : new boolean[] {true, false, true}) {
      isRight(extra);
      Files.delete(file("loam.json"));
    }
  }

  @Test
  void rowsOfEightBytesAreReadToo() throws IOException {
    IndexCache wide = new IndexCache(folder.resolve("cache"), Optional.of("90,10"), true);
    new GptDataset(
            IndexedDataset.open(folder.resolve("c")),
            Split.TRAIN,
            Split.TRAIN.of("90,10").orElseThrow(),
            OptionalLong.of(70),
            options(true),
            Optional.of(wide))
        .close();
    assertThat(Files.readString(file("sample_index.npy"), StandardCharsets.ISO_8859_1))
        .contains("'<i8'");
    age();
    isRight(true);
    assertThat(rebuilt()).isFalse();
  }

  @Test
  void damageIsNoticed() throws IOException {
    isRight(true);
    for (String name : List.of("document_index.npy", "sample_index.npy", "shuffle_index.npy")) {
      byte[] good = Files.readAllBytes(file(name));
      Files.write(file(name), Arrays.copyOf(good, good.length - 1));
      isRight(true);
      Files.write(file(name), new byte[0]);
      isRight(true);
      Files.delete(file(name));
      isRight(true);
    }
    Files.writeString(file("loam.json"), "{}");
    isRight(true);
    assertThat(NpyArray.open(file("shuffle_index.npy")).size()).isPositive();
  }

  @Test
  void aFolderThatCannotBeWrittenIsNoHindrance() throws IOException {
    Files.writeString(folder.resolve("cache"), "a file");
    isRight(true);
  }

  @Test
  void manyMayOpenItAtOnce() throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(8);
    List<Future<?>> results = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      boolean extra = i % 3 != 0;
      results.add(
          pool.submit(
              () -> {
                isRight(extra);
                return true;
              }));
    }
    for (Future<?> result : results) {
      assertThat(result.get()).isEqualTo(true);
    }
    pool.shutdown();
    try (Stream<Path> files = Files.list(folder.resolve("cache"))) {
      assertThat(files).hasSize(5);
    }
  }
}
