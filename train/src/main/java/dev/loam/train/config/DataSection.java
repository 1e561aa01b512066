// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import dev.loam.data.gpt.Split;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Reads {@code train_dataset}. */
final class DataSection {
  private static final List<String> LOADERS =
      List.of(
          "BlendedMegatronDatasetDataLoader",
          "TokenFileDataLoader",
          "InstructionDataLoader",
          "HFDataLoader");

  private DataSection() {}

  /**
   * Reads it.
   *
   * @param phase which part of the data is meant where it is not said
   * @param tokenizer of the run, for records whose handlers name none
   */
  static Optional<DataConfig> read(
      Section dataset, boolean upstreamCompat, Split phase, Optional<Path> tokenizer) {
    dataset.only("drop_remainder", "True", "a step has all of its samples");
    dataset.only("repeat", "1", "set runner_config.epochs");
    dataset.only("dynamic_batch", "False", "a batch has runner_config.batch_size samples");
    dataset.only(
        "eod_reset", "False", "set reset_attention_mask and reset_position_ids of the loader");
    dataset.ignore(
        "input_columns",
        "construct_args_key",
        "num_parallel_workers",
        "python_multiprocessing",
        "numa_enable",
        "prefetch_size",
        "seed",
        "micro_batch_num",
        "divisor",
        "remainder",
        "pad_token_id",
        "token_monitor",
        "token_monitor_config",
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
      loader.problem("type", "is missing; " + or());
      loader.leaveOpen();
    } else if (type.get().equals("BlendedMegatronDatasetDataLoader")) {
      data = MegatronSection.read(loader, upstreamCompat, phase);
    } else if (type.get().equals("TokenFileDataLoader")) {
      data = loader.path(loader.oneOf("path", "dataset_dir")).map(DataConfig.TokenFile::new);
      loader.reject("num_samples", "all rows of the file are trained");
      if (data.isEmpty()) {
        loader.problem("path", "is missing; a safetensors file with input_ids and labels");
      }
    } else if (type.get().equals("InstructionDataLoader")) {
      data = InstructionSection.read(loader, phase);
    } else if (type.get().equals("HFDataLoader")) {
      data = HfLoaderSection.read(loader, upstreamCompat, tokenizer);
    } else {
      loader.problem("type", "= " + type.get() + " is not available; " + meant(type.get()));
      loader.leaveOpen();
    }
    return data;
  }

  private static String meant(String type) {
    return Suggestion.of(type, LOADERS).map(known -> "did you mean " + known + "?").orElse(or());
  }

  private static String or() {
    int last = LOADERS.size() - 1;
    return "use " + String.join(", ", LOADERS.subList(0, last)) + " or " + LOADERS.get(last);
  }
}
