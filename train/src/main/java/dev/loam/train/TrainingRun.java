// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import dev.loam.checkpoint.sharded.CheckpointFolder;
import dev.loam.checkpoint.sharded.Storage;
import dev.loam.model.Adaptation;
import dev.loam.model.Qwen3Config;
import dev.loam.model.Qwen3Model;
import dev.loam.model.WeightType;
import dev.loam.model.formats.CompanionFiles;
import dev.loam.model.formats.WeightFolder;
import dev.loam.parallel.Layout;
import dev.loam.parallel.ProcessGroup;
import dev.loam.parallel.RankGroups;
import dev.loam.parallel.SoloGroup;
import dev.loam.parallel.threads.ThreadRanks;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.Engine;
import dev.loam.train.config.TrainingConfig;
import dev.loam.train.monitor.RunMonitor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A run from its configuration to its exported model: data, model, trainer, {@code metrics.jsonl},
 * checkpoints, event files for TensorBoard, logs, and at the end {@code report.html} and a Hugging
 * Face folder {@code model}, all under the output folder, which belongs to one run at a time.
 */
public final class TrainingRun {
  /** Rows of logits that exist at once: enough for full matrix speed, small beside the model. */
  private static final int HEAD_CHUNK_ROWS = 256;

  private final TrainingConfig config;
  private final StopRequest stopRequest;
  private final Storage storage;
  private final MadeSamples samples = new MadeSamples();

  /** A run. */
  public TrainingRun(TrainingConfig config) {
    this(config, new StopRequest(), Storage.disk());
  }

  /**
   * A run.
   *
   * @param stopRequest ends the run after the step it is in, with a checkpoint and without an
   *     exported model
   * @param storage what checkpoints are written with
   */
  public TrainingRun(TrainingConfig config, StopRequest stopRequest, Storage storage) {
    this.config = config;
    this.stopRequest = stopRequest;
    this.storage = storage;
  }

  /**
   * Runs on as many ranks as the layout has, all of them threads of this process, among which the
   * compute threads are divided.
   *
   * @param threads compute threads in all; each rank has at least one
   * @param listeners are told of progress by the first rank; closed at the end
   * @return the metrics of the last step
   */
  public StepMetrics runOnThreads(Engine engine, int threads, List<TrainingListener> listeners) {
    int ranks = config.parallel().layout().worldSize();
    if (ranks == 1) {
      try (ComputeLease lease = engine.lease(threads)) {
        return lease.call(() -> run(SoloGroup.of(), lease, listeners));
      }
    }
    List<ComputeLease> leases = new ArrayList<>();
    try {
      for (int rank = 0; rank < ranks; rank++) {
        leases.add(engine.lease(Math.max(1, threads / ranks)));
      }
      return ThreadRanks.run(
              leases, config.parallel().deadline(), (world, lease) -> run(world, lease, listeners))
          .get(0);
    } finally {
      leases.forEach(ComputeLease::close);
    }
  }

  /**
   * Runs one rank, on the thread of its lease; all ranks of the world call it.
   *
   * @param world as many ranks as the layout has
   * @param lease computes for this rank, which stays its owner's
   * @param listeners are told of progress by the first rank; closed at the end
   * @return the metrics of the last step
   */
  public StepMetrics run(ProcessGroup world, ComputeLease lease, List<TrainingListener> listeners) {
    RankGroups groups = new RankGroups(world, config.parallel().layout());
    boolean first = world.rank() == 0;
    CheckpointFolder checkpoints = new CheckpointFolder(checkpointFolder(), storage);
    try (RunOutput output = RunOutput.open(config, checkpoints, first)) {
      world.barrier("a look at earlier checkpoints").await();
      StartingPoint start = StartingPoint.of(config);
      try (DataLoader batches =
              new PrefetchedBatches(
                  TrainingData.batches(lease, config, groups.position().data(), samples),
                  world.rank());
          RunEvaluation evaluation = RunEvaluation.open(lease, config, samples);
          Qwen3Model model = newModel(config, lease, groups)) {
        setWeights(model, start);
        world.barrier("start of the run").await();
        long planned = batches.stepsPerEpoch() * config.epochs();
        long steps = Math.min(planned, config.stopStep().orElse(planned));
        TrainerBuilder trainer =
            newTrainer(config, model, batches)
                .setSchedule(config.lr().schedule(planned, batches.stepsPerEpoch()))
                .optStepOffset(config.lrStepOffset())
                .optTotalSteps(steps)
                .optCheckpoints(checkpoints, config.checkpoints())
                .optNotes(notes(batches))
                .optDataSkip(config.dataSkip())
                .optHealth(config.health(), config.monitor().globalNorm().threshold())
                .optAbnormalNorms(config.outputDir().resolve(AbnormalNorms.FILE))
                .optCompares(config.startsFromWeights())
                .optStopRequest(stopRequest)
                .optSummary(summary(model, batches, start, steps, lease.threads()));
        start.checkpoint().ifPresent(trainer::optResume);
        output.begin(start).forEach(trainer::addListener);
        world.barrier("output folder").await();
        RunMonitor monitor = RunMonitor.open(config, world.rank(), start.step());
        trainer.optObserver(monitor.observers());
        monitor.listeners().forEach(trainer::addListener);
        evaluation.addTo(trainer);
        if (first) {
          listeners.forEach(trainer::addListener);
        }
        StepMetrics last = trainer.build().train();
        if (last.isComplete()) {
          export(model);
        }
        return last;
      }
    }
  }

  /** Allocates what a rank has of a configuration's model; the caller closes it. */
  public static Qwen3Model newModel(TrainingConfig config, ComputeLease lease, RankGroups groups) {
    int stage = groups.position().stage();
    int layers = groups.layout().layersOfStage(stage, config.model().layers());
    int recomputed = config.recompute().layers(stage, layers);
    Adaptation adaptation =
        adapters(config).map(RunAdapters::adaptation).orElseGet(Adaptation::none);
    return Qwen3Model.share(lease, config.model(), HEAD_CHUNK_ROWS, groups, recomputed, adaptation);
  }

  private static Optional<RunAdapters> adapters(TrainingConfig config) {
    return config.pet().map(pet -> new RunAdapters(pet, config.seed()));
  }

  /** A trainer that does in each step what a configuration asks for, and is not told yet when. */
  public static TrainerBuilder newTrainer(
      TrainingConfig config, Qwen3Model model, DataLoader batches) {
    return Trainer.builder(model, batches)
        .optOptimizer(config.optimizer().adamW())
        .optMaxGradientNorm(config.optimizer().maxGradientNorm())
        .optReduction(config.reduction())
        .optPipelineSchedule(config.parallel().schedule())
        .optStrict(config.parallel().strict());
  }

  /** Weights that the trainer reads from a checkpoint are left as they are. */
  private void setWeights(Qwen3Model model, StartingPoint start) {
    Optional<RunAdapters> adapters = adapters(config);
    if (adapters.isPresent()) {
      adapters.get().begin(model);
    } else if (start.weights().isPresent()) {
      Optional<Qwen3Config> config = Optional.of(model.config());
      try (WeightFolder folder = WeightFolder.open(start.weights().get(), config)) {
        model.load(folder.weights());
      }
    } else if (start.checkpoint().isEmpty()) {
      model.initialize(config.seed());
    }
  }

  private Map<String, String> notes(DataLoader batches) {
    return Map.of(
        "seed",
        Long.toString(config.seed()),
        StartingPoint.DATA,
        batches.description(),
        "layout",
        config.parallel().layout().describe(),
        "configuration_sha256",
        config.digest());
  }

  private Path checkpointFolder() {
    return OutputFolder.of(config.outputDir()).checkpoints();
  }

  /** Where the exported model is after a run. */
  public Path modelFolder() {
    return config.outputDir().resolve(OutputFolder.MODEL);
  }

  /** Where the adapters are after a run that trains them, as PEFT keeps them. */
  public Path adapterFolder() {
    return config.outputDir().resolve(OutputFolder.ADAPTER);
  }

  /** An interrupt, which would close the files being written, waits until they are. */
  private void export(Qwen3Model model) {
    Path folder = modelFolder();
    Optional<RunAdapters> adapters = adapters(config);
    boolean interrupted = Thread.interrupted();
    try {
      if (adapters.isPresent()) {
        adapters.get().export(model, adapterFolder());
        return;
      }
      model.save(folder, WeightType.FLOAT32);
      if (model.groups().world().rank() == 0) {
        CompanionFiles.copy(config.tokenizerDir().stream().toList(), folder);
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private List<String> summary(
      Qwen3Model trained, DataLoader batches, StartingPoint start, long steps, int threadsOfRank) {
    Qwen3Config model = config.model();
    Layout layout = config.parallel().layout();
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            Locale.ROOT,
            "model: %,d parameters, %d layers, hidden size %d, vocabulary %d%s",
            model.parameterCount(),
            model.layers(),
            model.hiddenSize(),
            model.vocabSize(),
            model.tiedEmbeddings() ? ", tied" : ""));
    adapters(config).ifPresent(adapters -> lines.add(adapters.summary(trained)));
    lines.add("data: " + batches.description());
    if (layout.worldSize() > 1) {
      lines.add("layout: " + layout.describe());
    }
    lines.add(
        "run: "
            + steps
            + " steps, global batch "
            + batches.samplesPerStep()
            + ", "
            + threadsOfRank
            + (layout.worldSize() > 1 ? " compute thread(s) a rank" : " compute threads")
            + ", determinism "
            + determinism(layout)
            + ", output in "
            + config.outputDir());
    start
        .checkpoint()
        .ifPresent(path -> lines.add("resumed: after step " + start.step() + ", from " + path));
    start
        .data()
        .filter(data -> !data.equals(batches.description()))
        .ifPresent(data -> lines.add("the data has changed since the checkpoint: was " + data));
    if (!config.ignoredKeys().isEmpty()) {
      lines.add("ignored keys: " + String.join(", ", config.ignoredKeys()));
    }
    return lines;
  }

  /** The class of a run and the first thing that lowers it. */
  private String determinism(Layout layout) {
    if (!config.parallel().strict()) {
      return "D1";
    }
    return layout.tensorParallel() > 1
        ? "D1 (model_parallel " + layout.tensorParallel() + " adds in an order of its own)"
        : "D2";
  }
}
