// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import dev.loam.benchmarks.StepBenchmark;
import dev.loam.model.Qwen3Config;
import dev.loam.model.SpecialTokens;
import dev.loam.parallel.Layout;
import dev.loam.parallel.StepClock.Part;
import dev.loam.parallel.pipeline.PipelineSchedule;
import dev.loam.tensor.Engine;
import dev.loam.train.RankMemory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures whole training steps. */
@Command(
    name = "step",
    description = "Trains a randomly initialised model on random tokens and says where time goes.")
@SuppressWarnings("NullAway.Init") // the fields are set by picocli
final class StepBenchCommand implements Callable<Integer> {
  private final Streams streams;

  @Mixin private ThreadsOption threads;

  @Option(
      names = "--model-config",
      paramLabel = "DIR",
      description = "Folder with a config.json, or the file; else the shape is given by options.")
  private Optional<Path> modelConfig = Optional.empty();

  @Option(names = "--layers", paramLabel = "N", description = "By default 4.")
  private int layers = 4;

  @Option(names = "--hidden", paramLabel = "N", description = "By default 256.")
  private int hidden = 256;

  @Option(names = "--intermediate", paramLabel = "N", description = "By default 3 x hidden.")
  private Optional<Integer> intermediate = Optional.empty();

  @Option(names = "--heads", paramLabel = "N", description = "By default 4.")
  private int heads = 4;

  @Option(names = "--kv-heads", paramLabel = "N", description = "By default 2.")
  private int keyValueHeads = 2;

  @Option(names = "--head-dim", paramLabel = "N", description = "By default 64.")
  private int headSize = 64;

  @Option(names = "--vocab", paramLabel = "N", description = "By default 8192.")
  private int vocabulary = 8192;

  @Option(names = "--seq", paramLabel = "N", description = "Tokens of a row; by default 512.")
  private int sequenceLength = 512;

  @Option(names = "--batch", paramLabel = "N", description = "Rows of a micro batch; default 1.")
  private int batch = 1;

  @Option(names = "--steps", paramLabel = "N", description = "Timed steps; by default 3.")
  private int steps = 3;

  @Option(names = "--warmup", paramLabel = "N", description = "Steps before; by default 1.")
  private int warmUp = 1;

  @Option(names = "--dp", paramLabel = "N", description = "Data-parallel ranks; by default 1.")
  private int dataParallel = 1;

  @Option(names = "--tp", paramLabel = "N", description = "Tensor-parallel ranks; by default 1.")
  private int tensorParallel = 1;

  @Option(names = "--pp", paramLabel = "N", description = "Pipeline stages; by default 1.")
  private int stages = 1;

  @Option(
      names = "--micro-batches",
      paramLabel = "N",
      description = "Micro batches of each data-parallel rank in a step; by default 1.")
  private int microBatches = 1;

  @Option(
      names = "--virtual-stages",
      paramLabel = "N",
      description = "Runs of layers of each stage; more than 1 is an interleaved pipeline.")
  private int virtualStages = 1;

  @Option(names = "--gpipe", description = "All micro batches forward, then all backward.")
  private boolean gpipe;

  @Option(names = "--zero", description = "Data-parallel ranks share the optimizer's states.")
  private boolean zero;

  @Option(
      names = "--sequence-parallel",
      description = "Tensor-parallel ranks share the tokens between layers.")
  private boolean sequenceParallel;

  @Option(names = "--json", description = "Writes the result as JSON.")
  private boolean json;

  StepBenchCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() {
    if (sequenceLength < 1 || batch < 1 || steps < 1 || warmUp < 0) {
      throw new UsageException("--seq, --batch and --steps must be at least 1, --warmup 0");
    }
    Qwen3Config config = modelConfig.map(StepBenchCommand::read).orElseGet(this::shape);
    if (sequenceLength > config.maxPositions()) {
      throw new UsageException(
          "--seq "
              + sequenceLength
              + " is longer than max_position_embeddings "
              + config.maxPositions());
    }
    StepBenchmark benchmark =
        new StepBenchmark(config, sequenceLength, batch, steps, warmUp, layout(config), schedule());
    StepBenchmark.Result result =
        benchmark.run(Engine.named(LoadedModel.ENGINE), threads.count(), streams::say);
    streams.out().print((json ? JsonText.write(fields(result)) : text(result)) + "\n");
    return ExitCodes.OK;
  }

  private Layout layout(Qwen3Config config) {
    Layout layout =
        Layout.of(dataParallel, tensorParallel, stages)
            .withMicroBatches(microBatches)
            .withVirtualStages(virtualStages)
            .withSequenceParallel(sequenceParallel)
            .withShardedOptimizer(zero);
    List<String> problems = layout.problems(config.shape(), layout.worldSize());
    if (!problems.isEmpty()) {
      throw new UsageException(String.join("; ", problems));
    }
    return layout;
  }

  private PipelineSchedule schedule() {
    if (virtualStages > 1) {
      return PipelineSchedule.INTERLEAVED;
    }
    return gpipe ? PipelineSchedule.GPIPE : PipelineSchedule.ONE_F_ONE_B;
  }

  private static Qwen3Config read(Path path) {
    return Qwen3Config.read(Files.isDirectory(path) ? path.resolve("config.json") : path);
  }

  private Qwen3Config shape() {
    return new Qwen3Config(
        vocabulary,
        hidden,
        intermediate.orElse(3 * hidden),
        layers,
        heads,
        keyValueHeads,
        headSize,
        Math.max(4096, sequenceLength),
        1e6,
        1e-6,
        0.02,
        true,
        SpecialTokens.none());
  }

  private static Map<String, Object> fields(StepBenchmark.Result result) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("tokens_per_second", result.tokensPerSecond());
    fields.put("step_seconds", result.stepSeconds());
    for (Part part : Part.values()) {
      fields.put(
          part.name().toLowerCase(Locale.ROOT) + "_s",
          result.partSeconds().getOrDefault(part, 0.0));
    }
    fields.put("bound_tokens_per_second", result.boundTokensPerSecond());
    fields.put("bound_ratio", result.boundRatio());
    result.peakRssGib().ifPresent(gib -> fields.put("peak_rss_gib", gib));
    result.minorFaultsPerStep().ifPresent(n -> fields.put("minor_faults_per_step", n));
    fields.put("losses", result.losses());
    fields.put("weight_bytes", result.memory().stream().map(RankMemory::weights).toList());
    fields.put("moment_bytes", result.memory().stream().map(RankMemory::moments).toList());
    fields.put("logit_bytes", result.memory().stream().map(RankMemory::logits).toList());
    return fields;
  }

  private static String text(StepBenchmark.Result result) {
    Map<Part, Double> parts = result.partSeconds();
    return String.format(
        Locale.ROOT,
        "%.1f tokens/s, %.0f%% of the %.1f that the matrix products alone would allow%n"
            + "forward %.2f s, head %.2f s, backward %.2f s, optimizer %.2f s%s",
        result.tokensPerSecond(),
        100 * result.boundRatio(),
        result.boundTokensPerSecond(),
        parts.getOrDefault(Part.FORWARD, 0.0),
        parts.getOrDefault(Part.HEAD, 0.0),
        parts.getOrDefault(Part.BACKWARD, 0.0),
        parts.getOrDefault(Part.OPTIMIZER, 0.0),
        result.peakRssGib().isPresent()
            ? String.format(
                Locale.ROOT, "; peak memory %.2f GiB", result.peakRssGib().getAsDouble())
            : "");
  }
}
