// SPDX-License-Identifier: Apache-2.0
package dev.loam.model;

/** The types weights have in files. */
public enum WeightType {
  /** Four bytes, exact. */
  FLOAT32("float32"),
  /** Two bytes, rounded to nearest, ties to even. */
  BFLOAT16("bfloat16");

  private final String huggingFaceName;

  WeightType(String huggingFaceName) {
    this.huggingFaceName = huggingFaceName;
  }

  /** As {@code config.json} calls it. */
  public String huggingFaceName() {
    return huggingFaceName;
  }
}
