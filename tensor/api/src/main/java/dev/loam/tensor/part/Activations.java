// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.part;

/**
 * What a {@link ModelPart} keeps of one micro batch between its forward and its backward. A
 * schedule owns as many as it has micro batches in flight, and uses them again.
 */
public interface Activations {
  /** The most tokens a micro batch may have. */
  int maxTokens();
}
