// SPDX-License-Identifier: Apache-2.0
package dev.loam.lora.peft;

import dev.loam.lora.LoraNames;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The names of tensors of adapters, in PEFT's files and in a model. */
final class AdapterNames {
  static final String A = LoraNames.a("");
  static final String B = LoraNames.b("");
  static final String EMBEDDING = "model.embed_tokens";

  private static final String PREFIX = "base_model.model.";
  private static final Pattern STORED =
      Pattern.compile(
          Pattern.quote(PREFIX) + "(.+)\\.lora_(embedding_)?([AB])(\\.default)?(\\.weight)?");

  /** Modules whose first matrix is shared, by the end of its name. */
  private static final Map<String, List<String>> SHARED =
      Map.of(
          ".self_attn.linear_qkv",
          List.of(".self_attn.q_proj", ".self_attn.k_proj", ".self_attn.v_proj"),
          ".mlp.linear_fc1",
          List.of(".mlp.gate_proj", ".mlp.up_proj"));

  private AdapterNames() {}

  /** How PEFT calls a matrix of an adapter, {@code A} or {@code B}, of a module. */
  static String stored(String module, String matrix) {
    return module.equals(EMBEDDING)
        ? PREFIX + module + ".lora_embedding_" + (matrix.equals(A) ? "A" : "B")
        : PREFIX + module + matrix;
  }

  /** How a model calls a tensor that PEFT calls so; nothing if it is none of an adapter. */
  static Optional<String> internal(String stored) {
    Matcher name = STORED.matcher(stored);
    if (!name.matches()) {
      return Optional.empty();
    }
    boolean embedding = name.group(2) != null;
    boolean weight = name.group(5) != null;
    return embedding == weight || embedding != name.group(1).equals(EMBEDDING)
        ? Optional.empty()
        : Optional.of(name.group(1) + (name.group(3).equals("A") ? A : B));
  }

  /** A copy of weights of the model that PEFT stores beside the adapter of an embedding. */
  static boolean isBaseLayer(String stored) {
    return stored.startsWith(PREFIX) && stored.endsWith(".base_layer.weight");
  }

  /** The module of a tensor with one of the two endings. */
  static String module(String internal) {
    return internal.substring(0, internal.length() - A.length());
  }

  /** The modules that a matrix is of: itself, or those that share it. */
  static List<String> users(String module) {
    for (Map.Entry<String, List<String>> shared : SHARED.entrySet()) {
      if (module.endsWith(shared.getKey())) {
        String layer = module.substring(0, module.length() - shared.getKey().length());
        return shared.getValue().stream().map(end -> layer + end).toList();
      }
    }
    return List.of(module);
  }
}
