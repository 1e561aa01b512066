// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

/**
 * What one rank has allocated, in bytes.
 *
 * @param weights all weights here
 * @param gradients with what a sum in a tree needs besides
 * @param moments of the optimizer
 * @param logits that exist at once; 0 where there is no head
 */
public record RankMemory(long weights, long gradients, long moments, long logits) {}
