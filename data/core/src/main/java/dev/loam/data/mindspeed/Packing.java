// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.mindspeed;

/** Whether rows are put together to fill a sequence. */
public enum Packing {
  /** Each row is a sequence. */
  NONE,
  /** Rows see each other: the attention mask is 1 throughout ({@code --pack}). */
  PLAIN,
  /**
   * The attention mask numbers the rows of a sequence from 1, and is 0 in the padding ({@code
   * --pack --neat-pack}).
   */
  NEAT
}
