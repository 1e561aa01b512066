// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.data.gpt.Split;
import dev.loam.data.mindspeed.MindSpeedSampleOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstructionSectionTest {
  @TempDir Path folder;

  private DataConfig read(String keys, Map<String, String> overrides) throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("data.yaml"),
            "train_dataset:\n  data_loader:\n    type: InstructionDataLoader\n" + keys.indent(4));
    return TrainingConfig.readData(file, overrides);
  }

  @Test
  void defaults() throws IOException {
    MindSpeedSampleOptions options =
        new MindSpeedSampleOptions(16, 1234, true, OptionalLong.empty(), "100,0,0", Split.TRAIN);
    assertThat(read("data_path: a/b\nseq_length: 16", Map.of()))
        .isEqualTo(new DataConfig.Instruction(Path.of("a/b"), options));
    assertThat(read("seq_length: 16", Map.of("train_dataset_dir", "a/b")))
        .isEqualTo(new DataConfig.Instruction(Path.of("a/b"), options));
  }

  @Test
  void allKeys() throws IOException {
    String keys =
        """
        data_path: a
        seq_length: 8
        seed: 42
        shuffle: False
        num_samples: 30
        split: 90,10
        phase: dev
        """;
    assertThat(read(keys, Map.of()))
        .isEqualTo(
            new DataConfig.Instruction(
                Path.of("a"),
                new MindSpeedSampleOptions(
                    8, 42, false, OptionalLong.of(30), "90,10", Split.VALID)));
  }

  @Test
  void mistakesAreToldTogether() {
    assertThatThrownBy(() -> read("seed: -1\nnum_samples: 0\nphase: tset\nsq_length: 4", Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("data_loader.data_path is missing")
        .hasMessageContaining("data_loader.seq_length is missing")
        .hasMessageContaining("data_loader.seed must be from 0 to 4294967295, not -1")
        .hasMessageContaining("data_loader.num_samples must be from 1")
        .hasMessageContaining("data_loader.phase must be train, dev or test, not 'tset'")
        .hasMessageContaining("sq_length");
  }
}
