// SPDX-License-Identifier: Apache-2.0
package dev.loam.serve;

import dev.loam.model.generation.FinishReason;

/**
 * How a generation ended.
 *
 * @param newTokens how many tokens were generated, the one that ended the text included
 */
public record Generation(FinishReason reason, int newTokens) {}
