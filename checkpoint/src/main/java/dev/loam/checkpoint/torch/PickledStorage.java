// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.torch;

import dev.loam.checkpoint.safetensors.SafetensorsType;

/** The elements of one or more tensors. */
final class PickledStorage extends TorchOpaque {
  private final SafetensorsType type;
  private final long elements;
  private final long position;

  /**
   * A storage.
   *
   * @param position its first byte in the file
   */
  PickledStorage(SafetensorsType type, long elements, long position) {
    super("torch", "Storage");
    this.type = type;
    this.elements = elements;
    this.position = position;
  }

  SafetensorsType type() {
    return type;
  }

  long elements() {
    return elements;
  }

  long position() {
    return position;
  }
}
