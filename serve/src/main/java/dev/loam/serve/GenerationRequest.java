// SPDX-License-Identifier: Apache-2.0
package dev.loam.serve;

import java.util.List;

/**
 * One text to generate.
 *
 * @param prompt at least one id, all inside the vocabulary; read only
 * @param maxNewTokens at least 1; fits into the context together with the prompt
 * @param stop texts that end the generation and are not part of it
 */
@SuppressWarnings("ArrayRecordComponent") // not copied: prompts are long, and nobody writes to them
public record GenerationRequest(
    int[] prompt, int maxNewTokens, List<String> stop, Sampling sampling) {
  /** Copies the list. */
  public GenerationRequest {
    stop = List.copyOf(stop);
  }
}
