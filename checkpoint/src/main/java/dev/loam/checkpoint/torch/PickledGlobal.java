// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.torch;

/** A class or function that a pickle names. Nothing of that name is ever looked up. */
final class PickledGlobal extends TorchOpaque {
  PickledGlobal(String module, String simpleName) {
    super(module, simpleName);
  }
}
