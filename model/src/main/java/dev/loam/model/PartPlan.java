// SPDX-License-Identifier: Apache-2.0
package dev.loam.model;

/**
 * Which run of the layers a part has, and with that whether it has the embedding or the head.
 *
 * @param firstLayer the number of its first layer in the model
 * @param layerCount how many layers it has
 * @param first whether it begins with the embedding
 * @param last whether it ends with the final norm and the head
 * @param headChunkRows rows of logits that exist at once
 * @param recomputedLayers how many of its layers, the first ones, are computed again in backward
 */
record PartPlan(
    int firstLayer,
    int layerCount,
    boolean first,
    boolean last,
    int headChunkRows,
    int recomputedLayers) {}
