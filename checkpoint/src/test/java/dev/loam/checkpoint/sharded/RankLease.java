// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.sharded;

import dev.loam.checkpoint.HostArena;
import dev.loam.parallel.ProcessGroup;
import dev.loam.parallel.threads.ThreadRanks;
import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.DType;
import dev.loam.tensor.Device;
import dev.loam.tensor.EngineThreads;
import dev.loam.tensor.Kernels;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.function.Function;

/** A thread without an engine, for ranks that only read and write files. */
record RankLease(EngineThreads.Worker worker) implements ComputeLease {
  /** Runs ranks and waits for them. */
  static <R> List<R> run(int ranks, Function<ProcessGroup, R> body) {
    EngineThreads threads = new EngineThreads("rank", ranks, n -> {});
    List<ComputeLease> leases = new ArrayList<>();
    for (int i = 0; i < ranks; i++) {
      leases.add(new RankLease(threads.lease(1)));
    }
    try {
      return ThreadRanks.run(leases, Duration.ofSeconds(30), (world, lease) -> body.apply(world));
    } finally {
      leases.forEach(ComputeLease::close);
    }
  }

  @Override
  public int threads() {
    return 1;
  }

  @Override
  public Kernels kernels() {
    throw new UnsupportedOperationException("no kernels");
  }

  @Override
  public DType computeType() {
    return DType.F32;
  }

  @Override
  public Arena newArena(Device device) {
    return new HostArena();
  }

  @Override
  public <R> R call(Callable<R> work) {
    return worker.call(work);
  }

  @Override
  public <R> Future<R> submit(Callable<R> work) {
    return worker.submit(work);
  }

  @Override
  public void close() {
    worker.close();
  }
}
