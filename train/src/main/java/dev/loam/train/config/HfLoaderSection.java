// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import dev.loam.data.DataFormatException;
import dev.loam.data.loader.RecordHandler;
import dev.loam.data.loader.RecordSource;
import dev.loam.data.sft.InstructionOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads {@code HFDataLoader}: what {@code load_dataset} loads, and what is done with it. */
final class HfLoaderSection {
  private static final String LOAD = "load_dataset";

  private HfLoaderSection() {}

  /**
   * Reads it.
   *
   * @param tokenizer of the run, for handlers that name none
   */
  static Optional<DataConfig> read(Section loader, boolean compat, Optional<Path> tokenizer) {
    requireLoadDataset(loader);
    loader.only(
        "shuffle",
        "False",
        "its order would be another in every run; the handler shuffle has a seed");
    loader.only("streaming", "False", "records are read once and kept in a temporary file");
    loader.reject("num_samples", "use the handler take with n");
    loader.reject("packing", "use the handler PackingHandler");
    loader.reject(
        "adaptor_config", "use create_compressed_eod_mask and the handler PackingHandler");
    loader.reject("is_dynamic", "use padding of the handler that makes samples");
    loader.ignore(
        "create_attention_mask",
        "create_compressed_eod_mask",
        "compressed_eod_mask_length",
        "use_broadcast_data",
        "trust_remote_code",
        "cache_dir",
        "num_proc",
        "keep_in_memory");
    List<RecordHandler> handlers = new ArrayList<>();
    SampleHandlers samples = new SampleHandlers(compat, tokenizer);
    boolean single = loader.isSection("handler");
    for (Section handler :
        single ? List.of(loader.section("handler")) : loader.sections("handler")) {
      if (!samples.take(handler)) {
        HandlerSection.read(handler).ifPresent(handlers::add);
      }
    }
    Optional<InstructionOptions> options = samples.options();
    return source(loader).map(source -> new DataConfig.Records(source, handlers, options));
  }

  private static void requireLoadDataset(Section loader) {
    String function = loader.text("load_func", LOAD);
    if (function.equals("load_from_disk")) {
      loader.problem(
          "load_func",
          "= load_from_disk is not available: it reads Arrow files; write the data set with"
              + " Dataset.to_json or Dataset.to_parquet and load those files with load_dataset");
    } else if (!function.equals(LOAD)) {
      String meant = Suggestion.of(function, List.of(LOAD)).isPresent() ? "did you mean " : "use ";
      loader.problem("load_func", "= " + function + " is not available; " + meant + LOAD);
    }
  }

  private static Optional<RecordSource> source(Section loader) {
    String key = loader.oneOf("path", "dataset_dir");
    Optional<String> path = loader.text(key).filter(text -> !text.isEmpty());
    if (path.isEmpty()) {
      loader.problem(
          "path",
          "is missing; a folder, a file, OWNER/NAME of Hugging Face, or a format such as json"
              + " with data_files");
    }
    Map<String, List<String>> files = loader.textLists("data_files", "train");
    files.forEach(
        (split, names) -> {
          if (names.isEmpty()) {
            loader.problem("data_files", "names no files of " + split);
          }
        });
    String split = loader.text("split", "train");
    try {
      RecordSource source = new RecordSource(path.orElse(""), files, split);
      return path.map(text -> source);
    } catch (DataFormatException e) {
      loader.problem(
          "split",
          "= " + split + " is not understood; write train, train[:1000] or train[10%:]+test");
      return Optional.empty();
    }
  }
}
