// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import dev.loam.benchmarks.CollectivesBenchmark;
import dev.loam.benchmarks.CollectivesBenchmark.Figure;
import dev.loam.benchmarks.CollectivesBenchmark.Result;
import dev.loam.parallel.ProcessGroup;
import dev.loam.parallel.mpi.MpiRanks;
import dev.loam.parallel.threads.ThreadRanks;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.Engine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures what ranks exchange. */
@Command(
    name = "collectives",
    description = {
      "Measures how fast ranks exchange memory.",
      "Ranks are threads of this process, or the processes that mpirun started."
    })
@SuppressWarnings("NullAway.Init") // the fields are set by picocli
final class CollectivesBenchCommand implements Callable<Integer> {
  private static final Duration DEADLINE = Duration.ofMinutes(5);
  private static final int DEFAULT_RANKS = 2;

  private final Streams streams;

  @Spec private CommandSpec spec;

  @Option(
      names = "--ranks",
      paramLabel = "N",
      description = "Threads, by default 2; with mpirun, its -n.")
  private Optional<Integer> ranks = Optional.empty();

  @Option(
      names = "--bytes",
      paramLabel = "N",
      description = "Size of the buffer that each rank has; by default 268435456 (256 MiB).")
  private long bytes = 256L << 20;

  @Option(names = "--repeats", paramLabel = "N", description = "Timed runs; by default 5.")
  private int repeats = 5;

  @Option(names = "--json", description = "Writes the result as JSON.")
  private boolean json;

  CollectivesBenchCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() {
    if (MpiRanks.launched()) {
      return new MpiJob(ErrorReport.of(spec, streams)).run(DEADLINE, job -> onMpi(job.world()));
    }
    int threads = ranks.orElse(DEFAULT_RANKS);
    if (threads > RankOptions.MOST) {
      throw new UsageException("--ranks must be at most " + RankOptions.MOST + ", not " + threads);
    }
    show("threads", threads, onThreads(benchmark(threads), threads));
    return ExitCodes.OK;
  }

  private static Result onThreads(CollectivesBenchmark benchmark, int threads) {
    Engine engine = Engine.named(LoadedModel.ENGINE);
    List<ComputeLease> leases = new ArrayList<>();
    try {
      for (int rank = 0; rank < threads; rank++) {
        leases.add(engine.lease(1));
      }
      return ThreadRanks.run(leases, DEADLINE, benchmark::run).get(0);
    } finally {
      leases.forEach(ComputeLease::close);
    }
  }

  private int onMpi(ProcessGroup world) {
    CollectivesBenchmark benchmark;
    try {
      requireStarted(world.size());
      benchmark = benchmark(world.size());
    } catch (UsageException e) {
      throw new MpiJob.CommonException(e);
    }
    try (ComputeLease lease = Engine.named(LoadedModel.ENGINE).lease(1)) {
      Result result = benchmark.run(world, lease);
      if (world.rank() == 0) {
        show("mpi", world.size(), result);
      }
    }
    return ExitCodes.OK;
  }

  private void requireStarted(int started) {
    if (ranks.isPresent() && ranks.get() != started) {
      throw new UsageException(
          "--ranks "
              + ranks.get()
              + " does not fit the "
              + started
              + " processes that were started; leave it out, or use mpirun -n "
              + ranks.get());
    }
  }

  private CollectivesBenchmark benchmark(int count) {
    List<String> problems = new ArrayList<>();
    if (count < 2) {
      problems.add("at least 2 ranks exchange something, not " + count);
    }
    if (bytes < 4L * count || bytes % Float.BYTES != 0) {
      problems.add("--bytes must be a multiple of 4 with 4 for each rank at least, not " + bytes);
    }
    if (repeats < 1) {
      problems.add("--repeats must be at least 1, not " + repeats);
    }
    if (!problems.isEmpty()) {
      throw new UsageException(String.join("; ", problems));
    }
    return new CollectivesBenchmark(bytes, repeats);
  }

  private void show(String transport, int count, Result result) {
    streams.out().print(json ? json(transport, count, result) : table(transport, count, result));
  }

  private static Map<String, Figure> rates(Result result) {
    Map<String, Figure> rates = new LinkedHashMap<>();
    rates.put("all_reduce", result.allReduce());
    rates.put("reduce_scatter", result.reduceScatter());
    rates.put("all_gather", result.allGather());
    rates.put("broadcast", result.broadcast());
    rates.put("send_receive", result.sendReceive());
    return rates;
  }

  private String json(String transport, int count, Result result) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("transport", transport);
    fields.put("ranks", count);
    fields.put("bytes", bytes);
    rates(result).forEach((name, rate) -> fields.put(name + "_gb_s", rate));
    fields.put("all_reduce_latency_us", result.latency());
    return JsonText.write(fields) + "\n";
  }

  private String table(String transport, int count, Result result) {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%d ranks (%s), %d bytes%n%-24s%10s%10s%n",
            count,
            transport,
            bytes,
            "",
            "best",
            "median"));
    rates(result).forEach((name, rate) -> text.append(line(name, "GB/s", rate)));
    return text.append(line("all_reduce 1 KiB", "us", result.latency())).toString();
  }

  private static String line(String name, String unit, Figure figure) {
    return String.format(
        Locale.ROOT, "%-17s%7s%10.2f%10.2f%n", name, unit, figure.best(), figure.median());
  }
}
