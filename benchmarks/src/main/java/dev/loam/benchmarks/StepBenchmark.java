// SPDX-License-Identifier: Apache-2.0
package dev.loam.benchmarks;

import dev.loam.data.Batches;
import dev.loam.lora.LoraAdaptation;
import dev.loam.lora.LoraAdapters;
import dev.loam.lora.LoraInit;
import dev.loam.lora.LoraOptions;
import dev.loam.lora.ModuleNames;
import dev.loam.lora.PeftTargets;
import dev.loam.model.Adaptation;
import dev.loam.model.Qwen3Config;
import dev.loam.model.Qwen3Model;
import dev.loam.parallel.Layout;
import dev.loam.parallel.ProcessGroup;
import dev.loam.parallel.RankGroups;
import dev.loam.parallel.StepClock;
import dev.loam.parallel.pipeline.PipelineSchedule;
import dev.loam.parallel.threads.ThreadRanks;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.Engine;
import dev.loam.train.LrSchedule;
import dev.loam.train.RankMemory;
import dev.loam.train.ReplicaShare;
import dev.loam.train.StepMetrics;
import dev.loam.train.Trainer;
import dev.loam.train.TrainerBuilder;
import dev.loam.train.TrainingListener;
import dev.loam.train.machine.ProcessMemory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Trains a randomly initialised model on random tokens, on one rank or several in this process, and
 * says where the time of the first rank went and how far from the bound of the matrix products the
 * run was.
 *
 * @param config the model
 * @param sequenceLength tokens of a row
 * @param batchSize rows of a micro batch
 * @param steps timed steps
 * @param warmUpSteps steps before those, not timed
 * @param layout the ranks
 * @param schedule in which order a pipeline runs micro batches
 * @param recomputedLayers layers of each stage that are computed again in backward, its first ones
 * @param loraRank of adapters on all linear layers, which are trained instead; 0 for none
 */
public record StepBenchmark(
    Qwen3Config config,
    int sequenceLength,
    int batchSize,
    int steps,
    int warmUpSteps,
    Layout layout,
    PipelineSchedule schedule,
    int recomputedLayers,
    int loraRank) {
  private static final Duration DEADLINE = Duration.ofMinutes(30);

  private static final int HEAD_CHUNK_ROWS = 256;

  /**
   * The result; times are medians over the timed steps, in seconds.
   *
   * @param stepSeconds of each timed step
   * @param losses of all steps
   * @param partSeconds by part of the step
   * @param boundTokensPerSecond what the matrix products alone would allow
   * @param minorFaultsPerStep mean over the timed steps
   * @param memory what each rank had allocated
   */
  public record Result(
      double tokensPerSecond,
      List<Double> stepSeconds,
      List<Double> losses,
      Map<StepClock.Part, Double> partSeconds,
      double boundTokensPerSecond,
      OptionalDouble peakRssGib,
      OptionalDouble minorFaultsPerStep,
      List<RankMemory> memory) {
    /** Copies the collections. */
    public Result {
      stepSeconds = List.copyOf(stepSeconds);
      losses = List.copyOf(losses);
      partSeconds = Map.copyOf(partSeconds);
      memory = List.copyOf(memory);
    }

    /** The share of the bound that was reached. */
    public double boundRatio() {
      return tokensPerSecond / boundTokensPerSecond;
    }
  }

  /**
   * Runs the benchmark.
   *
   * @param threads compute threads in all, which the ranks share; each has at least one
   * @param progress is given a line after each step
   */
  public Result run(Engine engine, int threads, Consumer<String> progress) {
    Recorder recorder = new Recorder(progress);
    int ranks = layout.worldSize();
    List<ComputeLease> leases = new ArrayList<>();
    List<RankMemory> memory;
    try {
      for (int rank = 0; rank < ranks; rank++) {
        leases.add(engine.lease(Math.max(1, threads / ranks)));
      }
      memory = ThreadRanks.run(leases, DEADLINE, (world, lease) -> train(world, lease, recorder));
    } finally {
      leases.forEach(ComputeLease::close);
    }
    OptionalDouble peak = ProcessMemory.peakGib();
    int tokens = Math.multiplyExact(batchSize, sequenceLength);
    long microBatches = (long) layout.dataParallel() * layout.microBatches();
    List<Product> products =
        new RequiredProducts(config, batchSize, sequenceLength)
            .ofStep(allRecomputedLayers(), loraRank > 0);
    try (ComputeLease lease = engine.lease(threads)) {
      double bound = tokens / GemmBound.seconds(lease, products);
      return recorder.result(tokens * microBatches, bound, peak, memory);
    }
  }

  private int allRecomputedLayers() {
    return IntStream.range(0, layout.pipelineStages())
        .map(stage -> Math.min(recomputedLayers, layout.layersOfStage(stage, config.layers())))
        .sum();
  }

  private Adaptation adaptation() {
    return loraRank > 0 ? new LoraAdaptation(lora()) : Adaptation.none();
  }

  private LoraOptions lora() {
    return new LoraOptions(
        loraRank, 2.0 * loraRank, 0, false, PeftTargets.of(ModuleNames.parse("all-linear")));
  }

  private RankMemory train(ProcessGroup world, ComputeLease lease, Recorder recorder) {
    RankGroups groups = new RankGroups(world, layout);
    ReplicaShare share =
        new ReplicaShare(
            groups.position().data(),
            layout.dataParallel(),
            layout.microBatches(),
            Batches.Dealing.CONSECUTIVE);
    try (Qwen3Model model =
            Qwen3Model.share(
                lease, config, HEAD_CHUNK_ROWS, groups, recomputedLayers, adaptation());
        RandomBatches batches =
            new RandomBatches(
                batchSize, sequenceLength, config.vocabSize(), warmUpSteps + steps, share)) {
      model.initialize(1);
      if (loraRank > 0) {
        LoraAdapters.of(model, lora()).initialize(1, LoraInit.HE_UNIFORM);
      }
      TrainerBuilder trainer =
          Trainer.builder(model, batches)
              .setSchedule(new LrSchedule.Constant(1e-5, new LrSchedule.WarmUp(0, 0)))
              .optPipelineSchedule(schedule);
      if (world.rank() == 0) {
        trainer.optClock(recorder).addListener(recorder);
      }
      Trainer built = trainer.build();
      StepMetrics unused = built.train();
      return built.memory();
    }
  }

  /** Notes times step by step. */
  private final class Recorder implements StepClock, TrainingListener {
    private final Consumer<String> progress;
    private final List<Double> stepSeconds = new ArrayList<>();
    private final List<Double> losses = new ArrayList<>();
    private final Map<Part, List<Double>> partSeconds = new EnumMap<>(Part.class);
    private final Map<Part, Double> partsOfStep = new EnumMap<>(Part.class);
    private OptionalLong faultsAtStart = OptionalLong.empty();
    private OptionalLong faultsAtEnd = OptionalLong.empty();
    private long last;

    Recorder(Consumer<String> progress) {
      this.progress = progress;
    }

    @Override
    public void onStart(List<String> summary) {
      last = System.nanoTime();
      noteFaults(0);
    }

    @Override
    public void ended(Part part) {
      long now = System.nanoTime();
      partsOfStep.merge(part, (now - last) / 1e9, Double::sum);
      last = now;
    }

    @Override
    public void onStep(StepMetrics metrics) {
      losses.add(metrics.loss());
      partsOfStep.forEach(
          (part, seconds) ->
              partSeconds.computeIfAbsent(part, p -> new ArrayList<>()).add(seconds));
      partsOfStep.clear();
      if (metrics.step() > warmUpSteps) {
        stepSeconds.add(metrics.seconds());
      }
      noteFaults(metrics.step());
      progress.accept(
          String.format(
              Locale.ROOT,
              "step %d: %.3f s, loss %.4f",
              metrics.step(),
              metrics.seconds(),
              metrics.loss()));
      last = System.nanoTime();
    }

    private void noteFaults(long step) {
      if (step == warmUpSteps) {
        faultsAtStart = ProcessMemory.minorFaults();
      }
      faultsAtEnd = ProcessMemory.minorFaults();
    }

    Result result(long tokens, double bound, OptionalDouble peak, List<RankMemory> memory) {
      Map<Part, Double> parts = new EnumMap<>(Part.class);
      partSeconds.forEach(
          (part, seconds) -> parts.put(part, median(seconds.subList(warmUpSteps, seconds.size()))));
      OptionalDouble faults =
          faultsAtStart.isPresent() && faultsAtEnd.isPresent()
              ? OptionalDouble.of(
                  (double) (faultsAtEnd.getAsLong() - faultsAtStart.getAsLong()) / steps)
              : OptionalDouble.empty();
      return new Result(
          tokens / median(stepSeconds), stepSeconds, losses, parts, bound, peak, faults, memory);
    }
  }

  private static double median(List<Double> values) {
    return Median.of(values.stream().mapToDouble(Double::doubleValue).toArray());
  }
}
