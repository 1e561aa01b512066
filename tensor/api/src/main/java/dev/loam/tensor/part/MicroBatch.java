// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.part;

import dev.loam.tensor.CuSeqlens;
import java.util.stream.LongStream;

/**
 * The tokens of one pass through the model, on the host: rows of a batch laid one after the other,
 * each made of one or more documents. Labels say what each token should predict; they are shifted
 * already. Immutable.
 */
public final class MicroBatch {
  private final long[] inputIds;
  private final long[] labels;
  private final long[] positions;
  private final CuSeqlens cuSeqlens;
  private final DropoutKeys dropoutKeys;

  /**
   * Copies the arrays. Nothing is known of which samples the tokens are of.
   *
   * @param labels the token that each token should predict, {@link LossHead#IGNORED} for none
   * @param positions the rotary position of each token
   * @param cuSeqlens the documents
   * @throws IllegalArgumentException if the lengths differ
   */
  public MicroBatch(long[] inputIds, long[] labels, long[] positions, CuSeqlens cuSeqlens) {
    this(inputIds, labels, positions, cuSeqlens, DropoutKeys.ofPlaces(inputIds.length));
  }

  /**
   * Copies the arrays.
   *
   * @param labels the token that each token should predict, {@link LossHead#IGNORED} for none
   * @param positions the rotary position of each token
   * @param cuSeqlens the documents
   * @param dropoutKeys say which tokens of which samples these are
   * @throws IllegalArgumentException if the lengths differ
   */
  public MicroBatch(
      long[] inputIds,
      long[] labels,
      long[] positions,
      CuSeqlens cuSeqlens,
      DropoutKeys dropoutKeys) {
    int tokens = inputIds.length;
    if (labels.length != tokens
        || positions.length != tokens
        || cuSeqlens.tokens() != tokens
        || dropoutKeys.tokens() != tokens) {
      throw new IllegalArgumentException(
          "a micro batch of "
              + tokens
              + " tokens with "
              + labels.length
              + " labels, "
              + positions.length
              + " positions, documents of "
              + cuSeqlens.tokens()
              + " tokens and "
              + dropoutKeys.tokens()
              + " keys");
    }
    this.inputIds = inputIds.clone();
    this.labels = labels.clone();
    this.positions = positions.clone();
    this.cuSeqlens = cuSeqlens;
    this.dropoutKeys = dropoutKeys;
  }

  private MicroBatch(MicroBatch same, DropoutKeys dropoutKeys) {
    this.inputIds = same.inputIds;
    this.labels = same.labels;
    this.positions = same.positions;
    this.cuSeqlens = same.cuSeqlens;
    this.dropoutKeys = dropoutKeys;
  }

  /**
   * The same tokens, of which it is known what rows they are.
   *
   * @throws IllegalArgumentException if there are not as many keys
   */
  public MicroBatch with(DropoutKeys keys) {
    if (keys.tokens() != tokens()) {
      throw new IllegalArgumentException(keys.tokens() + " keys for " + tokens() + " tokens");
    }
    return new MicroBatch(this, keys);
  }

  /** The same tokens in a step of a training, in which dropout draws numbers of their own. */
  public MicroBatch inStep(long step) {
    return new MicroBatch(this, dropoutKeys.inStep(step));
  }

  /** The number of tokens. */
  public int tokens() {
    return inputIds.length;
  }

  /** A copy of the token ids. */
  public long[] inputIds() {
    return inputIds.clone();
  }

  /** A copy of the labels. */
  public long[] labels() {
    return labels.clone();
  }

  /** A copy of the positions. */
  public long[] positions() {
    return positions.clone();
  }

  /** The documents. */
  public CuSeqlens cuSeqlens() {
    return cuSeqlens;
  }

  /** The keys of dropout's random numbers. */
  public DropoutKeys dropoutKeys() {
    return dropoutKeys;
  }

  /** The number of tokens that are trained on. */
  public long trainedTokens() {
    return LongStream.of(labels).filter(label -> label != LossHead.IGNORED).count();
  }
}
