// SPDX-License-Identifier: Apache-2.0
package dev.loam.lora;

import java.util.List;
import java.util.Map;

/**
 * Targets as MindSpore Transformers' {@code pet_config} names them: an expression that the own name
 * of a layer ({@code linear_qkv}, not its path) matches from its beginning on. Its layers are
 * fused: q, k and v have one adapter, gate and up have one.
 *
 * @param expression in Python's syntax; {@code |} separates alternatives
 * @param excluded expressions of those that have none nevertheless
 * @param upstreamCompat whether the embedding has none, whatever the expression says, as upstream,
 *     where only linear layers can have one
 */
public record MindFormersTargets(String expression, List<String> excluded, boolean upstreamCompat)
    implements LoraTargets {

  private static final String EMBEDDING = "word_embeddings";
  private static final Map<String, String> NAMES =
      Map.of(
          "embed_tokens", EMBEDDING,
          "q_proj", "linear_qkv",
          "k_proj", "linear_qkv",
          "v_proj", "linear_qkv",
          "o_proj", "linear_proj",
          "gate_proj", "linear_fc1",
          "up_proj", "linear_fc1",
          "down_proj", "linear_fc2",
          "lm_head", "output_layer");

  /**
   * Checks the expressions.
   *
   * @throws LoraTargetException if one is none
   */
  public MindFormersTargets {
    excluded = List.copyOf(excluded);
    PythonPattern unused = PythonPattern.compile(expression);
    excluded.forEach(PythonPattern::compile);
  }

  /** How MindSpore Transformers calls what Hugging Face calls so; the same name if nothing does. */
  static String name(String ownName) {
    return NAMES.getOrDefault(ownName, ownName);
  }

  @Override
  public boolean includes(String module) {
    String name = NAMES.get(module.substring(module.lastIndexOf('.') + 1));
    return name != null
        && !(upstreamCompat && name.equals(EMBEDDING))
        && PythonPattern.compile(expression).matchesStart(name)
        && excluded.stream().noneMatch(e -> PythonPattern.compile(e).matchesStart(name));
  }

  /** Whether the expression matches any name there is. */
  static boolean matchesAny(String expression) {
    PythonPattern pattern = PythonPattern.compile(expression);
    return NAMES.values().stream().anyMatch(pattern::matchesStart);
  }

  @Override
  public boolean fused() {
    return true;
  }

  @Override
  public String toString() {
    return "'" + expression + "'" + (excluded.isEmpty() ? "" : " without " + excluded);
  }
}
