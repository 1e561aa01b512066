// SPDX-License-Identifier: Apache-2.0
package dev.loam.lora.merge;

/**
 * What subtraction alone does not bring back. Where a merged weight is larger than it was, some of
 * its last bits were rounded away. The residual is how many places of the stored type the old
 * weight is from the difference of the merged one and what was added; nearly always 0 or 1.
 */
final class Residual {
  private Residual() {}

  /** A weight with something added, rounded once. */
  static float merged(float weight, double added) {
    return (float) (weight + added);
  }

  /** A weight before something was added, as far as the merged one tells. */
  static float guess(float merged, double added) {
    float difference = (float) (merged - added);
    return Float.isNaN(difference) ? Float.NaN : difference; // always the same one
  }

  /** What is missing to the weight; as many bits of it count as the type has. */
  static int of(StoredBits type, float weight, double added) {
    float merged = type.value(type.bits(merged(weight, added)));
    return type.place(weight) - type.place(guess(merged, added));
  }

  /** The weight, to the bit. */
  static float restored(StoredBits type, float merged, double added, int residual) {
    return type.at(type.place(guess(merged, added)) + residual);
  }
}
