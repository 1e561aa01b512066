// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import dev.loam.data.blend.SurplusRule;
import dev.loam.data.gpt.GptOptions;
import dev.loam.data.gpt.Split;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Reads {@code BlendedMegatronDatasetDataLoader}. */
final class MegatronSection {
  private static final int MAX_LENGTH = 1 << 24;
  private static final int MAX_THREADS = 1 << 10;

  private final Section loader;
  private final Section config;
  private final boolean upstreamCompat;

  private MegatronSection(Section loader, boolean upstreamCompat) {
    this.loader = loader;
    this.config = loader.section("config");
    this.upstreamCompat = upstreamCompat;
  }

  static Optional<DataConfig> read(Section loader, boolean upstreamCompat, Split phase) {
    return new MegatronSection(loader, upstreamCompat).read(phase);
  }

  private Optional<DataConfig> read(Split absent) {
    loader.only("datasets_type", "GPTDataset", "it is the only one upstream knows too");
    loader.only("shuffle", "False", "the order is GPTDataset's own");
    loader.ignore("tokenizer");
    Split phase = phase(absent);
    List<Double> sizes = loader.numbers("sizes", List.of());
    long samples =
        loader.has("num_samples")
            ? loader.integer("num_samples", 1, Integer.MAX_VALUE)
            : samples(phase, sizes);
    boolean ownPaths = config.has("train_data_path") || config.has(ownPathKey(phase));
    List<String> paths = paths(phase, ownPaths);
    Optional<String> split =
        ownPaths ? Optional.empty() : Optional.of(config.text("split", "1,0,0"));
    if (ownPaths && (config.has("split") || config.has("data_path"))) {
      config.problem(
          ownPathKey(phase), "is given together with data_path or split; leave these two out");
      config.text("split");
      config.texts("data_path");
    }
    // Files are always mapped, and masks are never made: attention is told where documents end.
    config.ignore("mmap_bin_files", "s3_cache_path");
    Optional<Path> cache = config.text("path_to_cache").map(Path::of);
    int threads = config.integer("num_dataset_builder_threads", 1, 1, MAX_THREADS);
    Optional<GptOptions> options = options();
    SurplusRule surplus = upstreamCompat ? SurplusRule.MINDFORMERS : SurplusRule.MEGATRON;
    return options.map(
        o -> new DataConfig.Megatron(samples, paths, split, o, surplus, phase, cache, threads));
  }

  private Split phase(Split absent) {
    Optional<String> phase = loader.text("phase");
    if (phase.isEmpty()) {
      return absent;
    }
    return switch (phase.get()) {
      case "train" -> Split.TRAIN;
      case "dev", "valid", "eval" -> Split.VALID;
      case "test" -> Split.TEST;
      default -> {
        loader.problem("phase", "must be train, dev or test, not '" + phase.get() + "'");
        yield Split.TRAIN;
      }
    };
  }

  private long samples(Split phase, List<Double> sizes) {
    int place = List.of(Split.TRAIN, Split.VALID, Split.TEST).indexOf(phase);
    double size = sizes.size() > place ? sizes.get(place) : 0;
    if (size >= 1 && size == Math.rint(size)) {
      return Math.round(size);
    }
    loader.problem(
        "sizes",
        switch (phase) {
          case TRAIN ->
              "must begin with the number of training samples, at least 1, such as [400, 0, 0]";
          case VALID -> "must have the number of validation samples second, such as [400, 40, 0]";
          case TEST -> "must have the number of test samples third, such as [400, 40, 40]";
        });
    return 1;
  }

  private static String ownPathKey(Split phase) {
    return switch (phase) {
      case TRAIN -> "train_data_path";
      case VALID -> "valid_data_path";
      case TEST -> "test_data_path";
    };
  }

  private List<String> paths(Split phase, boolean ownPaths) {
    for (Split split : Split.values()) {
      config.texts(ownPathKey(split)); // Those of other phases are none of ours, but known.
    }
    String key = ownPaths ? ownPathKey(phase) : "data_path";
    Optional<String> folder = loader.text("dataset_dir").filter(text -> !text.isBlank());
    if (folder.isPresent()) {
      if (config.has(key) && !loader.place("dataset_dir").isCommandLine()) {
        loader.problem("dataset_dir", "is given together with config." + key + "; leave one out");
      }
      return List.of(folder.get());
    }
    List<String> paths = config.texts(key);
    if (paths.isEmpty()) {
      config.problem(key, "is missing; prefixes, or weights and prefixes in turn");
    }
    return paths;
  }

  private Optional<GptOptions> options() {
    if (!config.has("seq_length")) {
      config.problem("seq_length", "is missing; the number of tokens of a sample");
    }
    int length = config.integer("seq_length", 1, MAX_LENGTH);
    boolean compressed = config.flag("create_compressed_eod_mask", false);
    GptOptions.Builder builder =
        GptOptions.builder(length)
            .randomSeed(config.integer("seed", 1234L))
            .eod(config.integer("eod", -1, -1, Integer.MAX_VALUE))
            .pad(config.integer("pad", -1, -1, Integer.MAX_VALUE))
            .eodMaskLoss(config.flag("eod_mask_loss", false))
            .resetPositionIds(config.flag("reset_position_ids", false))
            .resetAttentionMask(resetAttentionMask())
            .createCompressedEodMask(compressed)
            .eodPadLength(config.integer("eod_pad_length", 128, 1, MAX_LENGTH))
            .interDocumentMasking(config.flag("inter_document_masking", false))
            .dropLastPartialValidationSequence(
                config.flag("drop_last_partial_validation_sequence", true))
            .addExtraTokenToSequence(config.flag("add_extra_token_to_sequence", true));
    try {
      return Optional.of(builder.build());
    } catch (IllegalArgumentException e) {
      config.problem(String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  /** Upstream cuts attention in the mask it makes, and so not at all where it makes none. */
  private boolean resetAttentionMask() {
    boolean reset = config.flag("reset_attention_mask", false);
    if (!upstreamCompat) {
      config.ignore("create_attention_mask");
      return reset;
    }
    boolean made = config.flag("create_attention_mask", true);
    return reset && made;
  }
}
