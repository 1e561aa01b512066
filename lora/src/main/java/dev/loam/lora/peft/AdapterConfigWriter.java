// SPDX-License-Identifier: Apache-2.0
package dev.loam.lora.peft;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.loam.lora.ModuleNames;
import java.util.List;

/** Writes {@code adapter_config.json} with the keys, the order and the spacing of PEFT. */
final class AdapterConfigWriter {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String PEFT_VERSION = "0.21.0";
  private static final double LARGEST_WHOLE = 1e15;

  private AdapterConfigWriter() {}

  static String json(AdapterConfig config) {
    ObjectNode out = JSON.createObjectNode();
    out.putNull("alora_invocation_tokens");
    out.putObject("alpha_pattern");
    out.putNull("arrow_config");
    out.putNull("auto_mapping");
    out.put("base_model_name_or_path", config.baseModel().orElse(null));
    out.put("bias", "none");
    out.putNull("corda_config");
    out.put("ensure_weight_tying", false);
    out.putNull("eva_config");
    out.putNull("exclude_modules");
    config.targets().excluded().ifPresent(names -> put(out, "exclude_modules", names));
    out.put("fan_in_fan_out", false);
    out.put("inference_mode", true);
    out.put("init_lora_weights", true);
    out.putNull("kasa_config");
    out.putNull("layer_replication");
    out.putNull("layers_pattern");
    layers(out, config.targets().layers());
    out.putObject("loftq_config");
    number(out, "lora_alpha", config.alpha());
    out.put("lora_bias", false);
    out.put("lora_dropout", config.dropout());
    out.putNull("lora_ga_config");
    out.putNull("megatron_config");
    out.put("megatron_core", "megatron.core");
    out.putNull("modules_to_save");
    out.putNull("monteclora_config");
    out.put("peft_type", "LORA");
    out.put("peft_version", PEFT_VERSION);
    out.put("qalora_group_size", 16);
    out.put("r", config.rank());
    out.putObject("rank_pattern");
    out.putNull("revision");
    put(out, "target_modules", config.targets().modules());
    out.putNull("target_parameters");
    out.put("task_type", "CAUSAL_LM");
    out.putNull("trainable_token_indices");
    out.putNull("use_bdlora");
    out.put("use_dora", false);
    out.put("use_qalora", false);
    out.put("use_rslora", config.rankStabilized());
    out.putNull("velora_config");
    return text(out);
  }

  private static void put(ObjectNode out, String key, ModuleNames names) {
    if (names instanceof ModuleNames.Listed listed) {
      listed.names().forEach(out.putArray(key)::add);
    } else if (names instanceof ModuleNames.Expression expression) {
      out.put(key, expression.text());
    } else {
      out.put(key, names.toString());
    }
  }

  private static void layers(ObjectNode out, List<Integer> layers) {
    if (layers.isEmpty()) {
      out.putNull("layers_to_transform");
    } else {
      layers.forEach(out.putArray("layers_to_transform")::add);
    }
  }

  /** PEFT declares alpha as a whole number; others are taken as well. */
  private static void number(ObjectNode out, String key, double value) {
    if (value == Math.rint(value) && value < LARGEST_WHOLE) {
      out.put(key, (long) value);
    } else {
      out.put(key, value);
    }
  }

  private static String text(ObjectNode out) {
    DefaultIndenter lines = new DefaultIndenter("  ", "\n");
    DefaultPrettyPrinter printer =
        new DefaultPrettyPrinter(
            Separators.createDefaultInstance()
                .withObjectFieldValueSpacing(Separators.Spacing.AFTER)
                .withObjectEmptySeparator("")
                .withArrayEmptySeparator(""));
    printer.indentObjectsWith(lines);
    printer.indentArraysWith(lines);
    try {
      return JSON.writer(printer).writeValueAsString(out);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("plain values can be written", e);
    }
  }
}
