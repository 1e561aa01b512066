// SPDX-License-Identifier: Apache-2.0
package dev.loam.lora;

/**
 * Which modules of a model have adapters. A module is named as Hugging Face names its parameters,
 * without {@code .weight}: {@code model.layers.0.self_attn.q_proj}, {@code model.embed_tokens}.
 */
public interface LoraTargets {
  /** Whether a module has an adapter. */
  boolean includes(String module);

  /**
   * Whether modules that read the same input (q, k and v; gate and up) have one adapter together,
   * whose first matrix they share, as MindFormers' fused layers do; otherwise each has its own.
   */
  boolean fused();
}
