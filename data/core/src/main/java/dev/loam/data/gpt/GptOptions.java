// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.gpt;

/**
 * How samples are made out of sequences. The names are those of Megatron-LM's {@code
 * GPTDatasetConfig}.
 *
 * @param sequenceLength positions in a sample, at least 1
 * @param randomSeed of the order, from 0 to 2^32 - 1
 * @param addExtraTokenToSequence whether samples overlap by one token, so that the last position
 *     has a label; else it has none
 * @param dropLastPartialValidationSequence whether validation drops the last, incomplete sample
 *     rather than padding it; the other splits always drop it
 * @param eod the id of the token that ends a document; -1 for none
 * @param pad the id of the token that pads; -1 for one that is no token. An id that is in the data
 *     is taken out of it: it becomes 0, and positions labelled with it do not count in the loss
 * @param eodMaskLoss whether positions with {@code eod} do not count in the loss
 * @param resetPositionIds whether positions start again at 0 after {@code eod}
 * @param resetAttentionMask whether attention is cut after {@code eod}
 * @param createCompressedEodMask whether attention is cut after {@code eod}, as MindFormers does
 *     where it hands over the ends of the segments instead of a mask
 * @param eodPadLength how many cuts a sample may then have
 * @param interDocumentMasking whether attention is cut and positions start again between sequences,
 *     with or without {@code eod} between them
 */
public record GptOptions(
    int sequenceLength,
    long randomSeed,
    boolean addExtraTokenToSequence,
    boolean dropLastPartialValidationSequence,
    int eod,
    int pad,
    boolean eodMaskLoss,
    boolean resetPositionIds,
    boolean resetAttentionMask,
    boolean createCompressedEodMask,
    int eodPadLength,
    boolean interDocumentMasking) {
  private static final long MAX_SEED = 0xffffffffL;

  /** Checks the values. */
  public GptOptions {
    if (sequenceLength < 1) {
      throw new IllegalArgumentException(
          "seq_length is " + sequenceLength + ", must be at least 1");
    }
    if (randomSeed < 0 || randomSeed > MAX_SEED) {
      throw new IllegalArgumentException(
          "random_seed is " + randomSeed + ", must be from 0 to 4294967295");
    }
    if (eodPadLength < 1) {
      throw new IllegalArgumentException(
          "eod_pad_length is " + eodPadLength + ", must be at least 1");
    }
    if (interDocumentMasking
        && (resetPositionIds || resetAttentionMask || createCompressedEodMask)) {
      throw new IllegalArgumentException(
          "inter_document_masking already cuts between documents; leave reset_position_ids,"
              + " reset_attention_mask and create_compressed_eod_mask off");
    }
  }

  /** Whether attention is cut after {@code eod}. */
  boolean cutAfterEod() {
    return resetAttentionMask || createCompressedEodMask;
  }

  /** Everything as Megatron-LM has it by default, to be changed from there. */
  public static Builder builder(int sequenceLength) {
    return new Builder(sequenceLength);
  }

  /** How many tokens a sample takes beyond its positions. */
  int extra() {
    return addExtraTokenToSequence ? 1 : 0;
  }

  /** Collects options. */
  public static final class Builder {
    private final int sequenceLength;
    private long randomSeed = 1234;
    private boolean addExtraTokenToSequence = true;
    private boolean dropLastPartialValidationSequence = true;
    private int eod = -1;
    private int pad = -1;
    private boolean eodMaskLoss;
    private boolean resetPositionIds;
    private boolean resetAttentionMask;
    private boolean createCompressedEodMask;
    private int eodPadLength = 128;
    private boolean interDocumentMasking;

    private Builder(int sequenceLength) {
      this.sequenceLength = sequenceLength;
    }

    /** By default 1234. */
    public Builder randomSeed(long value) {
      randomSeed = value;
      return this;
    }

    /** By default true. */
    public Builder addExtraTokenToSequence(boolean value) {
      addExtraTokenToSequence = value;
      return this;
    }

    /** By default true. */
    public Builder dropLastPartialValidationSequence(boolean value) {
      dropLastPartialValidationSequence = value;
      return this;
    }

    /** By default -1, none. */
    public Builder eod(int value) {
      eod = value;
      return this;
    }

    /** By default -1, none. */
    public Builder pad(int value) {
      pad = value;
      return this;
    }

    /** By default false. */
    public Builder eodMaskLoss(boolean value) {
      eodMaskLoss = value;
      return this;
    }

    /** By default false. */
    public Builder resetPositionIds(boolean value) {
      resetPositionIds = value;
      return this;
    }

    /** By default false. */
    public Builder resetAttentionMask(boolean value) {
      resetAttentionMask = value;
      return this;
    }

    /** By default false. */
    public Builder createCompressedEodMask(boolean value) {
      createCompressedEodMask = value;
      return this;
    }

    /** By default 128. */
    public Builder eodPadLength(int value) {
      eodPadLength = value;
      return this;
    }

    /** By default false. */
    public Builder interDocumentMasking(boolean value) {
      interDocumentMasking = value;
      return this;
    }

    /**
     * The options.
     *
     * @throws IllegalArgumentException if they are impossible
     */
    public GptOptions build() {
      return new GptOptions(
          sequenceLength,
          randomSeed,
          addExtraTokenToSequence,
          dropLastPartialValidationSequence,
          eod,
          pad,
          eodMaskLoss,
          resetPositionIds,
          resetAttentionMask,
          createCompressedEodMask,
          eodPadLength,
          interDocumentMasking);
    }
  }
}
