// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor;

/**
 * What the users of an engine hold at a moment: nothing but zeros when all of them have closed what
 * they opened.
 *
 * @param leases leases that are not closed
 * @param arenas arenas that are not closed
 * @param tensors native tensors that are not freed: those of arenas, views of them that kernels
 *     have been given, and any that a kernel left behind
 */
public record EngineUse(int leases, int arenas, long tensors) {
  /** Nothing is held. */
  public static final EngineUse NONE = new EngineUse(0, 0, 0);
}
