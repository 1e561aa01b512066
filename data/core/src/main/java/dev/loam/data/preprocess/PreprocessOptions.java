// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.preprocess;

import dev.loam.data.record.RecordFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * What preprocessing does.
 *
 * @param jsonKeys the fields to tokenize, one dataset for each; by default {@code text}
 * @param format of all inputs; by default that of each by its name, or JSON lines
 * @param endOfDocument the token to append to every document that is not empty; none by default
 * @param emptyText what becomes of an empty text
 * @param storage how tokens are stored
 * @param onError what becomes of a document that cannot be used
 * @param workers threads that tokenize
 * @param documentOrder the order of the documents in the datasets
 * @param logInterval documents from one report of progress to the next
 */
public record PreprocessOptions(
    List<String> jsonKeys,
    Optional<RecordFormat> format,
    OptionalInt endOfDocument,
    EmptyText emptyText,
    TokenStorage storage,
    OnError onError,
    int workers,
    DocumentOrder documentOrder,
    int logInterval) {
  /** What becomes of a text without a single token. Both make a document. */
  public enum EmptyText {
    /** An empty sequence, as MindFormers does. */
    EMPTY_SEQUENCE,
    /** No sequence, as Megatron-LM does. */
    NO_SEQUENCE
  }

  /** How tokens are stored. */
  public enum TokenStorage {
    /** Four bytes for each, as MindFormers does. */
    INT32,
    /** Two bytes for each. */
    UINT16,
    /** Two bytes where the vocabulary is smaller than 65500, else four, as Megatron-LM does. */
    AUTO
  }

  /** What becomes of a document that cannot be used. */
  public enum OnError {
    /** The first one, in the order of the input, ends the run. */
    STOP,
    /** It is left out and counted. */
    SKIP
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

  /** The field {@code text}, nothing appended, int32, one worker, the order of the input. */
  public static PreprocessOptions defaults() {
    return new Draft().options();
  }

  /** The same with other fields. */
  public PreprocessOptions withJsonKeys(List<String> keys) {
    return with(draft -> draft.jsonKeys = keys);
  }

  /** The same with all inputs in a format, whatever their names say. */
  public PreprocessOptions withFormat(RecordFormat inputs) {
    return with(draft -> draft.format = Optional.of(inputs));
  }

  /** The same with a token appended to every document. */
  public PreprocessOptions withEndOfDocument(int token) {
    return with(draft -> draft.endOfDocument = OptionalInt.of(token));
  }

  /** The same with another treatment of empty texts. */
  public PreprocessOptions withEmptyText(EmptyText treatment) {
    return with(draft -> draft.emptyText = treatment);
  }

  /** The same with tokens stored in another way. */
  public PreprocessOptions withStorage(TokenStorage tokens) {
    return with(draft -> draft.storage = tokens);
  }

  /** The same with another treatment of documents that cannot be used. */
  public PreprocessOptions withOnError(OnError treatment) {
    return with(draft -> draft.onError = treatment);
  }

  /** The same with so many workers. */
  public PreprocessOptions withWorkers(int count) {
    return with(draft -> draft.workers = count);
  }

  /** The same with documents in another order. */
  public PreprocessOptions withDocumentOrder(DocumentOrder order) {
    return with(draft -> draft.documentOrder = order);
  }

  /** The same with progress reported after so many documents. */
  public PreprocessOptions withLogInterval(int documents) {
    return with(draft -> draft.logInterval = documents);
  }

  private PreprocessOptions with(Consumer<Draft> change) {
    Draft draft = new Draft();
    draft.jsonKeys = jsonKeys;
    draft.format = format;
    draft.endOfDocument = endOfDocument;
    draft.emptyText = emptyText;
    draft.storage = storage;
    draft.onError = onError;
    draft.workers = workers;
    draft.documentOrder = documentOrder;
    draft.logInterval = logInterval;
    change.accept(draft);
    return draft.options();
  }

  /** Options in the making. */
  private static final class Draft {
    private List<String> jsonKeys = List.of("text");
    private Optional<RecordFormat> format = Optional.empty();
    private OptionalInt endOfDocument = OptionalInt.empty();
    private EmptyText emptyText = EmptyText.EMPTY_SEQUENCE;
    private TokenStorage storage = TokenStorage.INT32;
    private OnError onError = OnError.STOP;
    private int workers = 1;
    private DocumentOrder documentOrder = DocumentOrder.ofInput();
    private int logInterval = 1000;

    PreprocessOptions options() {
      return new PreprocessOptions(
          jsonKeys,
          format,
          endOfDocument,
          emptyText,
          storage,
          onError,
          workers,
          documentOrder,
          logInterval);
    }
  }
}
