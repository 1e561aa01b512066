// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel;

import dev.loam.parallel.threads.ThreadRanks;
import dev.loam.tensor.ComputeLease;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Thread ranks without an engine. */
public final class FakeRanks {
  private FakeRanks() {}

  /** Runs the body as that many ranks. */
  public static <R> List<R> run(int size, RankBody<R> body) {
    List<ExecutorService> threads = new ArrayList<>();
    List<ComputeLease> leases = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      threads.add(Executors.newSingleThreadExecutor());
      leases.add(new FakeLease(Optional.of(threads.get(i))));
    }
    try {
      return ThreadRanks.run(leases, Duration.ofSeconds(30), body);
    } finally {
      threads.forEach(ExecutorService::shutdown);
    }
  }
}
