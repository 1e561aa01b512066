// SPDX-License-Identifier: Apache-2.0
package dev.loam.lora;

/**
 * Names of the parameters of adapters: {@code model.layers.0.self_attn.q_proj.lora_A.weight} [r,
 * in] and {@code ...lora_B.weight} [out, r]. Modules that share their first matrix have it under
 * the name of the fused layer, {@code ...self_attn.linear_qkv} or {@code ...mlp.linear_fc1}. That
 * of the embedding is stored with a row for each token, {@code model.embed_tokens.lora_A.weight}
 * [V, r].
 */
public final class LoraNames {
  static final String EMBEDDING = "model.embed_tokens.";
  private static final String A = ".lora_A.weight";
  private static final String B = ".lora_B.weight";

  private LoraNames() {}

  /** The first matrix of a module. */
  public static String a(String module) {
    return module + A;
  }

  /** The second matrix of a module. */
  public static String b(String module) {
    return module + B;
  }

  /** Whether a parameter belongs to an adapter. */
  public static boolean isAdapter(String parameter) {
    return parameter.endsWith(A) || parameter.endsWith(B);
  }

  static boolean isFirst(String parameter) {
    return parameter.endsWith(A);
  }

  /** The fused layer that a module is part of, or the module itself. */
  public static String fused(String module) {
    int dot = module.lastIndexOf('.') + 1;
    return switch (module.substring(dot)) {
      case "q_proj", "k_proj", "v_proj" -> module.substring(0, dot) + "linear_qkv";
      case "gate_proj", "up_proj" -> module.substring(0, dot) + "linear_fc1";
      default -> module;
    };
  }

  /** Evenly spread over all numbers, the same everywhere. */
  static long hash(String name) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < name.length(); i++) {
      hash = (hash ^ name.charAt(i)) * 0x100000001b3L;
    }
    return hash;
  }
}
