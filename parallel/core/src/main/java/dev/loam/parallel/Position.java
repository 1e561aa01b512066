// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel;

/**
 * Where a rank stands in a {@link Layout}, each counted from 0.
 *
 * @param stage the pipeline stage
 * @param data the data-parallel replica
 * @param tensor the tensor-parallel shard
 */
public record Position(int stage, int data, int tensor) {
  @Override
  public String toString() {
    return "stage " + stage + ", data " + data + ", tensor " + tensor;
  }
}
