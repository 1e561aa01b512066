// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.data.DataFormatException;
import dev.loam.tensor.part.MicroBatch;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class PrefetchedBatchesTest {
  private static final RandomRows ROWS = new RandomRows(2, 3, 7);

  /** Random rows, after something was done about the step; notes what was asked of it. */
  private static final class Watched implements DataLoader {
    private final Consumer<DataCursor> before;
    final List<DataCursor> asked = Collections.synchronizedList(new ArrayList<>());
    final Set<String> threads = Collections.synchronizedSet(new HashSet<>());
    volatile boolean closed;

    Watched(Consumer<DataCursor> before) {
      this.before = before;
    }

    @Override
    public List<MicroBatch> step(DataCursor at) {
      asked.add(at);
      threads.add(Thread.currentThread().getName());
      before.accept(at);
      return ROWS.step(at);
    }

    @Override
    public long stepsPerEpoch() {
      return ROWS.stepsPerEpoch();
    }

    @Override
    public long samplesPerStep() {
      return ROWS.samplesPerStep();
    }

    /** A few more than whole steps, as samples of a corpus are. */
    @Override
    public long samplesPerEpoch() {
      return ROWS.samplesPerEpoch() + 4;
    }

    @Override
    public int microBatches() {
      return ROWS.microBatches();
    }

    @Override
    public int maxTokens() {
      return ROWS.maxTokens();
    }

    @Override
    public String description() {
      return "watched";
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  private static Watched watched() {
    return new Watched(at -> {});
  }

  private static DataCursor step(long step) {
    return DataCursor.ofStep(step, ROWS);
  }

  private static void assertSame(List<MicroBatch> actual, List<MicroBatch> expected) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < expected.size(); i++) {
      assertThat(actual.get(i).inputIds()).isEqualTo(expected.get(i).inputIds());
      assertThat(actual.get(i).labels()).isEqualTo(expected.get(i).labels());
      assertThat(actual.get(i).positions()).isEqualTo(expected.get(i).positions());
      assertThat(actual.get(i).cuSeqlens()).isEqualTo(expected.get(i).cuSeqlens());
    }
  }

  private static boolean isAlive(String thread) {
    return Thread.getAllStackTraces().keySet().stream().anyMatch(t -> t.getName().equals(thread));
  }

  @Test
  void everyStepIsMadeOnceAndInOrder() {
    Watched source = watched();
    try (PrefetchedBatches batches = new PrefetchedBatches(source, 90)) {
      DataCursor at = DataCursor.START;
      for (int i = 0; i < 30; i++) {
        at = at.start(batches);
        assertSame(batches.step(at), ROWS.step(at));
        at = at.next(batches);
      }
    }
    assertThat(source.asked).doesNotHaveDuplicates().hasSizeBetween(30, 32);
    assertThat(source.asked.get(29)).isEqualTo(step(29));
    assertThat(source.threads).containsExactly("loam-data-90");
  }

  @Test
  void saysOfItselfWhatTheSourceSays() {
    try (PrefetchedBatches batches = new PrefetchedBatches(watched(), 0)) {
      assertThat(batches.stepsPerEpoch()).isEqualTo(7);
      assertThat(batches.samplesPerStep()).isEqualTo(6);
      assertThat(batches.samplesPerEpoch()).isEqualTo(46);
      assertThat(batches.microBatches()).isEqualTo(3);
      assertThat(batches.maxTokens()).isEqualTo(16);
      assertThat(batches.description()).isEqualTo("watched");
    }
  }

  /** Straight on, again, back, ahead and into other epochs, from a source now fast, now slow. */
  @Test
  void anyOrderGivesTheBatchesOfTheSource() {
    SplittableRandom random = new SplittableRandom(5);
    SplittableRandom pauses = new SplittableRandom(6);
    Watched source = new Watched(at -> pause(pauses.nextInt(20) == 0 ? 2 : 0));
    try (PrefetchedBatches batches = new PrefetchedBatches(source, 0)) {
      DataCursor at = DataCursor.START;
      for (int i = 0; i < 1000; i++) {
        at =
            switch (random.nextInt(6)) {
              case 0 -> new DataCursor(random.nextInt(4), random.nextInt(41));
              case 1 -> at;
              default -> at.next(batches).start(batches);
            };
        assertSame(batches.step(at), ROWS.step(at));
      }
    }
  }

  private static void pause(int millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void noMoreThanTwoStepsAreMadeAhead() {
    Watched source = watched();
    try (PrefetchedBatches batches = new PrefetchedBatches(source, 0)) {
      batches.step(step(3));
      for (int i = 0; source.asked.size() < 3 && i < 1000; i++) {
        pause(1);
      }
      pause(20);
      assertThat(source.asked).containsExactly(step(3), step(4), step(5));
    }
  }

  @Test
  void nothingIsMadeBeforeItIsKnownWhere() {
    Watched source = watched();
    new PrefetchedBatches(source, 0).close();
    assertThat(source.asked).isEmpty();
    assertThat(source.closed).isTrue();
  }

  @Test
  void aFailureIsThatOfItsStep() {
    DataFormatException damaged = new DataFormatException("row 4 is damaged");
    Watched source =
        new Watched(
            at -> {
              if (at.equals(step(4))) {
                throw damaged;
              }
            });
    try (PrefetchedBatches batches = new PrefetchedBatches(source, 91)) {
      for (int i = 0; i < 4; i++) {
        assertSame(batches.step(step(i)), ROWS.step(step(i)));
      }
      assertThatThrownBy(() -> batches.step(step(4))).isSameAs(damaged);
      assertThatThrownBy(() -> batches.step(step(4))).isSameAs(damaged);
      assertSame(batches.step(step(5)), ROWS.step(step(5)));
      assertSame(batches.step(step(3)), ROWS.step(step(3)));
    }
    assertThat(source.closed).isTrue();
    assertThat(isAlive("loam-data-91")).isFalse();
  }

  @Test
  void errorsArriveToo() {
    Watched source =
        new Watched(
            at -> {
              throw new OutOfMemoryError("no room");
            });
    try (PrefetchedBatches batches = new PrefetchedBatches(source, 0)) {
      assertThatThrownBy(() -> batches.step(step(0)))
          .isInstanceOf(OutOfMemoryError.class)
          .hasMessage("no room");
    }
  }

  @Test
  void closingEndsTheThreadInTheMiddleOfAStep() throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch never = new CountDownLatch(1);
    Watched source =
        new Watched(
            at -> {
              if (at.equals(step(1))) {
                begun.countDown();
                try {
                  never.await();
                } catch (InterruptedException e) {
                  throw new DataFormatException("interrupted", e); // and the flag is lost
                }
              }
            });
    PrefetchedBatches batches = new PrefetchedBatches(source, 92);
    batches.step(step(0));
    begun.await();
    assertThat(isAlive("loam-data-92")).isTrue();
    batches.close();
    assertThat(isAlive("loam-data-92")).isFalse();
    assertThat(source.closed).isTrue();
    assertThatThrownBy(() -> batches.step(step(1))).hasMessage("the batches are closed");
  }

  @Test
  void anInterruptOfTheCallerStaysSetAndChangesNothing() {
    Watched source = new Watched(at -> pause(2));
    try (PrefetchedBatches batches = new PrefetchedBatches(source, 0)) {
      Thread.currentThread().interrupt();
      for (int i = 0; i < 5; i++) {
        assertSame(batches.step(step(i)), ROWS.step(step(i)));
      }
    }
    assertThat(Thread.interrupted()).isTrue();
  }
}
