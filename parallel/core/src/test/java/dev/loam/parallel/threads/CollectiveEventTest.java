// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.threads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import dev.loam.parallel.Partition;
import dev.loam.parallel.ProcessGroup;
import dev.loam.parallel.Reduction;
import dev.loam.tensor.Arena;
import dev.loam.tensor.DType;
import dev.loam.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CollectiveEventTest {
  private static final String NAME = "dev.loam.Collective";

  @TempDir Path folder;

  @Test
  void everyOperationOfEveryRankIsRecordedOnceItHasBeenAwaited() throws IOException {
    Path file = folder.resolve("recording.jfr");
    try (Recording recording = new Recording()) {
      recording.enable(NAME).withoutThreshold();
      recording.start();
      List<Integer> unused = Ranks.run(2, CollectiveEventTest::work);
      recording.stop();
      recording.dump(file);
    }
    List<RecordedEvent> events =
        RecordingFile.readAllEvents(file).stream()
            .filter(e -> e.getEventType().getName().equals(NAME))
            .filter(e -> e.getString("what").startsWith("recorded"))
            .toList();
    List<Tuple> expected = new ArrayList<>();
    for (int rank = 0; rank < 2; rank++) {
      expected.add(tuple(rank, "all-reduce", "world", "recorded sum", 40L));
      expected.add(tuple(rank, "all-gather", "world", "recorded pieces", 40L));
      expected.add(tuple(rank, "barrier", "world", "recorded barrier", 0L));
      expected.add(tuple(rank, rank == 0 ? "send" : "receive", "world", "recorded message", 40L));
    }
    assertThat(events)
        .extracting(
            e -> e.getInt("rank"),
            e -> e.getString("operation"),
            e -> e.getString("group"),
            e -> e.getString("what"),
            e -> e.getLong("bytes"))
        .containsExactlyInAnyOrderElementsOf(expected);
    assertThat(events)
        .allSatisfy(e -> assertThat(e.getDuration("transfer")).isPositive())
        .allSatisfy(e -> assertThat(e.getDuration()).isPositive());
  }

  private static int work(ProcessGroup world, Arena arena) {
    Tensor tensor = arena.allocate(DType.F32, 10);
    world.allReduce(tensor, Reduction.SUM, "recorded sum").await();
    world.allGather(tensor, Partition.even(10, 2), "recorded pieces").await();
    world.barrier("recorded barrier").await();
    if (world.rank() == 0) {
      world.send(tensor, 1, 1, "recorded message").await();
    } else {
      world.receive(tensor, 0, 1, "recorded message").await();
    }
    return world.rank();
  }
}
