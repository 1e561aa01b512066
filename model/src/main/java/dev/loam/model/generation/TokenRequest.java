// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.generation;

/**
 * A text to continue.
 *
 * @param prompt at least one id; not copied
 * @param options how its tokens are chosen
 * @param listener follows it
 */
@SuppressWarnings("ArrayRecordComponent") // Handed on once, never compared.
public record TokenRequest(int[] prompt, GenerationOptions options, TokenListener listener) {
  /** A text that nobody follows. */
  public TokenRequest(int[] prompt, GenerationOptions options) {
    this(prompt, options, token -> true);
  }
}
