// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel;

/**
 * Consecutive layers of a model.
 *
 * @param first the first layer, from 0
 * @param count the number of layers
 */
public record LayerRange(int first, int count) {
  /** The layer after the last. */
  public int end() {
    return first + count;
  }
}
