// SPDX-License-Identifier: Apache-2.0
package dev.loam.lora;

/** What is to have adapters cannot be told, is nothing, or cannot have any. */
public final class LoraTargetException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With a message fit for the user: the target, what is wrong and what is possible. */
  public LoraTargetException(String message) {
    super(message);
  }
}
