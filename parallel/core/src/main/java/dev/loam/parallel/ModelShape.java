// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel;

/**
 * The sizes of a model that decide which layouts it can take.
 *
 * @param layers the number of decoder layers
 * @param heads the number of attention heads
 * @param keyValueHeads the number of key and value heads
 * @param intermediateSize the width of the feed-forward network
 * @param vocabulary the number of token ids
 */
public record ModelShape(
    int layers, int heads, int keyValueHeads, int intermediateSize, int vocabulary) {}
