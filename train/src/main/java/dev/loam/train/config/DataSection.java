// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import dev.loam.data.blend.SurplusRule;
import dev.loam.data.gpt.GptOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Reads {@code train_dataset}. */
final class DataSection {
  private DataSection() {}

  static Optional<DataConfig> read(Section dataset, boolean upstreamCompat, Problems problems) {
    dataset.ignore(
        "input_columns",
        "construct_args_key",
        "num_parallel_workers",
        "python_multiprocessing",
        "drop_remainder",
        "numa_enable",
        "prefetch_size",
        "seed",
        "batch_size",
        "micro_batch_num",
        "repeat",
        "dynamic_batch",
        "divisor",
        "remainder",
        "pad_token_id",
        "token_monitor",
        "token_monitor_config",
        "eod_reset",
        "eod_token_id",
        "do_eval",
        "profile",
        "auto_tune",
        "filepath_prefix",
        "autotune_per_step");
    Section loader = dataset.section("data_loader");
    Optional<DataConfig> data = Optional.empty();
    Optional<String> type = loader.text("type");
    if (type.isEmpty()) {
      loader.problem("type", "is missing; BlendedMegatronDatasetDataLoader or TokenFileDataLoader");
    } else if (type.get().equals("BlendedMegatronDatasetDataLoader")) {
      data = megatron(loader, upstreamCompat, problems);
    } else if (type.get().equals("TokenFileDataLoader")) {
      data = loader.text("path").map(path -> new DataConfig.TokenFile(Path.of(path)));
      if (data.isEmpty()) {
        loader.problem("path", "is missing; a safetensors file with input_ids and labels");
      }
    } else {
      loader.problem(
          "type",
          "= "
              + type.get()
              + " is not available; BlendedMegatronDatasetDataLoader or TokenFileDataLoader");
      return data;
    }
    loader.finish();
    dataset.finish();
    return data;
  }

  private static Optional<DataConfig> megatron(
      Section loader, boolean upstreamCompat, Problems problems) {
    loader.only("datasets_type", "GPTDataset", "it is the only one upstream knows too");
    loader.only("shuffle", "False", "the order is GPTDataset's own");
    loader.only("phase", "train", "validation is a later feature");
    loader.ignore("tokenizer");
    List<Double> sizes = loader.numbers("sizes", List.of());
    if (sizes.isEmpty() || sizes.get(0) < 1 || sizes.get(0) != Math.rint(sizes.get(0))) {
      loader.problem(
          "sizes",
          "must begin with the number of training samples, at least 1, such as [400, 0, 0]");
      sizes = List.of(1.0);
    }
    Section config = loader.section("config");
    int length = config.integer("seq_length", 0, 1, 1 << 24);
    List<String> paths = config.texts("data_path");
    if (paths.isEmpty()) {
      config.problem("data_path", "is missing; prefixes, or weights and prefixes in turn");
    }
    config.ignore(
        "create_attention_mask",
        "create_compressed_eod_mask",
        "eod_pad_length",
        "path_to_cache",
        "num_dataset_builder_threads",
        "mmap_bin_files",
        "s3_cache_path",
        "drop_last_partial_validation_sequence");
    String split = config.text("split", "1,0,0");
    Optional<GptOptions> options = options(config, length, problems);
    config.finish();
    long samples = Math.round(sizes.get(0));
    SurplusRule surplus = upstreamCompat ? SurplusRule.MINDFORMERS : SurplusRule.MEGATRON;
    return options.map(o -> new DataConfig.Megatron(samples, paths, split, o, surplus));
  }

  private static Optional<GptOptions> options(Section config, int length, Problems problems) {
    GptOptions.Builder builder =
        GptOptions.builder(length)
            .randomSeed(config.integer("seed").orElse(1234L))
            .eod(config.integer("eod", -1, -1, Integer.MAX_VALUE))
            .pad(config.integer("pad", -1, -1, Integer.MAX_VALUE))
            .eodMaskLoss(config.flag("eod_mask_loss", false))
            .resetPositionIds(config.flag("reset_position_ids", false))
            .resetAttentionMask(config.flag("reset_attention_mask", false))
            .addExtraTokenToSequence(config.flag("add_extra_token_to_sequence", true));
    try {
      return Optional.of(builder.build());
    } catch (IllegalArgumentException e) {
      problems.add(config.place("seq_length") + ": " + e.getMessage());
      return Optional.empty();
    }
  }
}
