// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import dev.loam.data.gpt.Split;
import dev.loam.model.Qwen3Config;
import dev.loam.train.LossReduction;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads the whole configuration, section by section. */
final class TrainingConfigReader {
  private final Problems problems = new Problems();
  private final Section root;

  private TrainingConfigReader(ConfigNode.Mapping tree) {
    root = new Section("", tree, problems);
  }

  static TrainingConfig read(Path file, Map<String, String> overrides) {
    return new TrainingConfigReader(Overrides.apply(YamlFile.read(file), overrides)).read();
  }

  /** Reads {@code train_dataset} alone. */
  static DataConfig readData(Path file, Map<String, String> overrides) {
    TrainingConfigReader reader =
        new TrainingConfigReader(Overrides.apply(YamlFile.read(file), overrides));
    boolean compat = reader.root.flag("upstream_compat", false);
    Section dataset = reader.root.section("train_dataset");
    dataset.ignore("batch_size");
    Optional<DataConfig> data = DataSection.read(dataset, compat, Split.TRAIN, reader.problems);
    reader.problems.throwIfAny();
    return data.orElseThrow();
  }

  /** Reads where the tokenizer is, and nothing else. */
  static Optional<Path> readTokenizerDir(Path file, Map<String, String> overrides) {
    TrainingConfigReader reader =
        new TrainingConfigReader(Overrides.apply(YamlFile.read(file), overrides));
    Optional<Path> folder = reader.tokenizerDir(reader.path("pretrained_model_dir"));
    reader.problems.throwIfAny();
    return folder;
  }

  private TrainingConfig read() {
    ignoreTopLevel();
    boolean compat = root.flag("upstream_compat", false);
    Optional<Path> pretrained = path("pretrained_model_dir");
    Optional<Qwen3Config> model = ModelSection.read(root.section("model"), pretrained, problems);
    Section dataset = root.section("train_dataset");
    dataset.ignore("batch_size");
    Optional<DataConfig> data = DataSection.read(dataset, compat, Split.TRAIN, problems);
    if (model.isPresent() && data.isPresent() && data.get() instanceof DataConfig.Megatron gpt) {
      if (gpt.options().sequenceLength() > model.get().maxPositions()) {
        problems.add(
            "train_dataset.data_loader.config.seq_length "
                + gpt.options().sequenceLength()
                + " is longer than model.model_config.max_position_embeddings "
                + model.get().maxPositions());
      }
    }
    if (data.isPresent() && data.get() instanceof DataConfig.Records) {
      root.section("train_dataset")
          .section("data_loader")
          .problem(
              "type",
              "= HFDataLoader cannot be trained on yet, 'loam samples' shows its records; turn"
                  + " text into a dataset with 'loam preprocess' and train on that with"
                  + " BlendedMegatronDatasetDataLoader");
    }
    Section modelConfig = root.section("model").section("model_config");
    Optional<PetConfig> pet = PetSection.read(modelConfig);
    if (pet.isPresent()) {
      modelConfig.problem(
          "pet_config", "cannot be trained yet; leave it out to train all of the model");
    }
    int batchSize = root.section("runner_config").integer("batch_size", 1, 1, 1 << 20);
    path("tokenizer_dir")
        .filter(folder -> !hasTokenizer(folder))
        .ifPresent(folder -> root.problem("tokenizer_dir", folder + " has no tokenizer.json"));
    ParallelConfig parallel = ParallelSection.read(root, problems, model, compat);
    if (data.isPresent() && data.get() instanceof DataConfig.Megatron gpt) {
      long tokens = (long) batchSize * gpt.options().sequenceLength();
      ParallelSection.checkTokens(root, parallel.layout(), tokens);
    }
    Section runner = root.section("runner_config");
    int epochs = runner.integer("epochs", 1, 1, Integer.MAX_VALUE);
    runner.integer("batch_size");
    runner.integer("gradient_accumulation_steps");
    Optional<Long> stop = runner.integer("stop_step").filter(step -> step > 0);
    runner.ignore("sink_mode", "sink_size", "num_classes");
    runner.finish();
    OptimizerConfig optimizer = OptimizerSection.read(root, compat);
    LrConfig lr = LrSection.read(root, compat, (long) batchSize * parallel.layout().worldSize());
    int stepOffset = root.section("lr_schedule").integer("step_offset", 0, 0, 1);
    LossReduction reduction = reduction();
    ResumeConfig resume = resume();
    CallbacksSection.Callbacks callbacks = CallbacksSection.read(root, problems);
    Optional<Path> tokenizer = tokenizerDir(pretrained);
    RecomputeConfig recompute = RecomputeSection.read(root, parallel.layout(), model);
    EvaluationConfig evaluation =
        EvaluationSection.read(root, compat, batchSize, tokenizer.isPresent(), problems);
    MonitorConfig monitor = MonitorSection.read(root);
    HealthConfig health = HealthSection.read(root, monitor.globalNorm());
    DataSkip dataSkip = HealthSection.readDataSkip(root);
    TensorBoardConfig tensorBoard = MonitorSection.readTensorBoard(root);
    root.finish();
    problems.throwIfAny();
    return new TrainingConfig(
        root.integer("seed").orElse(1L),
        Path.of(root.text("output_dir", "./output")),
        path("load_checkpoint").or(() -> pretrained.filter(TrainingConfigReader::hasWeights)),
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

  private Optional<Path> path(String key) {
    return root.path(key);
  }

  private Optional<Path> tokenizerDir(Optional<Path> pretrained) {
    return path("tokenizer_dir").or(() -> pretrained.filter(TrainingConfigReader::hasTokenizer));
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
    Optional<String> asked = root.text("loss_reduction");
    Optional<Boolean> perToken = root.flag("calculate_per_token_loss");
    if (asked.isEmpty()) {
      return perToken.orElse(true) ? LossReduction.PER_TOKEN : LossReduction.MICRO_MEAN;
    }
    return switch (asked.get()) {
      case "per_token" -> LossReduction.PER_TOKEN;
      case "micro_mean" -> LossReduction.MICRO_MEAN;
      case "rank_micro_mean" -> LossReduction.RANK_MICRO_MEAN;
      default -> {
        root.problem(
            "loss_reduction",
            "must be per_token, micro_mean or rank_micro_mean, not " + asked.get());
        yield LossReduction.PER_TOKEN;
      }
    };
  }

  private void ignoreTopLevel() {
    root.text("run_mode")
        .filter(mode -> !List.of("train", "finetune").contains(mode))
        .ifPresent(mode -> root.problem("run_mode", "= " + mode + " is not train or finetune"));
    root.only("micro_batch_interleave_num", "1", "micro batches are not divided further");
    root.ignore(
        "auto_trans_ckpt",
        "load_ckpt_format",
        "src_strategy_path_or_dir",
        "only_save_strategy",
        "use_legacy",
        "trainer",
        "train_dataset_task",
        "context",
        "swap_config",
        "moe_config",
        "eval_callbacks",
        "processor",
        "metric",
        "eval_dataset_task",
        "layer_scale",
        "layer_decay",
        "profile",
        "profile_start_step",
        "profile_stop_step",
        "init_start_profile",
        "profile_communication",
        "profile_memory",
        "profile_level",
        "profile_rank_ids",
        "profile_pipeline",
        "mstx",
        "remove_redundancy",
        "remote_save_url",
        "exclude_cann_cpu",
        "transform_process_num",
        "load_ckpt_async",
        "balanced_load",
        "cpu_offloading_weights",
        "ckpt_use_legacy_format",
        "print_separate_loss",
        "use_checkpoint_health_monitor",
        "use_graceful_exit",
        "train_precision_sync",
        "infer_precision_sync");
    root.integer("seed");
    root.text("output_dir");
    path("load_checkpoint");
    path("tokenizer_dir");
  }
}
