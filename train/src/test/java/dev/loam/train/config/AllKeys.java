// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the readers ask for, found out by having them read configurations of every kind. */
final class AllKeys {
  private static final String MODEL =
      """
      model:
        model_config:
          {num_hidden_layers: 2, num_attention_heads: 4, hidden_size: 8, intermediate_size: 16,
           pet_config: {pet_type: lora}}
      """;

  private static final String ROWS =
      "train_dataset: {data_loader: {type: TokenFileDataLoader, path: rows}}\n";

  private static final String RATE = "lr_schedule: {learning_rate: 1}\n";

  private static final List<String> LR_TYPES =
      List.of(
          "ConstantWarmUpLR, learning_rate: 1",
          "LinearWithWarmUpLR, learning_rate: 1",
          "CosineWithWarmUpLR, learning_rate: 1",
          "CosineWithRestartsAndWarmUpLR, learning_rate: 1",
          "PolynomialWithWarmUpLR, learning_rate: 1",
          "ConstantWithCoolDownLR, learning_rate: 1",
          "WarmUpStableDecayLR, learning_rate: 1, decay_start_steps: 1",
          "InverseSquareRootWithWarmUpLR, learning_rate: 1",
          "CosineAnnealingLR, base_lr: 1, t_max: 1",
          "CosineAnnealingWarmRestarts, base_lr: 1, t_0: 1");

  private static final String HANDLERS =
      """
      train_dataset:
        data_loader:
          type: HFDataLoader
          path: records
          data_files: [a]
          handler:
            - {type: take, n: 1}
            - {type: skip, n: 1}
            - {type: select, indices: [1]}
            - {type: shuffle, seed: 1}
            - {type: sort, column_names: a}
            - {type: filter, column: a, not_empty: True}
            - {type: rename_column, original_column_name: a, new_column_name: b}
            - {type: remove_columns, column_names: a}
            - {type: select_columns, column_names: a}
            - {type: flatten}
            - {type: AlpacaInstructDataHandler, tokenizer: {pretrained_model_dir: a}}
            - {type: PackingHandler}
      """;

  private static final String INSTRUCTION =
      """
      train_dataset:
        data_loader: {type: InstructionDataLoader, data_path: a, seq_length: 4}
      """;

  private static final String MEGATRON =
      """
      train_dataset:
        data_loader:
          {type: BlendedMegatronDatasetDataLoader, sizes: [4],
           config: {seq_length: 4, data_path: a}}
      runner_wrapper: {scale_sense: {type: DynamicLossScaleUpdateCell}}
      callbacks: [{type: MFLossMonitor}, {type: CheckpointMonitor}]
      """;

  private AllKeys() {}

  private static List<String> configurations(Path pretrained) {
    List<String> texts = new ArrayList<>();
    LR_TYPES.forEach(type -> texts.add(MODEL + ROWS + "lr_schedule: {type: " + type + "}\n"));
    texts.add(MODEL + HANDLERS + RATE);
    texts.add(MODEL + INSTRUCTION + RATE);
    texts.add(MODEL + MEGATRON + RATE);
    texts.add(MODEL + MEGATRON + RATE + "upstream_compat: True\n");
    texts.add(MODEL + ROWS + RATE + "do_eval: True\n" + ROWS.replace("train_", "eval_"));
    texts.add(MODEL + ROWS + RATE + "pretrained_model_dir: " + pretrained + "\n");
    return texts;
  }

  /**
   * The keys by their dotted names, with the status that they have in some configuration.
   *
   * @param folder for files
   */
  static Map<String, SectionView.Key> of(Path folder) {
    Map<String, SectionView.Key> all = new TreeMap<>();
    String config =
        """
        {"architectures": ["Qwen3ForCausalLM"], "model_type": "qwen3", "vocab_size": 8,
         "hidden_size": 8, "intermediate_size": 8, "num_hidden_layers": 1, "head_dim": 2,
         "num_attention_heads": 4, "num_key_value_heads": 4, "max_position_embeddings": 8,
         "rms_norm_eps": 1e-6, "rope_theta": 10, "tie_word_embeddings": true}
        """;
    try {
      Files.writeString(folder.resolve("config.json"), config);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    ConfigFiles files = new ConfigFiles(folder);
    for (String text : configurations(folder)) {
      boolean based = text.contains("pretrained_model_dir");
      SectionView view = TrainingConfig.resolve(files.write(text), Map.of()).view();
      view.keys()
          .forEach(
              (key, found) -> {
                boolean inherited = based && key.startsWith("model.");
                SectionView.Key told = inherited ? new SectionView.Key(found.status(), "") : found;
                all.merge(key, told, AllKeys::merged);
              });
    }
    return all;
  }

  private static SectionView.Key merged(SectionView.Key a, SectionView.Key b) {
    KeyStatus status = a.status().compareTo(b.status()) < 0 ? a.status() : b.status();
    boolean differ = !a.value().isEmpty() && !b.value().isEmpty() && !a.value().equals(b.value());
    boolean told = a.value().contains(b.value());
    String value = a.value().isEmpty() ? b.value() : a.value();
    return new SectionView.Key(status, differ && !told ? a.value() + " or " + b.value() : value);
  }
}
