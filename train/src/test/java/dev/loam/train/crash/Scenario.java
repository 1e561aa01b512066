// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.crash;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A training that is saved after every step, in one of several kinds.
 *
 * @param size of the model
 * @param changing whether it is strict (D2) and may go on with another number of ranks than it was
 *     killed with, one or two
 * @param async whether checkpoints are written while it goes on
 */
record Scenario(Size size, boolean changing, boolean async) {
  static final int STEPS = 12;
  static final int ROWS = 2;
  static final int TOKENS = 8;
  static final int KEPT = 2;

  /** How large a model is. */
  enum Size {
    /** Some thousand parameters. */
    SMALL("vocab_size: 30, hidden_size: 16, intermediate_size: 24, num_hidden_layers: 2", 8),
    /** A million. */
    LARGE("vocab_size: 1000, hidden_size: 128, intermediate_size: 384, num_hidden_layers: 4", 32);

    private final String shape;
    private final int headSize;

    Size(String shape, int headSize) {
      this.shape = shape;
      this.headSize = headSize;
    }
  }

  /** All kinds with models of these sizes. */
  static List<Scenario> all(List<Size> sizes) {
    List<Scenario> all = new ArrayList<>();
    for (Size size : sizes) {
      all.add(new Scenario(size, true, true));
      all.add(new Scenario(size, false, false));
      all.add(new Scenario(size, false, true));
      all.add(new Scenario(size, true, false));
    }
    return all;
  }

  /** As it would be if it were never killed: how it is saved makes no difference to its results. */
  Scenario unkilled() {
    return new Scenario(size, changing, false);
  }

  /** The numbers of ranks that it can run on. */
  List<Integer> ranks() {
    return changing ? List.of(1, 2) : List.of(1);
  }

  /** Writes the configuration of a run into a folder, with its output in {@code out} beside it. */
  Path write(Path folder, Path data, int ranks) throws IOException {
    return Files.writeString(
        folder.resolve("ranks-" + ranks + ".yaml"),
        """
        output_dir: %s
        auto_resume: True
        determinism: %s
        parallel_config: {data_parallel: %d}
        runner_config: {batch_size: 1, gradient_accumulation_steps: %d}
        lr_schedule: {learning_rate: 1e-3}
        model:
          model_config:
            {%s, num_attention_heads: 2, head_dim: %d, max_position_embeddings: %d}
        train_dataset: {data_loader: {type: TokenFileDataLoader, path: %s}}
        callbacks:
          - {type: CheckpointMonitor, save_checkpoint_steps: 1, keep_checkpoint_max: %d,
             async_save: %s}
        """
            .formatted(
                folder.resolve("out"),
                changing ? "D2" : "D1",
                ranks,
                ROWS / ranks,
                size.shape,
                size.headSize,
                TOKENS,
                data,
                KEPT,
                async ? "True" : "False"));
  }
}
