// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.sft;

import dev.loam.data.DataFormatException;
import dev.loam.data.record.DataRecord;
import java.util.List;
import java.util.Locale;

/** How a record holds a conversation. */
public enum ConversationFormat {
  /**
   * A question and an answer: {@code instruction}, {@code input}, {@code output}; optionally {@code
   * system}, and {@code history}, pairs of question and answer that come before.
   */
  ALPACA("instruction") {
    @Override
    public Conversation read(DataRecord record) {
      return AlpacaRecords.read(record);
    }
  },
  /**
   * Turns in {@code conversations}, each with {@code from} and {@code value}; optionally {@code
   * system} and {@code tools}.
   */
  SHAREGPT("conversations") {
    @Override
    public Conversation read(DataRecord record) {
      return ShareGptRecords.read(record);
    }
  },
  /**
   * Turns in {@code messages}, each with {@code role}, {@code content} and whatever else the chat
   * template reads; optionally {@code tools}.
   */
  OPENAI("messages") {
    @Override
    public Conversation read(DataRecord record) {
      return OpenAiRecords.read(record);
    }
  };

  private final String column;

  ConversationFormat(String column) {
    this.column = column;
  }

  /**
   * The conversation of a record.
   *
   * @throws DataFormatException naming the record, if it holds none
   */
  public abstract Conversation read(DataRecord record);

  /**
   * The format that the columns of a table have.
   *
   * @throws DataFormatException if they have none, or more than one
   */
  public static ConversationFormat of(List<String> columns) {
    List<ConversationFormat> fitting =
        List.of(values()).stream().filter(format -> columns.contains(format.column)).toList();
    if (fitting.size() == 1) {
      return fitting.get(0);
    }
    throw new DataFormatException(
        fitting.isEmpty()
            ? "no conversations in the columns "
                + columns
                + "; there must be instruction and output (alpaca), conversations (sharegpt) or"
                + " messages (openai): give the columns these names with the handler rename_column"
            : "the columns "
                + columns
                + " can be "
                + names(fitting)
                + "; say which with format, or leave columns out with the handler remove_columns");
  }

  private static String names(List<ConversationFormat> formats) {
    return String.join(
        " or ", formats.stream().map(f -> f.name().toLowerCase(Locale.ROOT)).toList());
  }
}
