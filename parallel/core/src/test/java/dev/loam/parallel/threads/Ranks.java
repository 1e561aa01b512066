// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.threads;

import dev.loam.parallel.ProcessGroup;
import dev.loam.parallel.RankBody;
import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.Device;
import dev.loam.tensor.Engine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Runs thread ranks on the torch engine for tests. */
final class Ranks {
  static final Duration LONG = Duration.ofSeconds(60);

  private Ranks() {}

  /** What a rank does with an arena that outlives the ranks. */
  interface Body<R> {
    R run(ProcessGroup world, Arena arena) throws Exception;
  }

  static <R> List<R> run(int size, Duration deadline, int chunkBytes, Body<R> body) {
    Engine engine = Engine.named("torch");
    List<ComputeLease> leases = new ArrayList<>();
    List<Arena> arenas = new ArrayList<>();
    try {
      for (int r = 0; r < size; r++) {
        leases.add(engine.lease(1));
        arenas.add(leases.get(r).newArena(Device.cpu()));
      }
      RankBody<R> onArena = (world, lease) -> body.run(world, arenas.get(leases.indexOf(lease)));
      return ThreadRanks.run(leases, deadline, chunkBytes, onArena);
    } finally {
      arenas.forEach(Arena::close);
      leases.forEach(ComputeLease::close);
    }
  }

  static <R> List<R> run(int size, Body<R> body) {
    return run(size, LONG, World.CHUNK_BYTES, body);
  }

  static List<String> communicationThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("loam-comm-"))
        .toList();
  }
}
