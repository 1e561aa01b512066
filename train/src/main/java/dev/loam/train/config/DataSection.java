// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import dev.loam.data.gpt.Split;
import java.nio.file.Path;
import java.util.Optional;

/** Reads {@code train_dataset}. */
final class DataSection {
  private static final String LOADERS =
      "BlendedMegatronDatasetDataLoader, TokenFileDataLoader or HFDataLoader";

  private DataSection() {}

  /**
   * Reads it.
   *
   * @param phase which part of the data is meant where it is not said
   */
  static Optional<DataConfig> read(
      Section dataset, boolean upstreamCompat, Split phase, Problems problems) {
    dataset.ignore(
        "input_columns",
        "construct_args_key",
        "num_parallel_workers",
        "python_multiprocessing",
        "drop_remainder",
        "numa_enable",
        "prefetch_size",
        "seed",
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
      loader.problem("type", "is missing; " + LOADERS);
    } else if (type.get().equals("BlendedMegatronDatasetDataLoader")) {
      data = MegatronSection.read(loader, upstreamCompat, phase, problems);
    } else if (type.get().equals("TokenFileDataLoader")) {
      data = loader.text("path").map(path -> new DataConfig.TokenFile(Path.of(path)));
      if (data.isEmpty()) {
        loader.problem("path", "is missing; a safetensors file with input_ids and labels");
      }
    } else if (type.get().equals("HFDataLoader")) {
      data = HfLoaderSection.read(loader);
    } else {
      loader.problem("type", "= " + type.get() + " is not available; " + LOADERS);
      return data;
    }
    loader.finish();
    dataset.finish();
    return data;
  }
}
