// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor;

/**
 * Where memory lives and kernels run.
 *
 * @param type {@code cpu} or {@code gpu}
 * @param index the ordinal among devices of that type, 0 for the CPU
 */
public record Device(String type, int index) {
  private static final Device CPU = new Device("cpu", 0);

  /** Checks the values. */
  public Device {
    if (!(type.equals("cpu") && index == 0) && !(type.equals("gpu") && index >= 0)) {
      throw new IllegalArgumentException("no such device: " + type + ":" + index);
    }
  }

  /** The CPU. */
  public static Device cpu() {
    return CPU;
  }

  /** The n-th GPU. */
  public static Device gpu(int n) {
    return new Device("gpu", n);
  }

  @Override
  public String toString() {
    return type.equals("cpu") ? type : type + ":" + index;
  }
}
