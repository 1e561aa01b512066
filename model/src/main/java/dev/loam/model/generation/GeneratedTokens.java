// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.generation;

/**
 * What a model wrote.
 *
 * @param ids the new ids, without the prompt; a stop token is the last of them
 * @param finishReason why there are no more
 */
@SuppressWarnings("ArrayRecordComponent") // A carrier of results, never compared.
public record GeneratedTokens(int[] ids, FinishReason finishReason) {}
