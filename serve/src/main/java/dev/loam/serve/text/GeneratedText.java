// SPDX-License-Identifier: Apache-2.0
package dev.loam.serve.text;

import dev.loam.model.generation.FinishReason;

/**
 * What a model wrote.
 *
 * @param text without stop strings and special tokens; thinking blocks are part of it
 * @param promptIds the tokens it was written after
 * @param outputIds all tokens the model chose, a stop token and those of a stop string as well
 * @param finishReason why there is no more
 */
@SuppressWarnings("ArrayRecordComponent") // A carrier of results, never compared.
public record GeneratedText(
    String text, int[] promptIds, int[] outputIds, FinishReason finishReason) {}
