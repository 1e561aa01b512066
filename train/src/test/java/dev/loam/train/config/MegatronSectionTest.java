// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.data.blend.SurplusRule;
import dev.loam.data.gpt.GptOptions;
import dev.loam.data.gpt.Split;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The options of {@code BlendedMegatronDatasetDataLoader}. */
class MegatronSectionTest {
  private static final String YAML =
      """
      lr_schedule: {learning_rate: 1.e-3}
      model:
        model_config: {num_layers: 2, num_heads: 4, hidden_size: 8, ffn_hidden_size: 16}
      train_dataset:
        data_loader:
          type: BlendedMegatronDatasetDataLoader
          sizes: [400, 40, 4]
          config: {seq_length: 32}
      """;

  private static final String LOADER = "train_dataset.data_loader.";
  private static final String CONFIG = LOADER + "config.";

  @TempDir Path folder;

  @SuppressWarnings("NullAway.Init")
  private ConfigFiles files;

  @BeforeEach
  void files() {
    files = new ConfigFiles(folder);
  }

  private TrainingConfig config(String... keysAndValues) {
    return files.read(YAML, overrides(keysAndValues));
  }

  private DataConfig.Megatron read(String... keysAndValues) {
    return (DataConfig.Megatron) config(keysAndValues).data();
  }

  private static Map<String, String> overrides(String... keysAndValues) {
    Map<String, String> overrides = new HashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      overrides.put(keysAndValues[i], keysAndValues[i + 1]);
    }
    return overrides;
  }

  @Test
  void whatIsNotWritten() {
    assertThat(read(CONFIG + "data_path", "[a]"))
        .isEqualTo(
            new DataConfig.Megatron(
                400, List.of("a"), "1,0,0", GptOptions.builder(32).build(), SurplusRule.MEGATRON));
  }

  @Test
  void everyOptionOfSamples() {
    assertThat(
            read(
                    CONFIG + "data_path", "[a]",
                    CONFIG + "seed", "7",
                    CONFIG + "eod", "3",
                    CONFIG + "pad", "4",
                    CONFIG + "eod_mask_loss", "True",
                    CONFIG + "reset_position_ids", "True",
                    CONFIG + "reset_attention_mask", "True",
                    CONFIG + "create_compressed_eod_mask", "True",
                    CONFIG + "eod_pad_length", "9",
                    CONFIG + "drop_last_partial_validation_sequence", "False",
                    CONFIG + "add_extra_token_to_sequence", "False",
                    CONFIG + "mmap_bin_files", "True",
                    CONFIG + "s3_cache_path", "nowhere")
                .options())
        .isEqualTo(
            GptOptions.builder(32)
                .randomSeed(7)
                .eod(3)
                .pad(4)
                .eodMaskLoss(true)
                .resetPositionIds(true)
                .resetAttentionMask(true)
                .createCompressedEodMask(true)
                .eodPadLength(9)
                .dropLastPartialValidationSequence(false)
                .addExtraTokenToSequence(false)
                .build());
    assertThat(
            read(CONFIG + "data_path", "[a]", CONFIG + "inter_document_masking", "True")
                .options()
                .interDocumentMasking())
        .isTrue();
  }

  @Test
  void cacheAndThreads() {
    DataConfig.Megatron data =
        read(
            CONFIG + "data_path", "[a]",
            CONFIG + "path_to_cache", "cached",
            CONFIG + "num_dataset_builder_threads", "5");
    assertThat(data.pathToCache()).contains(Path.of("cached"));
    assertThat(data.builderThreads()).isEqualTo(5);
  }

  @Test
  void phasesTakeTheirOwnSizeAndPaths() {
    for (String phase : List.of("train", "dev", "test")) {
      Split split = Map.of("train", Split.TRAIN, "dev", Split.VALID, "test", Split.TEST).get(phase);
      long samples = Map.of("train", 400L, "dev", 40L, "test", 4L).getOrDefault(phase, 0L);
      DataConfig.Megatron shared =
          read(LOADER + "phase", phase, CONFIG + "data_path", "[a]", CONFIG + "split", "8,1,1");
      assertThat(shared.phase()).isEqualTo(split);
      assertThat(shared.samples()).isEqualTo(samples);
      assertThat(shared.split()).contains("8,1,1");
      DataConfig.Megatron own =
          read(
              LOADER + "phase", phase,
              CONFIG + "train_data_path", "[1, ta]",
              CONFIG + "valid_data_path", "[1, va]",
              CONFIG + "test_data_path", "[1, tt]");
      assertThat(own.dataPath())
          .containsExactly("1", Map.of("train", "ta", "dev", "va", "test", "tt").get(phase));
      assertThat(own.split()).isEqualTo(Optional.empty());
    }
  }

  @Test
  void upstreamCutsNoMaskThatItDoesNotMake() {
    String[] cut = {
      CONFIG + "data_path", "[a]",
      CONFIG + "reset_attention_mask", "True",
      CONFIG + "create_attention_mask", "False"
    };
    assertThat(read(cut).options().resetAttentionMask()).isTrue();
    assertThat(config(cut).ignoredKeys()).contains(CONFIG + "create_attention_mask");
    String[] compat = Arrays.copyOf(cut, 8);
    compat[6] = "upstream_compat";
    compat[7] = "True";
    assertThat(read(compat).options().resetAttentionMask()).isFalse();
    compat[5] = "True";
    assertThat(read(compat).options().resetAttentionMask()).isTrue();
    compat[3] = "False";
    assertThat(read(compat).options().resetAttentionMask()).isFalse();
  }

  private void refused(String message, String... keysAndValues) {
    files.refused(YAML, overrides(keysAndValues)).hasMessageContaining(message);
  }

  @Test
  void whatIsRefused() {
    refused("config.data_path is missing");
    refused(
        "valid_data_path is missing",
        LOADER + "phase",
        "dev",
        CONFIG + "train_data_path",
        "[1, ta]");
    refused(
        "train_data_path is given together with data_path or split",
        CONFIG + "train_data_path",
        "[a]",
        CONFIG + "split",
        "1,0,0");
    refused("phase must be train, dev or test, not 'later'", LOADER + "phase", "later");
    refused(
        "sizes must have the number of validation",
        LOADER + "phase",
        "dev",
        LOADER + "sizes",
        "[4]");
    refused("sizes must begin with the number", LOADER + "sizes", "[0, 4, 4]");
    refused("eod_pad_length must be from 1", CONFIG + "eod_pad_length", "0");
    refused(
        "num_dataset_builder_threads must be from 1", CONFIG + "num_dataset_builder_threads", "0");
    refused(
        "inter_document_masking already cuts",
        CONFIG + "inter_document_masking",
        "True",
        CONFIG + "create_compressed_eod_mask",
        "True");
  }
}
