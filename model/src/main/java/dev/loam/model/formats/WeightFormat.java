// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.formats;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/** The forms in which weights are stored. */
public enum WeightFormat {
  /** {@code model.safetensors} or its shards, with {@code config.json}. */
  HUGGING_FACE("hf", "Hugging Face"),
  /** {@code mp_rank_XX[_YYY]/model_optim_rng.pt} of Megatron-core and MindSpeed-LLM. */
  MEGATRON("megatron", "Megatron"),
  /** Safetensors under the names of MindSpore Transformers, whole or by rank. */
  MINDFORMERS("mindformers", "MindFormers"),
  /** The sharded checkpoints that a run writes. */
  LOAM("loam", "Loam");

  private final String commandName;
  private final String title;

  WeightFormat(String commandName, String title) {
    this.commandName = commandName;
    this.title = title;
  }

  /** As the command line calls it. */
  public String commandName() {
    return commandName;
  }

  /** As people call it. */
  public String title() {
    return title;
  }

  /** The format that the command line calls so. */
  public static Optional<WeightFormat> parse(String commandName) {
    return Arrays.stream(values()).filter(f -> f.commandName.equals(commandName)).findFirst();
  }

  /**
   * The format of the weights that {@link WeightFolder#open} would find in a folder, if any. Looks
   * at names of files, and at the names of tensors where those do not tell.
   *
   * @throws dev.loam.checkpoint.CheckpointException if the folder cannot be listed
   */
  public static Optional<WeightFormat> detect(Path folder) {
    return WeightLocation.find(folder).map(WeightLocation::format);
  }
}
