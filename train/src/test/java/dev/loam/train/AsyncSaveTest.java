// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.checkpoint.sharded.CheckpointFolder;
import dev.loam.checkpoint.sharded.SaveFailedException;
import dev.loam.checkpoint.sharded.Storage;
import dev.loam.tensor.Engine;
import dev.loam.train.config.TrainingConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Saves that are written while the training goes on. */
class AsyncSaveTest {
  private static final Engine ENGINE = Engine.named("torch");
  private static final long WRITE_NANOS = 150_000_000;

  @TempDir private Path folder;
  private TinyConfig tiny;

  @BeforeEach
  void config() {
    tiny = new TinyConfig(folder);
  }

  private TrainingConfig every(int steps, boolean async, Map<String, String> more) {
    Map<String, String> all = new ConcurrentHashMap<>(more);
    all.put(
        "callbacks",
        "[{type: CheckpointMonitor, save_checkpoint_steps: "
            + steps
            + ", keep_checkpoint_max: 0, async_save: "
            + (async ? "True" : "False")
            + "}]");
    return tiny.with(all);
  }

  /** A disk that takes its time, or is full, when shards are written. */
  private static final class SlowStorage implements Storage {
    private final Storage disk = Storage.disk();
    private final long nanos;
    private final AtomicInteger writing = new AtomicInteger();
    private final AtomicInteger mostWriting = new AtomicInteger();
    private volatile boolean isFull;
    private volatile long lastWrittenNanos;

    SlowStorage(long nanos) {
      this.nanos = nanos;
    }

    @Override
    public Output create(Path file) throws IOException {
      Output output = disk.create(file);
      boolean shard = file.toString().endsWith(".safetensors");
      return new Output() {
        @Override
        public void write(ByteBuffer bytes) throws IOException {
          if (shard && isFull) {
            throw new IOException("No space left on device");
          }
          output.write(bytes);
        }

        @Override
        public void flush() throws IOException {
          if (shard) {
            mostWriting.accumulateAndGet(writing.incrementAndGet(), Math::max);
            long end = System.nanoTime() + nanos;
            while (System.nanoTime() < end) {
              LockSupport.parkNanos(end - System.nanoTime());
            }
            lastWrittenNanos = System.nanoTime();
            writing.decrementAndGet();
          }
          output.flush();
        }

        @Override
        public void close() throws IOException {
          output.close();
        }
      };
    }

    @Override
    public void createFolder(Path folder) throws IOException {
      disk.createFolder(folder);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
      disk.rename(from, to);
    }

    @Override
    public void sync(Path folder) throws IOException {
      disk.sync(folder);
    }

    @Override
    public void delete(Path entry) throws IOException {
      disk.delete(entry);
    }

    @Override
    public List<Path> list(Path folder) throws IOException {
      return disk.list(folder);
    }

    @Override
    public long freeBytes(Path folder) throws IOException {
      return disk.freeBytes(folder);
    }
  }

  /** Notes when steps end and checkpoints appear. */
  private static final class Times implements TrainingListener {
    private final Map<Long, Long> steps = new ConcurrentHashMap<>();
    private final Map<Long, Long> checkpoints = new ConcurrentHashMap<>();

    long ofStep(long step) {
      return steps.getOrDefault(step, -1L);
    }

    long ofCheckpoint(long step) {
      return checkpoints.getOrDefault(step, -1L);
    }

    @Override
    public void onStep(StepMetrics metrics) {
      steps.put(metrics.step(), System.nanoTime());
    }

    @Override
    public void onCheckpoint(long step, Path checkpoint) {
      checkpoints.put(step, System.nanoTime());
    }
  }

  @Test
  void theNextStepDoesNotWaitForTheWrite() {
    SlowStorage storage = new SlowStorage(WRITE_NANOS);
    Times times = new Times();
    StepMetrics unused =
        new TrainingRun(every(11, true, Map.of()), new StopRequest(), storage)
            .runOnThreads(ENGINE, 1, List.of(times));
    // Only the save of step 11 is written while there is a step left; step 12 ends before it does.
    long written = times.ofCheckpoint(11);
    assertThat(times.ofStep(12)).isLessThan(written);
    assertThat(written - times.ofStep(11)).isGreaterThan(2 * WRITE_NANOS);

    SlowStorage again = new SlowStorage(WRITE_NANOS);
    Times sync = new Times();
    unused =
        new TrainingRun(every(11, false, Map.of()), new StopRequest(), again)
            .runOnThreads(ENGINE, 1, List.of(sync));
    assertThat(sync.ofStep(12)).isGreaterThan(sync.ofCheckpoint(11));
  }

  @Test
  void oneSaveAtATimeAndEachIsOfItsStep() throws IOException {
    SlowStorage storage = new SlowStorage(WRITE_NANOS / 30);
    StepMetrics unused =
        new TrainingRun(every(1, true, Map.of()), new StopRequest(), storage)
            .runOnThreads(ENGINE, 1, List.of());
    assertThat(storage.mostWriting).hasValue(1);
    Path sync = folder.resolve("sync");
    unused =
        new TrainingRun(every(1, false, Map.of("output_dir", sync.toString())))
            .runOnThreads(ENGINE, 1, List.of());
    for (int step = 1; step <= TinyConfig.STEPS; step++) {
      for (String kind : List.of("weights", "moments")) {
        String file =
            "checkpoint/"
                + CheckpointFolder.nameOf(step)
                + "/"
                + kind
                + "-00001-of-00001.safetensors";
        assertThat(tiny.output().resolve(file)).hasSameBinaryContentAs(sync.resolve(file));
      }
    }
  }

  @Test
  void aFailedWriteEndsTheRunAndLeavesWhatWasThere() throws IOException {
    SlowStorage storage = new SlowStorage(0);
    TrainingListener fills =
        new TrainingListener() {
          @Override
          public void onStep(StepMetrics metrics) {
            storage.isFull = metrics.step() > 6;
          }
        };
    TrainingRun run = new TrainingRun(every(3, true, Map.of()), new StopRequest(), storage);
    assertThatThrownBy(() -> run.runOnThreads(ENGINE, 1, List.of(fills)))
        .isInstanceOf(SaveFailedException.class)
        .hasMessageContainingAll("iteration_00000009", "No space left", "bytes");
    CheckpointFolder checkpoints = new CheckpointFolder(tiny.output().resolve("checkpoint"));
    assertThat(checkpoints.newest().orElseThrow()).hasFileName("iteration_00000006");
    try (Stream<Path> entries = Files.list(checkpoints.path())) {
      assertThat(entries).noneMatch(path -> path.toString().endsWith(".saving"));
    }
    assertThat(storage.lastWrittenNanos).isPositive();
  }

  @Test
  void everySoManySeconds() {
    Times times = new Times();
    TrainingListener slow =
        new TrainingListener() {
          @Override
          public void onStep(StepMetrics metrics) {
            LockSupport.parkNanos(250_000_000);
          }
        };
    TrainingConfig config =
        tiny.with(Map.of("callbacks", "[{type: CheckpointMonitor, save_checkpoint_seconds: 1}]"));
    StepMetrics unused = new TrainingRun(config).runOnThreads(ENGINE, 1, List.of(times, slow));
    assertThat(times.checkpoints.keySet()).contains((long) TinyConfig.STEPS);
    assertThat(times.checkpoints).hasSizeBetween(2, 5);
  }
}
