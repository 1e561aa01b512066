// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import dev.loam.lora.peft.AdaptedModel;
import dev.loam.model.Qwen3Config;
import dev.loam.model.Qwen3Model;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.Engine;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A model of a Hugging Face folder on the default engine, and the threads it computes with.
 *
 * @param model closed with this
 */
record LoadedModel(ComputeLease lease, Qwen3Model model) implements AutoCloseable {
  static final String ENGINE = "torch";

  /** Rows of logits that exist at once: 150 MB with the vocabulary of Qwen3. */
  private static final int HEAD_CHUNK_ROWS = 256;

  /** Loads a model. */
  static LoadedModel open(Path folder, int threads) {
    return open(folder, Optional.empty(), threads);
  }

  /**
   * Loads a model, and beside it, not merged, an adapter.
   *
   * @param adapter in PEFT's format
   */
  static LoadedModel open(Path folder, Optional<Path> adapter, int threads) {
    // Before the engine is started: a mistake in the folder's name is the most frequent of all.
    Qwen3Config unused = Qwen3Config.read(folder.resolve("config.json"));
    ComputeLease lease = Engine.named(ENGINE).lease(threads);
    try {
      Qwen3Model model =
          adapter.isPresent()
              ? AdaptedModel.open(lease, folder, adapter.get(), HEAD_CHUNK_ROWS)
              : Qwen3Model.open(lease, folder, HEAD_CHUNK_ROWS);
      return new LoadedModel(lease, model);
    } catch (RuntimeException | Error e) {
      lease.close();
      throw e;
    }
  }

  @Override
  public void close() {
    model.close();
    lease.close();
  }
}
