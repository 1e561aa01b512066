// SPDX-License-Identifier: Apache-2.0
package dev.loam.lora;

/**
 * A module of a model that could have an adapter. Its weight is [outputs, inputs]; that of the
 * embedding [vocabulary, hidden], which an adapter takes for [inputs, outputs].
 *
 * @param name as Hugging Face names its weight, without {@code .weight}
 * @param kind what it does
 * @param outputs the size of what it gives for a token
 * @param inputs the size of what it is given; of the embedding, the vocabulary
 */
public record LoraModule(String name, Kind kind, long outputs, long inputs) {
  /** What modules do. */
  public enum Kind {
    /** Multiplies by its weight. */
    LINEAR,
    /** Looks up a row of its weight. */
    EMBEDDING,
    /** Multiplies by its weight, to logits. */
    HEAD
  }

  /** The last part of the name. */
  public String ownName() {
    return name.substring(name.lastIndexOf('.') + 1);
  }
}
