// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.sharded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.loam.checkpoint.CheckpointException;
import dev.loam.checkpoint.MemoryFolder;
import dev.loam.checkpoint.TensorPiece;
import dev.loam.checkpoint.sharded.FaultyStorage.Crash;
import dev.loam.checkpoint.sharded.FaultyStorage.Fault;
import dev.loam.testkit.TestData;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every operation of saving, replacing and deleting fails, or is the last of the process. */
class StorageFaultTest {
  /** What a run does to a folder that has checkpoints 1 (seed 10) and 2 (seed 20). */
  enum Scenario {
    /** A new checkpoint; the oldest goes. */
    ADD {
      @Override
      void run(CheckpointFolder folder, Acknowledged newest) {
        newest.set(3, 30, Saves.save(folder, 3, 30));
        folder.delete(folder.path().resolve("iteration_00000001"));
      }
    },
    /** A different one of the same step. */
    REPLACE {
      @Override
      void run(CheckpointFolder folder, Acknowledged newest) {
        newest.set(2, 21, Saves.save(folder, 2, 21));
        folder.delete(folder.path().resolve("iteration_00000001"));
      }
    },
    /** The same again. */
    REPEAT {
      @Override
      void run(CheckpointFolder folder, Acknowledged newest) {
        newest.set(2, 20, Saves.save(folder, 2, 20));
      }
    };

    abstract void run(CheckpointFolder folder, Acknowledged newest);
  }

  /** The newest checkpoint that a save has returned. */
  private static final class Acknowledged {
    private long step = 2;
    private long seed = 20;

    void set(long step, long seed, Path saved) {
      assertThat(saved.getFileName()).hasToString(CheckpointFolder.nameOf(step));
      this.step = step;
      this.seed = seed;
    }

    /** Whether a checkpoint is this one or one that was being saved after it. */
    void assertKept(Path newest) {
      long found = Saves.seedOf(newest);
      if (newest.endsWith(CheckpointFolder.nameOf(step))) {
        assertThat(found).isIn(seed, step == 2 ? 21L : seed);
      } else {
        assertThat(newest).endsWithRaw(Path.of("iteration_00000003"));
        assertThat(found).isEqualTo(30);
      }
    }
  }

  @TempDir(factory = MemoryFolder.class)
  Path root;

  private Path start(Object name) {
    Path old = root.resolve("old");
    if (!old.toFile().exists()) {
      Saves.save(new CheckpointFolder(old), 1, 10);
      Saves.save(new CheckpointFolder(old), 2, 20);
    }
    Path fresh = root.resolve("run " + name);
    Saves.copy(old, fresh);
    return fresh;
  }

  private static void assertUsable(Path path, Acknowledged newest) {
    CheckpointFolder folder = new CheckpointFolder(path, new VolatileStorage());
    folder.sweep();
    assertThat(Saves.names(path)).noneMatch(name -> name.startsWith(".iteration"));
    assertThat(Saves.names(path))
        .filteredOn(name -> name.startsWith("iteration"))
        .as("all are whole")
        .hasSameSizeAs(folder.complete());
    newest.assertKept(folder.newest().orElseThrow());
    Saves.save(folder, 4, 40);
    assertThat(Saves.seedOf(folder.newest().orElseThrow())).isEqualTo(40);
    assertThat(Saves.names(path)).noneMatch(name -> name.startsWith("."));
  }

  @ParameterizedTest
  @EnumSource
  void failureOfAnyOperationKeepsWhatWasThere(Scenario scenario) {
    for (Fault fault : List.of(Fault.ONCE, Fault.FROM_THEN_ON)) {
      int at = 0;
      while (fails(scenario, fault, at)) {
        at++;
      }
      assertThat(at).as("operations").isGreaterThan(10);
    }
  }

  private boolean fails(Scenario scenario, Fault fault, int at) {
    Path path = start(fault + " " + at);
    FaultyStorage storage = new FaultyStorage(new VolatileStorage(), fault, at);
    Acknowledged newest = new Acknowledged();
    CheckpointException failure =
        catchThrowableOfType(
            CheckpointException.class,
            () -> scenario.run(new CheckpointFolder(path, storage), newest));
    if (!storage.hasStruck()) {
      assertThat(failure).isNull();
      return false;
    }
    assertThat(failure)
        .as("%s at %s", fault, at)
        .hasMessageContaining(path.toString())
        .hasMessageContaining("No space left on device");
    if (failure instanceof SaveFailedException) {
      assertThat(failure).hasMessageMatching(".* it needs [0-9]+ bytes, the disk has [0-9]+ free");
    }
    CheckpointFolder folder = new CheckpointFolder(path);
    if (scenario != Scenario.REPLACE || fault == Fault.ONCE) {
      newest.assertKept(folder.newest().orElseThrow());
    } else {
      assertThat(folder.newest().map(Saves::seedOf)).isNotEmpty();
    }
    assertUsable(path, newest);
    return true;
  }

  @ParameterizedTest
  @EnumSource
  void crashAtAnyOperationKeepsTheNewest(Scenario scenario) {
    for (Fault fault : List.of(Fault.CRASH_BEFORE, Fault.CRASH_AFTER)) {
      int at = 0;
      while (crashes(scenario, fault, at)) {
        at++;
      }
      assertThat(at).as("operations").isGreaterThan(10);
    }
  }

  private boolean crashes(Scenario scenario, Fault fault, int at) {
    int step = TestData.full() ? 1 : 100;
    for (int lost = 0; ; lost += step) {
      Path path = start(fault + " " + at + " " + lost);
      VolatileStorage disk = new VolatileStorage();
      FaultyStorage storage = new FaultyStorage(disk, fault, at);
      Acknowledged newest = new Acknowledged();
      try {
        scenario.run(new CheckpointFolder(path, storage), newest);
        assertThat(storage.hasStruck()).isFalse();
      } catch (Crash e) {
        assertThat(storage.hasStruck()).isTrue();
      }
      int pending = disk.pending();
      disk.lose(Math.min(lost, pending));
      assertUsable(path, newest);
      if (lost >= pending) {
        return storage.hasStruck();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void failureOnAnyRankReachesAll(int ranks) {
    int at = 0;
    while (failsOnRanks(ranks, at)) {
      at++;
    }
    assertThat(at).as("operations").isGreaterThan(10 + 3 * ranks);
  }

  private boolean failsOnRanks(int ranks, int at) {
    Path path = start(ranks + " ranks " + at);
    FaultyStorage storage = new FaultyStorage(new VolatileStorage(), Fault.ONCE, at);
    CheckpointFolder folder = new CheckpointFolder(path, storage);
    SplittableRandom random = new SplittableRandom(at);
    List<List<TensorPiece>> weights = Saves.weights(30).deal(random, ranks);
    List<List<TensorPiece>> moments = Saves.moments(30).deal(random, ranks);
    List<String> results =
        RankLease.run(
            ranks,
            world -> {
              try {
                int r = world.rank();
                Saves.save(folder, world, 3, 30, weights.get(r), moments.get(r));
                return "saved";
              } catch (SaveFailedException e) {
                return e.getMessage();
              }
            });
    if (!storage.hasStruck()) {
      assertThat(results).containsOnly("saved");
      assertThat(Saves.seedOf(folder.newest().orElseThrow())).isEqualTo(30);
      return false;
    }
    assertThat(results).allMatch(result -> result.startsWith(path + "/iteration_00000003: could"));
    assertThat(results).filteredOn(result -> result.contains("No space left")).hasSize(1);
    assertThat(results)
        .filteredOn(result -> result.matches(".*rank [0-9] failed; its own message says why"))
        .hasSize(ranks - 1);
    assertUsable(path, new Acknowledged());
    return true;
  }

  @Test
  void fullDiskIsNoticedBeforeAnythingIsWritten() {
    Path path = start("full");
    Storage full =
        new FaultyStorage(new VolatileStorage(), Fault.ONCE, Integer.MAX_VALUE) {
          @Override
          public long freeBytes(Path folder) {
            return 100;
          }
        };
    CheckpointFolder folder = new CheckpointFolder(path, full);
    List<String> before = Saves.names(path);
    assertThatThrownBy(() -> Saves.save(folder, 3, 30))
        .isInstanceOf(SaveFailedException.class)
        .hasMessageContaining(path + "/iteration_00000003")
        .hasMessageMatching(".*needs [0-9]{3} bytes, the disk has 100 free.*");
    assertThat(Saves.names(path)).isEqualTo(before);
  }
}
