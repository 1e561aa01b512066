// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.torch;

/** A value without parts. */
public sealed interface TorchScalar extends TorchValue {
  /** Python's {@code None}. */
  record None() implements TorchScalar {}

  /** A truth value. */
  record Bool(boolean value) implements TorchScalar {}

  /** An integer; one that exceeds a {@code long} is a {@link TorchOpaque} instead. */
  record Int(long value) implements TorchScalar {}

  /** A float. */
  record Real(double value) implements TorchScalar {}

  /** Text; text that has no UTF-8 form is a {@link TorchOpaque} instead. */
  record Text(String value) implements TorchScalar {}
}
