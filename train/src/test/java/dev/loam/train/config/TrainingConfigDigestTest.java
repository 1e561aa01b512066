// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.lora.LoraTargets;
import dev.loam.lora.MindFormersTargets;
import dev.loam.lora.PeftTargets;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ranks compare digests: equal for what means the same, different for anything else. */
class TrainingConfigDigestTest {
  private static final String YAML =
      """
      lr_schedule: {learning_rate: 1.e-3, type: CosineWithWarmUpLR, warmup_steps: 4}
      model:
        model_config: {num_layers: 4, num_heads: 4, hidden_size: 8, ffn_hidden_size: 16,
          num_key_value_heads: 4, eos_token_id: 3}
      train_dataset:
        data_loader:
          type: BlendedMegatronDatasetDataLoader
          sizes: [400, 0, 0]
          config: {seq_length: 32, data_path: [a]}
      parallel_config: {data_parallel: 2, pipeline_stage: 2, micro_batch_num: 2}
      """;

  private static final Set<Class<?>> LEAVES =
      Set.of(
          String.class,
          Boolean.class,
          Path.class,
          Duration.class,
          OptionalInt.class,
          OptionalLong.class,
          Integer.class,
          Long.class,
          Double.class);

  @TempDir Path folder;

  private String digest(Map<String, String> overrides) {
    return new ConfigFiles(folder).read(YAML, overrides).digest();
  }

  @Test
  void theSameForTheSameFileAndForTheSameValuesOtherwiseWritten() {
    assertThat(digest(Map.of())).hasSize(64).isEqualTo(digest(Map.of()));
    assertThat(digest(Map.of("lr_schedule.learning_rate", "0.001", "seed", "1")))
        .isEqualTo(digest(Map.of()));
  }

  @Test
  void anotherForEveryValue() throws Exception {
    Path tokenizer = Files.createDirectories(folder.resolve("tokens"));
    Files.writeString(tokenizer.resolve("tokenizer.json"), "{}");
    Map<String, String> changes =
        Map.ofEntries(
            Map.entry("seed", "2"),
            Map.entry("output_dir", "elsewhere"),
            Map.entry("load_checkpoint", "weights"),
            Map.entry("tokenizer_dir", tokenizer.toString()),
            Map.entry("epochs", "2"),
            Map.entry("batch_size", "2"),
            Map.entry("stop_step", "2"),
            Map.entry("upstream_compat", "True"),
            Map.entry("determinism", "D2"),
            Map.entry("collective_timeout", "9"),
            Map.entry("memory_check", "False"),
            Map.entry("loss_reduction", "micro_mean"),
            Map.entry("profile", "True"),
            Map.entry("optimizer.betas", "[0.9, 0.96]"),
            Map.entry("optimizer.eps", "1e-9"),
            Map.entry("optimizer.weight_decay", "0.1"),
            Map.entry("runner_wrapper.max_grad_norm", "2"),
            Map.entry("lr_schedule.type", "LinearWithWarmUpLR"),
            Map.entry("lr_schedule.learning_rate", "2.e-3"),
            Map.entry("lr_schedule.lr_end", "1.e-4"),
            Map.entry("lr_schedule.num_cycles", "1"),
            Map.entry("lr_schedule.warmup_lr_init", "1.e-5"),
            Map.entry("lr_schedule.warmup_steps", "5"),
            Map.entry("lr_schedule.warmup_ratio", "0.1"),
            Map.entry("lr_schedule.total_steps", "100"),
            Map.entry("lr_schedule.step_offset", "1"),
            Map.entry("model.model_config.num_layers", "5"),
            Map.entry("model.model_config.num_heads", "8"),
            Map.entry("model.model_config.num_key_value_heads", "2"),
            Map.entry("model.model_config.hidden_size", "16"),
            Map.entry("model.model_config.ffn_hidden_size", "32"),
            Map.entry("model.model_config.head_dim", "64"),
            Map.entry("model.model_config.vocab_size", "100"),
            Map.entry("model.model_config.max_position_embeddings", "64"),
            Map.entry("model.model_config.rope_theta", "1"),
            Map.entry("model.model_config.rms_norm_eps", "1"),
            Map.entry("model.model_config.initializer_range", "1"),
            Map.entry("model.model_config.tie_word_embeddings", "True"),
            Map.entry("model.model_config.bos_token_id", "1"),
            Map.entry("model.model_config.eos_token_id", "4"),
            Map.entry("model.model_config.offset", "[1, -1]"),
            Map.entry("model.model_config.pp_interleave_num", "2"),
            Map.entry("train_dataset.data_loader.sizes", "[401]"),
            Map.entry("train_dataset.data_loader.config.data_path", "[b]"),
            Map.entry("train_dataset.data_loader.config.split", "\"8,1,1\""),
            Map.entry("train_dataset.data_loader.config.seed", "1"),
            Map.entry("train_dataset.data_loader.config.seq_length", "33"),
            Map.entry("train_dataset.data_loader.config.eod", "1"),
            Map.entry("train_dataset.data_loader.config.pad", "1"),
            Map.entry("train_dataset.data_loader.config.eod_mask_loss", "True"),
            Map.entry("train_dataset.data_loader.config.reset_position_ids", "True"),
            Map.entry("train_dataset.data_loader.config.reset_attention_mask", "True"),
            Map.entry("train_dataset.data_loader.config.add_extra_token_to_sequence", "False"),
            Map.entry("parallel_config.data_parallel", "4"),
            Map.entry("parallel_config.model_parallel", "2"),
            Map.entry("parallel_config.pipeline_stage", "4"),
            Map.entry("parallel_config.micro_batch_num", "4"),
            Map.entry("parallel_config.use_seq_parallel", "True"),
            Map.entry("parallel.enable_parallel_optimizer", "True"),
            Map.entry("parallel.pipeline_config.pipeline_scheduler", "gpipe"));
    Set<String> digests = new TreeSet<>(Set.of(digest(Map.of())));
    changes.forEach(
        (key, value) ->
            assertThat(digests.add(digest(Map.of(key, value)))).as(key + " = " + value).isTrue());
  }

  @Test
  void anotherForEveryValueOfWhatIsDoneBesides() throws Exception {
    Files.writeString(folder.resolve("tokenizer.json"), "{}");
    String yaml =
        YAML
            + "tokenizer_dir: "
            + folder
            + "\ndo_eval: True\neval_dataset: {data_loader: {type: TokenFileDataLoader, path: a}}\n"
            + "sample_generation: {prompts: [a]}\n";
    Map<String, String> changes =
        Map.ofEntries(
            Map.entry("eval_dataset.data_loader.path", "b"),
            Map.entry("eval_dataset.batch_size", "2"),
            Map.entry("eval_step_interval", "2"),
            Map.entry("eval_epoch_interval", "2"),
            Map.entry("early_stop.patience", "2"),
            Map.entry("early_stop.min_delta", "2"),
            Map.entry("sample_generation.prompts", "[a, b]"),
            Map.entry("sample_generation.chat", "True"),
            Map.entry("sample_generation.max_new_tokens", "2"),
            Map.entry("sample_generation.every_n_steps", "2"),
            Map.entry("on_non_finite", "skip"),
            Map.entry("on_spike", "skip"),
            Map.entry("ignore_data_skip", "True"),
            Map.entry("data_skip_steps", "2"),
            Map.entry("recompute_config.recompute", "True"),
            Map.entry("recompute_config", "{recompute: [0, 1]}"),
            Map.entry("monitor_config.monitor_on", "True"),
            Map.entry("monitor_config.target", "[a]"),
            Map.entry("monitor_config.invert", "True"),
            Map.entry("monitor_config.step_interval", "2"),
            Map.entry("monitor_config.local_loss_format", "log"),
            Map.entry("monitor_config.device_local_loss_format", "log"),
            Map.entry("monitor_config.local_norm_format", "log"),
            Map.entry("monitor_config.device_local_norm_format", "log"),
            Map.entry("monitor_config.optimizer_state_format", "log"),
            Map.entry("monitor_config.weight_state_format", "log"),
            Map.entry("monitor_config", "{weight_state_format: tensorboard}"),
            Map.entry("monitor_config.throughput_baseline", "2"),
            Map.entry("monitor_config.print_struct", "True"),
            Map.entry("monitor_config.check_for_global_norm", "True"),
            Map.entry("monitor_config.global_norm_spike_threshold", "2"),
            Map.entry("monitor_config.global_norm_spike_count_threshold", "2"),
            Map.entry("callbacks", "[{type: MFLossMonitor}]"),
            Map.entry("tensorboard.tensorboard_dir", "a"),
            Map.entry("tensorboard.tensorboard_queue_size", "2"),
            Map.entry("tensorboard.log_loss_scale_to_tensorboard", "True"),
            Map.entry("tensorboard.log_timers_to_tensorboard", "True"),
            Map.entry("model.model_config.pet_config", "{lora_rank: 2}"));
    Path file = new ConfigFiles(folder).write(yaml);
    Set<String> digests = new TreeSet<>();
    digests.add(TrainingConfig.resolve(file, Map.of()).config().digest());
    changes.forEach(
        (key, value) ->
            assertThat(
                    digests.add(TrainingConfig.resolve(file, Map.of(key, value)).config().digest()))
                .as(key + " = " + value)
                .isTrue());
  }

  /** A class without a text of its values would give every process another digest. */
  @Test
  void everythingInAConfigurationHasATextOfItsValues() {
    assertThat(withoutText(TrainingConfig.class, new TreeSet<>())).isEmpty();
  }

  private static Set<String> withoutText(Type type, Set<String> found) {
    if (type instanceof ParameterizedType generic) {
      if (!Set.of(Optional.class, List.class, Map.class).contains(generic.getRawType())) {
        found.add(type.getTypeName());
      }
      for (Type argument : generic.getActualTypeArguments()) {
        withoutText(argument, found);
      }
      return found;
    }
    Class<?> plain = (Class<?>) type;
    if (plain == LoraTargets.class) {
      // The kinds that a configuration can name.
      withoutText(MindFormersTargets.class, found);
      return withoutText(PeftTargets.class, found);
    }
    if (plain.isPrimitive() || plain.isEnum() || LEAVES.contains(plain)) {
      return found;
    } else if (plain.isRecord()) {
      for (RecordComponent component : plain.getRecordComponents()) {
        withoutText(component.getGenericType(), found);
      }
    } else if (plain.isSealed()) {
      for (Class<?> kind : plain.getPermittedSubclasses()) {
        withoutText(kind, found);
      }
    } else {
      found.add(plain.getName());
    }
    return found;
  }
}
