// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.formats;

import dev.loam.checkpoint.torch.TorchValue;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The names under which state dicts of Megatron-core may have a parameter. */
final class MegatronNames {
  /** What a model that was saved inside of a wrapper has before each name. */
  private static final String WRAPPER = "module.";

  /** Where a norm is fused with the linear layer behind it, as Transformer Engine does. */
  private static final Map<String, String> FUSED_NORMS =
      Map.of(
          "input_layernorm.weight", "self_attention.linear_qkv.layer_norm_weight",
          "pre_mlp_layernorm.weight", "mlp.linear_fc1.layer_norm_weight");

  private MegatronNames() {}

  /** The entries under their plain names. */
  static Map<String, TorchValue> plain(Map<String, TorchValue> stateDict) {
    Map<String, TorchValue> plain = new TreeMap<>();
    stateDict.forEach(
        (name, value) ->
            plain.put(name.startsWith(WRAPPER) ? name.substring(WRAPPER.length()) : name, value));
    return plain;
  }

  /** Removes and returns the entry of a parameter. */
  static Optional<TorchValue> take(Map<String, TorchValue> stateDict, String name) {
    return Optional.ofNullable(stateDict.remove(name))
        .or(
            () ->
                FUSED_NORMS.entrySet().stream()
                    .filter(norm -> name.endsWith("." + norm.getKey()))
                    .findFirst()
                    .map(
                        norm ->
                            stateDict.remove(
                                name.substring(0, name.length() - norm.getKey().length())
                                    + norm.getValue())));
  }

  /** Whether a tensor is no parameter but something that is computed anew. */
  static boolean isRedundant(String name) {
    return name.endsWith("._extra_state") || name.endsWith("rotary_pos_emb.inv_freq");
  }
}
