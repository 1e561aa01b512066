// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.data.Batches;
import dev.loam.data.DataFormatException;
import dev.loam.data.gpt.GptDataset;
import dev.loam.data.gpt.GptOptions;
import dev.loam.data.gpt.Split;
import dev.loam.data.indexed.IndexedDataset;
import dev.loam.data.indexed.IndexedDatasetWriter;
import dev.loam.data.indexed.TokenType;
import dev.loam.tensor.part.MicroBatch;
import dev.loam.testkit.TestData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterTry;
import net.jqwik.api.statistics.Statistics;

/**
 * A run that is stopped and resumed any number of times, each time under another layout, uses the
 * samples that a run in one go uses: in the same order, none twice, none left out.
 */
class ResumeOrderTest {
  private static final List<Batches.Dealing> DEALINGS =
      List.of(Batches.Dealing.ROUND_ROBIN, Batches.Dealing.CONSECUTIVE, Batches.Dealing.BLOCKS);

  /** Of each try when everything is to be run: more than 2,000 that are large enough for a step. */
  private static final int ALL_CASES = 28;

  private final Path folder = temporaryFolder();

  private static Path temporaryFolder() {
    try {
      return Files.createTempDirectory("resume-order");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @AfterTry
  void removeFolder() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }

  @Provide
  Arbitrary<Random> randoms() {
    return Arbitraries.randoms();
  }

  /** How a global batch is split up. */
  private record Shape(int replicas, int microBatches, int rows, Batches.Dealing dealing) {
    int globalBatch() {
      return replicas * microBatches * rows;
    }

    static Shape random(Random random) {
      return new Shape(
          1 + random.nextInt(8),
          1 + random.nextInt(4),
          1 + random.nextInt(3),
          DEALINGS.get(random.nextInt(DEALINGS.size())));
    }

    /** Another way to split up as many samples. */
    static Shape ofBatch(int globalBatch, Random random) {
      while (true) {
        Shape shape = random(random);
        if (shape.globalBatch() == globalBatch) {
          return shape;
        }
      }
    }
  }

  /** Samples of a corpus in which no token comes twice, known by their first token. */
  private final class Corpus implements AutoCloseable {
    final GptDataset data;
    final Map<Long, Long> positions = new HashMap<>();
    final int length;

    Corpus(Random random) throws IOException {
      length = 2 + random.nextInt(9);
      try (IndexedDatasetWriter writer =
          new IndexedDatasetWriter(folder.resolve("c"), TokenType.INT32)) {
        int next = 0;
        for (int d = 1 + random.nextInt(30); d > 0; d--) {
          int[] document = new int[random.nextInt(40)];
          for (int t = 0; t < document.length; t++) {
            document[t] = next++;
          }
          writer.addDocument(document);
        }
        int[] rest = new int[length + 1];
        for (int t = 0; t < rest.length; t++) {
          rest[t] = next++;
        }
        writer.addDocument(rest);
        writer.finish();
      }
      data =
          new GptDataset(
              IndexedDataset.open(folder.resolve("c")),
              Split.TRAIN,
              Split.Part.ALL,
              OptionalLong.empty(),
              GptOptions.builder(length).randomSeed(random.nextInt(1000)).build());
      for (long i = 0; i < data.size(); i++) {
        positions.put((long) data.get(i).inputIds()[0], i);
      }
    }

    /** The positions that all replicas together take in a step, sorted. */
    List<Long> step(DataCursor at, Shape shape, long samples) {
      List<Long> taken = new ArrayList<>();
      for (int replica = 0; replica < shape.replicas; replica++) {
        for (MicroBatch batch : batches(replica, shape, samples).step(at)) {
          for (int row = 0; row < shape.rows; row++) {
            taken.add(positions.get(batch.inputIds()[row * length]));
          }
        }
      }
      Collections.sort(taken);
      return taken;
    }

    SampleBatches batches(int replica, Shape shape, long samples) {
      return new SampleBatches(
          data,
          samples,
          shape.rows,
          new ReplicaShare(replica, shape.replicas, shape.microBatches, shape.dealing),
          RowShape.equal(length, Integer.MAX_VALUE),
          "numbers");
    }

    @Override
    public void close() {
      data.close();
    }
  }

  @Property(tries = 100, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
  void resumingElsewhereLosesAndRepeatsNothing(@ForAll("randoms") Random random)
      throws IOException {
    for (int i = TestData.full() ? ALL_CASES : 1; i > 0; i--) {
      try (Corpus corpus = new Corpus(random)) {
        Shape shape = Shape.random(random);
        long samples = 1L + random.nextInt((int) corpus.data.size() + 5);
        int steps =
            random.nextBoolean()
                ? sameBatch(corpus, shape, samples, random)
                : anyBatch(corpus, samples, random);
        Statistics.label("steps").collect(steps > 0);
      } catch (DataFormatException e) {
        Statistics.label("steps").collect(false);
        assertThat(e).hasMessageContaining("global batch");
      }
    }
    Statistics.label("steps").coverage(c -> c.check(true).percentage(share -> share > 40));
  }

  /** With one size of the global batch every step is that of a run in one go. */
  private static int sameBatch(Corpus corpus, Shape shape, long samples, Random random) {
    SampleBatches first = corpus.batches(0, shape, samples);
    DataCursor cursor = DataCursor.START;
    int steps = 0;
    for (int run = 0; run < 4; run++) {
      Shape now = Shape.ofBatch(shape.globalBatch(), random);
      for (int s = 1 + random.nextInt(5); s > 0; s--) {
        SampleBatches batches = corpus.batches(0, now, samples);
        DataCursor start = cursor.start(batches);
        assertThat(start).isEqualTo(DataCursor.ofStep(steps, first));
        List<Long> wanted = range(start.sample(), shape.globalBatch());
        assertThat(corpus.step(start, now, samples)).isEqualTo(wanted);
        cursor = cursor.next(batches);
        steps++;
      }
    }
    return steps;
  }

  /**
   * With changing sizes each step begins where the one before ended, and a pass ends only where
   * fewer samples are left than the step needs.
   */
  private static int anyBatch(Corpus corpus, long samples, Random random) {
    DataCursor cursor = DataCursor.START;
    long epoch = 0;
    long consumed = 0;
    long size = Math.min(samples, corpus.data.size());
    int steps = 0;
    for (int run = 0; run < 6; run++) {
      Shape now = Shape.random(random);
      if (now.globalBatch() > size) {
        continue;
      }
      for (int s = 1 + random.nextInt(5); s > 0; s--) {
        if (consumed + now.globalBatch() > size) {
          epoch++;
          consumed = 0;
        }
        SampleBatches batches = corpus.batches(0, now, samples);
        DataCursor start = cursor.start(batches);
        assertThat(start).isEqualTo(new DataCursor(epoch, consumed));
        assertThat(corpus.step(start, now, samples)).isEqualTo(range(consumed, now.globalBatch()));
        consumed += now.globalBatch();
        cursor = cursor.next(batches);
        assertThat(cursor).isEqualTo(new DataCursor(epoch, consumed));
        steps++;
      }
    }
    return steps;
  }

  private static List<Long> range(long from, int count) {
    List<Long> range = new ArrayList<>();
    for (long i = from; i < from + count; i++) {
      range.add(i);
    }
    return range;
  }
}
