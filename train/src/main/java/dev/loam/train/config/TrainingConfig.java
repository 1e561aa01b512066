// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import dev.loam.model.Qwen3Config;
import dev.loam.train.LossReduction;
import dev.loam.train.checkpoint.CheckpointPolicy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything a run needs to know.
 *
 * @param seed of the initial weights
 * @param outputDir where a run writes
 * @param loadCheckpoint where weights come from: a run's output folder, a checkpoint, or a model
 *     folder in any format that is understood
 * @param resume whether the run goes on from a checkpoint
 * @param checkpoints when the run is saved
 * @param tokenizerDir tokenizer files to put beside the exported model
 * @param epochs passes over the data
 * @param batchSize samples of a micro batch
 * @param parallel how the run is spread over ranks
 * @param stopStep the last step, if the run is to end early
 * @param lrStepOffset 0 if step 0 reads the rate at 0, 1 if it reads the rate at 1
 * @param recompute which layers are computed again in backward
 * @param evaluation what is done to see how good the model is
 * @param health what is done about bad steps
 * @param dataSkip where in the data a resumed run continues
 * @param monitor what is watched beside loss, norm and rate
 * @param tensorBoard where event files go
 * @param lossMonitor steps between two that a console tells of in MindFormers' words ({@code
 *     MFLossMonitor}); without it every step has a short line
 * @param pet the adapters that are trained instead of the model, if it is not that
 * @param ignoredKeys keys that were written but mean nothing here
 */
public record TrainingConfig(
    long seed,
    Path outputDir,
    Optional<Path> loadCheckpoint,
    ResumeConfig resume,
    CheckpointPolicy checkpoints,
    Optional<Path> tokenizerDir,
    int epochs,
    int batchSize,
    ParallelConfig parallel,
    Optional<Long> stopStep,
    Qwen3Config model,
    DataConfig data,
    OptimizerConfig optimizer,
    LrConfig lr,
    int lrStepOffset,
    LossReduction reduction,
    RecomputeConfig recompute,
    EvaluationConfig evaluation,
    HealthConfig health,
    DataSkip dataSkip,
    MonitorConfig monitor,
    TensorBoardConfig tensorBoard,
    Optional<Integer> lossMonitor,
    Optional<PetConfig> pet,
    List<String> ignoredKeys) {
  /** Copies the list. */
  public TrainingConfig {
    ignoredKeys = List.copyOf(ignoredKeys);
  }

  /**
   * Reads a configuration.
   *
   * @param overrides values for dotted keys, such as {@code runner_config.epochs}, that win over
   *     the file; short names such as {@code seed} and {@code epochs} are those of MindFormers
   * @throws ConfigException listing all problems, and what no run can do
   */
  public static TrainingConfig read(Path file, Map<String, String> overrides) {
    return TrainingConfigReader.read(file, overrides);
  }

  /**
   * Reads a configuration to look at it: what is understood and no run can do is no problem.
   *
   * @throws ConfigException listing all problems
   */
  public static ResolvedConfig resolve(Path file, Map<String, String> overrides) {
    return TrainingConfigReader.resolve(file, overrides);
  }

  /**
   * Reads the {@code train_dataset} section of a configuration alone.
   *
   * @throws ConfigException listing all problems
   */
  public static DataConfig readData(Path file, Map<String, String> overrides) {
    return TrainingConfigReader.readData(file, overrides);
  }

  /**
   * Reads from a configuration where the tokenizer is: {@code tokenizer_dir}, or {@code
   * pretrained_model_dir} if there is one in it.
   */
  public static Optional<Path> readTokenizerDir(Path file, Map<String, String> overrides) {
    return TrainingConfigReader.readTokenizerDir(file, overrides);
  }

  /** Whether a model that is there already is trained further, rather than one drawn anew. */
  public boolean startsFromWeights() {
    return loadCheckpoint.isPresent() || pet.flatMap(PetConfig::base).isPresent();
  }

  /** The same for configurations that ask for the same: ranks compare it before they start. */
  public String digest() {
    try {
      byte[] text = toString().getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
