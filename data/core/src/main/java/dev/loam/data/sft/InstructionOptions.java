// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.sft;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How samples are made of records. Immutable.
 *
 * @param tokenizer folder of the tokenizer and its chat template
 * @param text how a record becomes text
 * @param format of the records; nothing to go by their columns
 * @param maxLength the most tokens of a sample; what is longer loses its end
 * @param enableThinking what the chat template is told; see {@link Builder#optEnableThinking}
 * @param onlyLastAnswer whether answers before the last one are not trained
 * @param addedTokensInMessages whether added tokens such as {@code <|im_end|>} are recognised in
 *     what a record says
 * @param skipUntrained whether samples of which nothing is trained are left out; they are an error
 *     otherwise
 * @param padTo the length that rows are padded to, if they are
 * @param padToken the token they are padded with; by default the tokenizer's own
 * @param rows how samples are laid into rows
 */
public record InstructionOptions(
    Path tokenizer,
    TextStyle text,
    Optional<ConversationFormat> format,
    int maxLength,
    Optional<Boolean> enableThinking,
    boolean onlyLastAnswer,
    boolean addedTokensInMessages,
    boolean skipUntrained,
    OptionalInt padTo,
    OptionalInt padToken,
    RowLayout rows) {
  /** How a record becomes text. */
  public enum TextStyle {
    /** With the tokenizer's chat template. */
    CHAT_TEMPLATE,
    /** As MindFormers' {@code AlpacaInstructDataHandler} writes it, to the byte. */
    MINDFORMERS_ALPACA,
    /** As MindFormers' {@code CodeAlpacaInstructDataHandler} writes it, to the byte. */
    MINDFORMERS_CODE_ALPACA
  }

  /** Checks the lengths. */
  public InstructionOptions {
    if (maxLength < 2) {
      throw new IllegalArgumentException("samples of at most " + maxLength + " tokens");
    }
  }

  /** The most tokens that a row can have. */
  public int longestRow() {
    if (rows instanceof RowLayout.Packed packed) {
      return packed.length();
    }
    return rows instanceof RowLayout.Cut cut ? cut.length() : maxLength;
  }

  /**
   * Starts with a tokenizer's folder and a length.
   *
   * @param tokenizer folder of the tokenizer and its chat template
   * @param maxLength the most tokens of a sample
   */
  public static Builder builder(Path tokenizer, int maxLength) {
    return new Builder(tokenizer, maxLength);
  }

  /** Collects options. */
  public static final class Builder {
    private final Path tokenizer;
    private final int maxLength;
    private TextStyle text = TextStyle.CHAT_TEMPLATE;
    private Optional<ConversationFormat> format = Optional.empty();
    private Optional<Boolean> enableThinking = Optional.empty();
    private boolean onlyLastAnswer;
    private boolean addedTokensInMessages;
    private boolean skipUntrained;
    private OptionalInt padTo = OptionalInt.empty();
    private OptionalInt padToken = OptionalInt.empty();
    private RowLayout rows = new RowLayout.One();

    private Builder(Path tokenizer, int maxLength) {
      this.tokenizer = tokenizer;
      this.maxLength = maxLength;
    }

    /** How a record becomes text; by default with the chat template. */
    public Builder optText(TextStyle style) {
      this.text = style;
      return this;
    }

    /** The format of the records; by default that of their columns. */
    public Builder optFormat(ConversationFormat newFormat) {
      this.format = Optional.of(newFormat);
      return this;
    }

    /**
     * What the chat template is told of thinking. The prompt of an answer ends as the template
     * begins one: Qwen3's with {@code false} has an empty thought at the end, which then is not
     * trained where an answer has no other; otherwise a model learns to write it.
     */
    public Builder optEnableThinking(boolean enable) {
      this.enableThinking = Optional.of(enable);
      return this;
    }

    /** Trains the last answer only; by default all are. */
    public Builder optOnlyLastAnswer(boolean only) {
      this.onlyLastAnswer = only;
      return this;
    }

    /** Whether added tokens are recognised in what a record says; by default they are not. */
    public Builder optAddedTokensInMessages(boolean recognised) {
      this.addedTokensInMessages = recognised;
      return this;
    }

    /** Leaves out samples of which nothing is trained; by default they are an error. */
    public Builder optSkipUntrained(boolean skip) {
      this.skipUntrained = skip;
      return this;
    }

    /** Pads rows to a length; by default they have the length of what is in them. */
    public Builder optPadTo(int length) {
      this.padTo = OptionalInt.of(length);
      return this;
    }

    /** The token that rows are padded with; by default the tokenizer's. */
    public Builder optPadToken(int id) {
      this.padToken = OptionalInt.of(id);
      return this;
    }

    /** How samples are laid into rows; by default each has a row of its own. */
    public Builder optRows(RowLayout layout) {
      this.rows = layout;
      return this;
    }

    /** The options. */
    public InstructionOptions build() {
      return new InstructionOptions(
          tokenizer,
          text,
          format,
          maxLength,
          enableThinking,
          onlyLastAnswer,
          addedTokensInMessages,
          skipUntrained,
          padTo,
          padToken,
          rows);
    }
  }
}
