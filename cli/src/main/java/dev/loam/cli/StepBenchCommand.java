// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import dev.loam.benchmarks.StepBenchmark;
import dev.loam.model.Qwen3Config;
import dev.loam.parallel.StepClock.Part;
import dev.loam.tensor.Engine;
import dev.loam.train.RankMemory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures whole training steps. */
@Command(
    name = "step",
    description = "Trains a randomly initialised model on random tokens and says where time goes.")
@SuppressWarnings("NullAway.Init") // the fields are set by picocli
final class StepBenchCommand implements Callable<Integer> {
  private static final double GIB = 1024.0 * 1024 * 1024;

  private final Streams streams;

  @Mixin private ThreadsOption threads;

  @Mixin private ModelShapeOptions model;

  @Option(names = "--seq", paramLabel = "N", description = "Tokens of a row; by default 512.")
  private int sequenceLength = 512;

  @Option(names = "--batch", paramLabel = "N", description = "Rows of a micro batch; default 1.")
  private int batch = 1;

  @Option(names = "--steps", paramLabel = "N", description = "Timed steps; by default 3.")
  private int steps = 3;

  @Option(names = "--warmup", paramLabel = "N", description = "Steps before; by default 1.")
  private int warmUp = 1;

  @Option(
      names = "--recompute",
      arity = "0..1",
      fallbackValue = "2147483647",
      paramLabel = "N",
      description =
          "Layers keep only their input for the backward pass and run forward once more: the first"
              + " N of each pipeline stage, or all.")
  private int recompute;

  @Option(
      names = "--lora",
      paramLabel = "RANK",
      description = "Trains adapters of this rank on all linear layers instead of the model.")
  private int lora;

  @Mixin private RankOptions ranks;

  @Option(names = "--json", description = "Writes the result as JSON.")
  private boolean json;

  StepBenchCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() {
    Qwen3Config config = model.config(sequenceLength);
    List<String> problems = problems(config);
    if (!problems.isEmpty()) {
      throw new UsageException(String.join("; ", problems));
    }
    StepBenchmark benchmark =
        new StepBenchmark(
            config,
            sequenceLength,
            batch,
            steps,
            warmUp,
            ranks.layout(),
            ranks.schedule(),
            recompute,
            lora);
    StepBenchmark.Result result =
        benchmark.run(Engine.named(LoadedModel.ENGINE), threads.count(), streams::say);
    streams.out().print((json ? JsonText.write(fields(result)) : text(result)) + "\n");
    return ExitCodes.OK;
  }

  private List<String> problems(Qwen3Config config) {
    List<String> problems = new ArrayList<>();
    if (sequenceLength < 1 || batch < 1 || steps < 1 || warmUp < 0) {
      problems.add("--seq, --batch and --steps must be at least 1, --warmup at least 0");
    }
    if (recompute < 0) {
      problems.add("--recompute must be at least 0");
    }
    if (lora < 0) {
      problems.add("--lora must be at least 0");
    }
    if (sequenceLength > config.maxPositions()) {
      problems.add(
          "--seq "
              + sequenceLength
              + " is longer than max_position_embeddings "
              + config.maxPositions());
    }
    long tokens = (long) sequenceLength * batch;
    if (tokens > Integer.MAX_VALUE) {
      problems.add("--batch x --seq are " + tokens + " tokens; at most " + Integer.MAX_VALUE);
    }
    problems.addAll(ranks.problems(config.shape(), tokens));
    return problems;
  }

  private static Map<String, Object> fields(StepBenchmark.Result result) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("tokens_per_second", result.tokensPerSecond());
    fields.put("step_seconds", result.stepSeconds());
    for (Part part : Part.values()) {
      fields.put(name(part) + "_s", result.partSeconds().getOrDefault(part, 0.0));
    }
    fields.put("bound_tokens_per_second", result.boundTokensPerSecond());
    fields.put("bound_ratio", result.boundRatio());
    result.peakRssGib().ifPresent(gib -> fields.put("peak_rss_gib", gib));
    result.minorFaultsPerStep().ifPresent(n -> fields.put("minor_faults_per_step", n));
    fields.put("losses", result.losses());
    fields.put("weight_bytes", bytes(result, RankMemory::weights));
    fields.put("moment_bytes", bytes(result, RankMemory::moments));
    fields.put("activation_bytes", bytes(result, RankMemory::activations));
    fields.put("logit_bytes", bytes(result, RankMemory::logits));
    return fields;
  }

  /** Of each rank. */
  private static List<Long> bytes(StepBenchmark.Result result, Function<RankMemory, Long> part) {
    return result.memory().stream().map(part).toList();
  }

  private static String text(StepBenchmark.Result result) {
    StringJoiner parts = new StringJoiner(", ");
    for (Part part : Part.values()) {
      Double seconds = result.partSeconds().get(part);
      if (seconds != null) {
        parts.add(String.format(Locale.ROOT, "%s %.2f s", name(part), seconds));
      }
    }
    long activations = result.memory().stream().mapToLong(RankMemory::activations).sum();
    return String.format(
        Locale.ROOT,
        "%.1f tokens/s, %.0f%% of the %.1f that the matrix products alone would allow%n"
            + "%s; activations %.3f GiB%s",
        result.tokensPerSecond(),
        100 * result.boundRatio(),
        result.boundTokensPerSecond(),
        parts,
        activations / GIB,
        result.peakRssGib().isPresent()
            ? String.format(
                Locale.ROOT, ", peak memory %.2f GiB", result.peakRssGib().getAsDouble())
            : "");
  }

  private static String name(Part part) {
    return part.name().toLowerCase(Locale.ROOT);
  }
}
