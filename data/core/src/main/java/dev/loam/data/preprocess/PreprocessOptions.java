// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.preprocess;

import java.util.List;
import java.util.OptionalInt;

/**
 * What preprocessing does.
 *
 * @param jsonKeys the fields to tokenize, one dataset for each; by default {@code text}
 * @param endOfDocument the token to append to every document that is not empty; none by default
 * @param workers threads that tokenize
 * @param emptyText what becomes of an empty text
 * @param logInterval documents from one line of the log to the next
 */
public record PreprocessOptions(
    List<String> jsonKeys,
    OptionalInt endOfDocument,
    int workers,
    EmptyText emptyText,
    int logInterval) {
  /** What becomes of a text without a single token. Both make a document. */
  public enum EmptyText {
    /** An empty sequence, as MindFormers does. */
    EMPTY_SEQUENCE,
    /** No sequence, as Megatron-LM does. */
    NO_SEQUENCE
  }

  /** Checks the values. */
  public PreprocessOptions {
    jsonKeys = List.copyOf(jsonKeys);
    if (jsonKeys.isEmpty() || jsonKeys.stream().distinct().count() != jsonKeys.size()) {
      throw new IllegalArgumentException(
          "json-keys " + jsonKeys + ", must be one or more, each once");
    }
    if (workers < 1) {
      throw new IllegalArgumentException("workers is " + workers + ", must be at least 1");
    }
    if (logInterval < 1) {
      throw new IllegalArgumentException("log-interval is " + logInterval + ", must be at least 1");
    }
  }

  /** The field {@code text}, nothing appended, one worker. */
  public static PreprocessOptions defaults() {
    return new PreprocessOptions(
        List.of("text"), OptionalInt.empty(), 1, EmptyText.EMPTY_SEQUENCE, 1000);
  }

  /** The same with other fields. */
  public PreprocessOptions withJsonKeys(List<String> keys) {
    return new PreprocessOptions(keys, endOfDocument, workers, emptyText, logInterval);
  }

  /** The same with a token appended to every document. */
  public PreprocessOptions withEndOfDocument(int token) {
    return new PreprocessOptions(jsonKeys, OptionalInt.of(token), workers, emptyText, logInterval);
  }

  /** The same with so many workers. */
  public PreprocessOptions withWorkers(int count) {
    return new PreprocessOptions(jsonKeys, endOfDocument, count, emptyText, logInterval);
  }

  /** The same with another treatment of empty texts. */
  public PreprocessOptions withEmptyText(EmptyText treatment) {
    return new PreprocessOptions(jsonKeys, endOfDocument, workers, treatment, logInterval);
  }
}
