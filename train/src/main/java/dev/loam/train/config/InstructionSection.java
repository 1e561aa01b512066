// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import dev.loam.data.gpt.Split;
import dev.loam.data.mindspeed.MindSpeedSampleOptions;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/** Reads {@code InstructionDataLoader}: the files of {@code loam preprocess-sft}. */
final class InstructionSection {
  private static final int MAX_LENGTH = 1 << 24;
  private static final int MAX_SAMPLES = 1 << 30;
  private static final long MAX_SEED = (1L << 32) - 1;

  private InstructionSection() {}

  static Optional<DataConfig> read(Section loader, Split absent) {
    Optional<Path> path = loader.path(loader.oneOf("data_path", "dataset_dir"));
    if (path.isEmpty()) {
      loader.problem(
          "data_path", "is missing; the output prefix that loam preprocess-sft was given");
    }
    if (!loader.has("seq_length")) {
      loader.problem("seq_length", "is missing; the most tokens of a sample");
    }
    int length = loader.integer("seq_length", 1, MAX_LENGTH);
    long seed = loader.integer("seed", 1234L);
    if (seed < 0 || seed > MAX_SEED) {
      loader.problem("seed", "must be from 0 to " + MAX_SEED + ", not " + seed);
      seed = 0;
    }
    OptionalLong samples =
        loader.has("num_samples")
            ? OptionalLong.of(loader.integer("num_samples", 1, MAX_SAMPLES))
            : OptionalLong.empty();
    MindSpeedSampleOptions options =
        new MindSpeedSampleOptions(
            length,
            seed,
            loader.flag("shuffle", true),
            samples,
            loader.text("split", "100,0,0"),
            phase(loader, absent));
    return path.map(prefix -> new DataConfig.Instruction(prefix, options));
  }

  private static Split phase(Section loader, Split absent) {
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
}
