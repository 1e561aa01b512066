// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.assertj.core.api.AbstractThrowableAssert;

/** Configurations for tests. */
final class ConfigFiles {
  /** The least a configuration must say. */
  static final String MINIMAL =
      """
      lr_schedule: {learning_rate: 1.e-3}
      model:
        model_config: {num_layers: 2, num_heads: 4, hidden_size: 8, ffn_hidden_size: 16}
      train_dataset:
        data_loader: {type: TokenFileDataLoader, path: data.safetensors}
      """;

  private final Path file;

  ConfigFiles(Path folder) {
    file = folder.resolve("run.yaml");
  }

  Path file() {
    return file;
  }

  Path write(String text) {
    try {
      return Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  TrainingConfig read(String text) {
    return TrainingConfig.read(write(text), Map.of());
  }

  TrainingConfig read(String text, Map<String, String> overrides) {
    return TrainingConfig.read(write(text), overrides);
  }

  AbstractThrowableAssert<?, ?> refused(String text, Map<String, String> overrides) {
    return assertThatThrownBy(() -> read(text, overrides)).isInstanceOf(ConfigException.class);
  }

  AbstractThrowableAssert<?, ?> refused(String text) {
    return refused(text, Map.of());
  }
}
