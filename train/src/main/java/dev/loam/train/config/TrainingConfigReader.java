// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import dev.loam.data.gpt.Split;
import dev.loam.model.Qwen3Config;
import dev.loam.train.LossReduction;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Reads the whole configuration, section by section. */
final class TrainingConfigReader {
  private static final List<String> REDUCTIONS =
      List.of("per_token", "micro_mean", "rank_micro_mean");

  private final Problems problems = new Problems();
  private final Section root;

  private TrainingConfigReader(Path file, Map<String, String> overrides) {
    root = new Section(ConfigTree.read(file, overrides, problems), problems);
  }

  /** Reads all of a configuration that a run is to be made of. */
  static TrainingConfig read(Path file, Map<String, String> overrides) {
    TrainingConfigReader reader = new TrainingConfigReader(file, overrides);
    TrainingConfig config = reader.read();
    reader.problems.throwIfNotRunnable();
    return config;
  }

  /** Reads all of a configuration that somebody wants to look at. */
  static ResolvedConfig resolve(Path file, Map<String, String> overrides) {
    TrainingConfigReader reader = new TrainingConfigReader(file, overrides);
    TrainingConfig config = reader.read();
    return new ResolvedConfig(config, reader.root.view(), reader.problems.unavailable());
  }

  /** Reads {@code train_dataset} alone. */
  static DataConfig readData(Path file, Map<String, String> overrides) {
    TrainingConfigReader reader = new TrainingConfigReader(file, overrides);
    Optional<Path> tokenizer = reader.tokenizerDir(reader.root.path("pretrained_model_dir"));
    Optional<DataConfig> data = reader.data(reader.root.flag("upstream_compat", false), tokenizer);
    reader.root.section("train_dataset").finish();
    reader.problems.throwIfNotRunnable();
    return data.orElseThrow();
  }

  /** Reads where the tokenizer is, and nothing else. */
  static Optional<Path> readTokenizerDir(Path file, Map<String, String> overrides) {
    TrainingConfigReader reader = new TrainingConfigReader(file, overrides);
    Optional<Path> folder = reader.tokenizerDir(reader.root.path("pretrained_model_dir"));
    reader.problems.throwIfAny();
    return folder;
  }

  private Optional<DataConfig> data(boolean compat, Optional<Path> tokenizer) {
    Section dataset = root.section("train_dataset");
    dataset.ignore("batch_size");
    return DataSection.read(dataset, compat, Split.TRAIN, tokenizer);
  }

  private TrainingConfig read() {
    OtherKeys.read(root);
    boolean compat = root.flag("upstream_compat", false);
    Optional<Path> pretrained = root.path("pretrained_model_dir");
    Optional<Qwen3Config> model = ModelSection.read(root, pretrained, problems);
    Optional<Path> tokenizer = tokenizerDir(pretrained);
    Optional<DataConfig> data = data(compat, tokenizer);
    Section loader = root.section("train_dataset").section("data_loader");
    if (model.isPresent() && data.isPresent() && data.get() instanceof DataConfig.Megatron gpt) {
      if (gpt.options().sequenceLength() > model.get().maxPositions()) {
        loader
            .section("config")
            .problem(
                "seq_length",
                gpt.options().sequenceLength()
                    + " is longer than model.model_config.max_position_embeddings "
                    + model.get().maxPositions());
      }
    }
    data.ifPresent(read -> checkRecords(loader, read, model));
    Section modelConfig = root.section("model").section("model_config");
    Optional<Path> load = root.path("load_checkpoint");
    Optional<Path> weights = pretrained.filter(TrainingConfigReader::hasWeights);
    ResumeConfig resume = resume();
    Optional<Path> base = resume instanceof ResumeConfig.Fresh ? load.or(() -> weights) : weights;
    Optional<PetConfig> pet = PetSection.read(modelConfig, model, base, compat);
    int batchSize = root.section("runner_config").integer("batch_size", 1, 1, 1 << 20);
    root.path("tokenizer_dir")
        .filter(folder -> !hasTokenizer(folder))
        .ifPresent(folder -> root.problem("tokenizer_dir", folder + " has no tokenizer.json"));
    ParallelConfig parallel = ParallelSection.read(root, problems, model, compat);
    if (data.isPresent() && data.get() instanceof DataConfig.Megatron gpt) {
      long tokens = (long) batchSize * gpt.options().sequenceLength();
      ParallelSection.checkTokens(root, parallel.layout(), tokens);
    }
    Section runner = root.section("runner_config");
    int epochs = runner.integer("epochs", 1, 1, Integer.MAX_VALUE);
    int stopStep = runner.integer("stop_step", 0, 0, Integer.MAX_VALUE);
    Optional<Long> stop = stopStep > 0 ? Optional.of((long) stopStep) : Optional.empty();
    OptimizerConfig optimizer = OptimizerSection.read(root, compat);
    LrConfig lr = LrSection.read(root, compat, (long) batchSize * parallel.layout().worldSize());
    int stepOffset = root.section("lr_schedule").integer("step_offset", 0, 0, 1);
    LossReduction reduction = reduction();
    CallbacksSection.Callbacks callbacks = CallbacksSection.read(root, problems);
    long seed = root.integer("seed", 1L);
    Path output = Path.of(root.text("output_dir", "./output"));
    RecomputeConfig recompute = RecomputeSection.read(root, parallel.layout(), model);
    EvaluationConfig evaluation = EvaluationSection.read(root, compat, batchSize, tokenizer);
    evaluation
        .data()
        .ifPresent(
            held -> checkRecords(root.section("eval_dataset").section("data_loader"), held, model));
    MonitorConfig monitor = MonitorSection.read(root);
    HealthConfig health = HealthSection.read(root, monitor.globalNorm());
    DataSkip dataSkip = HealthSection.readDataSkip(root);
    TensorBoardConfig tensorBoard = MonitorSection.readTensorBoard(root);
    root.finish();
    problems.throwIfAny();
    return new TrainingConfig(
        seed,
        output,
        load.or(() -> weights),
        resume,
        callbacks.checkpoints(),
        tokenizer,
        epochs,
        batchSize,
        parallel,
        stop,
        model.orElseThrow(),
        data.orElseThrow(),
        optimizer,
        lr,
        stepOffset,
        reduction,
        recompute,
        evaluation,
        health,
        dataSkip,
        monitor,
        tensorBoard,
        callbacks.lossMonitor(),
        pet,
        problems.ignoredKeys());
  }

  /** Whether samples can be made of records, and be trained. */
  private static void checkRecords(Section loader, DataConfig data, Optional<Qwen3Config> model) {
    if (!(data instanceof DataConfig.Records records)) {
      return;
    }
    if (records.samples().isEmpty()) {
      loader.unavailable(
          "type",
          "= HFDataLoader cannot be trained on without a handler that makes samples: "
              + String.join(", ", SampleHandlers.MAKERS)
              + "; 'loam samples' shows its records");
    } else if (model.isPresent()) {
      int length = records.samples().get().longestRow();
      if (length > model.get().maxPositions()) {
        loader.problem(
            "handler",
            "makes rows of "
                + length
                + " tokens, longer than model.model_config.max_position_embeddings "
                + model.get().maxPositions()
                + "; set seq_length");
      }
    }
  }

  private Optional<Path> tokenizerDir(Optional<Path> pretrained) {
    return root.path("tokenizer_dir")
        .or(() -> pretrained.filter(TrainingConfigReader::hasTokenizer));
  }

  private static boolean hasWeights(Path folder) {
    return folder.resolve("model.safetensors").toFile().exists()
        || folder.resolve("model.safetensors.index.json").toFile().exists();
  }

  private static boolean hasTokenizer(Path folder) {
    return folder.resolve("tokenizer.json").toFile().exists();
  }

  private ResumeConfig resume() {
    String asked = root.text("resume_training", "False").strip();
    if (!Scalars.flagHint(asked).isEmpty() && !asked.matches("[0-9]+")) {
      root.problem(
          "resume_training",
          "must be True, False or the name of a checkpoint, not '"
              + asked
              + "'"
              + Scalars.flagHint(asked));
    }
    boolean automatic = root.flag("auto_resume", false);
    boolean resumes = !asked.equalsIgnoreCase("false") && !asked.isEmpty();
    if (automatic && resumes) {
      root.problem("auto_resume", "excludes resume_training; set one of them to False");
    }
    if (automatic) {
      return new ResumeConfig.IfThere();
    }
    if (!resumes) {
      return new ResumeConfig.Fresh();
    }
    return asked.equalsIgnoreCase("true")
        ? new ResumeConfig.Newest()
        : new ResumeConfig.Named(asked);
  }

  private LossReduction reduction() {
    Optional<String> asked = root.choice("loss_reduction", REDUCTIONS);
    Optional<Boolean> perToken = root.flag("calculate_per_token_loss");
    return asked
        .map(text -> LossReduction.valueOf(text.toUpperCase(Locale.ROOT)))
        .orElse(perToken.orElse(true) ? LossReduction.PER_TOKEN : LossReduction.MICRO_MEAN);
  }
}
