// SPDX-License-Identifier: Apache-2.0
package dev.loam.data;

/**
 * One row of tokens to train on. Immutable: the arrays belong to the sample and must not be written
 * to. Every array but {@code cuSeqlens} has one element for each of the T positions.
 *
 * @param inputIds the tokens the model sees
 * @param labels the token each position is to predict, that is, the one after it: already shifted
 * @param lossMask whether a position counts in the loss
 * @param positionIds the position each token has for the model, from 0
 * @param cuSeqlens where attention is cut: tokens attend only to tokens of their own segment {@code
 *     [cuSeqlens[i], cuSeqlens[i+1])}; strictly rising, first 0, last T; {@code {0, T}} when
 *     nothing is cut
 */
@SuppressWarnings("ArrayRecordComponent") // One allocation per row; copies would double it.
public record Sample(
    int[] inputIds, int[] labels, boolean[] lossMask, int[] positionIds, int[] cuSeqlens) {
  /** Checks that the arrays fit together. */
  public Sample {
    int length = inputIds.length;
    if (labels.length != length || lossMask.length != length || positionIds.length != length) {
      throw new IllegalArgumentException(
          "a sample of %d tokens with %d labels, %d loss mask values and %d positions"
              .formatted(length, labels.length, lossMask.length, positionIds.length));
    }
    if (cuSeqlens.length < 2 || cuSeqlens[0] != 0 || cuSeqlens[cuSeqlens.length - 1] != length) {
      throw new IllegalArgumentException("cuSeqlens must run from 0 to " + length);
    }
    for (int i = 1; i < cuSeqlens.length; i++) {
      if (cuSeqlens[i] <= cuSeqlens[i - 1]) {
        throw new IllegalArgumentException("cuSeqlens must rise strictly");
      }
    }
  }

  /** The number of positions, T. */
  public int length() {
    return inputIds.length;
  }

  /** The number of positions that count in the loss. */
  public int trainedTokens() {
    int count = 0;
    for (boolean counts : lossMask) {
      count += counts ? 1 : 0;
    }
    return count;
  }
}
