// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

/**
 * What one rank has allocated, in bytes.
 *
 * @param weights all weights here
 * @param gradients with what a sum in a tree needs besides
 * @param moments of the optimizer
 * @param activations of all micro batches in flight, with what stages send each other
 * @param workspace scratch of layers, with what recomputed layers share
 * @param logits that exist at once; 0 where there is no head
 * @param other tables of rotary angles, and what is small
 */
public record RankMemory(
    long weights,
    long gradients,
    long moments,
    long activations,
    long workspace,
    long logits,
    long other) {
  /** All of it. */
  public long total() {
    return weights + gradients + moments + activations + workspace + logits + other;
  }
}
