// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.mindspeed;

import dev.loam.data.record.RecordFormat;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What the preprocessing of instruction data does.
 *
 * @param inputFormat of all inputs; by default that of each by its name
 * @param rowFormat of all rows; by default what each looks like
 * @param keys what fields are called
 * @param thinking what becomes of thoughts
 * @param sequenceLength rows are cut to one token less, and left out where the appended token makes
 *     them this long; without it they are cut to 99,999 tokens
 * @param appended a token to append to every row and to learn
 * @param packing whether rows are put together, which needs a sequence length
 * @param pad the token that fills packed sequences up
 * @param onUnusable what becomes of a row that is no conversation
 * @param workers threads that tokenize
 * @param logInterval rows from one report of progress to the next
 */
public record MindSpeedOptions(
    Optional<RecordFormat> inputFormat,
    Optional<RowFormat> rowFormat,
    RowKeys keys,
    Thinking thinking,
    OptionalInt sequenceLength,
    OptionalInt appended,
    Packing packing,
    int pad,
    OnUnusable onUnusable,
    int workers,
    int logInterval) {
  /** What becomes of a row that is no conversation. */
  public enum OnUnusable {
    /** The first one, in the order of the input, ends the run. */
    STOP,
    /** It is left out and counted. */
    SKIP,
    /** An empty question with an empty answer takes its place, as in MindSpeed-LLM. */
    EMPTY
  }

  /** Checks the values. */
  public MindSpeedOptions {
    if (sequenceLength.orElse(2) < 2) {
      throw new IllegalArgumentException(
          "seq-length is " + sequenceLength.getAsInt() + ", must be at least 2");
    }
    if (packing != Packing.NONE && sequenceLength.isEmpty()) {
      throw new IllegalArgumentException("pack needs a sequence length: give --seq-length");
    }
    if (workers < 1) {
      throw new IllegalArgumentException("workers is " + workers + ", must be at least 1");
    }
    if (logInterval < 1) {
      throw new IllegalArgumentException("log-interval is " + logInterval + ", must be at least 1");
    }
  }

  /** Options of which all have a default: nothing appended or packed, thoughts as written. */
  public static Builder builder() {
    return new Builder();
  }

  /** Options in the making. */
  public static final class Builder {
    private Optional<RecordFormat> inputFormat = Optional.empty();
    private Optional<RowFormat> rowFormat = Optional.empty();
    private RowKeys keys = RowKeys.usual();
    private Thinking thinking = Thinking.AS_WRITTEN;
    private OptionalInt sequenceLength = OptionalInt.empty();
    private OptionalInt appended = OptionalInt.empty();
    private Packing packing = Packing.NONE;
    private int pad;
    private OnUnusable onUnusable = OnUnusable.STOP;
    private int workers = 1;
    private int logInterval = 1000;

    private Builder() {}

    /** The format of all inputs, whatever their names say. */
    public Builder optInputFormat(RecordFormat format) {
      inputFormat = Optional.of(format);
      return this;
    }

    /** The shape of all rows, whatever they look like. */
    public Builder optRowFormat(RowFormat format) {
      rowFormat = Optional.of(format);
      return this;
    }

    /** What fields are called. */
    public Builder optKeys(RowKeys names) {
      keys = names;
      return this;
    }

    /** What becomes of thoughts. */
    public Builder optThinking(Thinking treatment) {
      thinking = treatment;
      return this;
    }

    /** The length of a sequence, at least 2. */
    public Builder optSequenceLength(int tokens) {
      sequenceLength = OptionalInt.of(tokens);
      return this;
    }

    /** A token to append to every row and to learn. */
    public Builder optAppended(int token) {
      appended = OptionalInt.of(token);
      return this;
    }

    /**
     * Puts rows together.
     *
     * @param padToken fills sequences up
     */
    public Builder optPacking(Packing way, int padToken) {
      packing = way;
      pad = padToken;
      return this;
    }

    /** What becomes of a row that is no conversation. */
    public Builder optOnUnusable(OnUnusable treatment) {
      onUnusable = treatment;
      return this;
    }

    /** Threads that tokenize; the output does not depend on it. */
    public Builder optWorkers(int count) {
      workers = count;
      return this;
    }

    /** Rows from one report of progress to the next. */
    public Builder optLogInterval(int rows) {
      logInterval = rows;
      return this;
    }

    /**
     * The options.
     *
     * @throws IllegalArgumentException if they do not fit together; the message names the option of
     *     the command line
     */
    public MindSpeedOptions build() {
      return new MindSpeedOptions(
          inputFormat,
          rowFormat,
          keys,
          thinking,
          sequenceLength,
          appended,
          packing,
          pad,
          onUnusable,
          workers,
          logInterval);
    }
  }
}
