// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.generation;

/** Why a text went no further. */
public enum FinishReason {
  /** A stop token, or in text a stop string, came up. */
  STOP,
  /** As many tokens as were asked for, or as the model has positions for. */
  LENGTH,
  /** The listener wanted no more, or the thread was interrupted. */
  CANCELLED
}
