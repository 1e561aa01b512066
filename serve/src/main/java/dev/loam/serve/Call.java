// SPDX-License-Identifier: Apache-2.0
package dev.loam.serve;

import java.util.List;

/**
 * What a request asks for, checked and complete.
 *
 * @param texts one for each choice
 * @param promptTokens of all prompts, each counted once
 */
record Call(List<GenerationRequest> texts, int promptTokens, boolean stream, boolean includeUsage) {
  Call {
    texts = List.copyOf(texts);
  }
}
