// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.preprocess;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.loam.data.internal.JsonInput;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Takes the texts out of a line with a JSON object, without making anything of the rest of it. Of
 * keys that come twice the last counts.
 */
final class JsonTexts implements LineTexts {
  /** Of a key that has not come, or came with a value that is no text. */
  private static final List<Utf8Text> NO_TEXTS = Collections.unmodifiableList(new ArrayList<>());

  private final List<String> keys;
  private final JsonFactory json = JsonInput.factory();

  JsonTexts(List<String> keys) {
    this.keys = keys;
  }

  @Override
  public List<List<Utf8Text>> of(byte[] bytes, int from, int to) throws UnusableException {
    Optional<List<List<Utf8Text>>> plain = new PlainLine(bytes, from, to).texts(keys);
    if (plain.isPresent()) {
      return plain.get();
    }
    try (JsonParser parser = json.createParser(bytes, from, to - from)) {
      Optional<List<List<Utf8Text>>> texts = object(parser);
      if (texts.isPresent()) {
        return texts.get();
      }
    } catch (JsonProcessingException e) {
      throw explained(bytes, from, to);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    throw explained(bytes, from, to);
  }

  /** The texts, if all is as it must be. */
  private Optional<List<List<Utf8Text>>> object(JsonParser parser) throws IOException {
    List<List<Utf8Text>> texts = new ArrayList<>(Collections.nCopies(keys.size(), NO_TEXTS));
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      return Optional.empty();
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      int key = keys.indexOf(parser.currentName());
      JsonToken value = parser.nextToken();
      if (key >= 0) {
        texts.set(key, value(parser, value));
      } else {
        parser.skipChildren();
      }
    }
    boolean complete = parser.nextToken() == null;
    for (List<Utf8Text> value : texts) {
      complete &= value != NO_TEXTS;
    }
    return complete ? Optional.of(texts) : Optional.empty();
  }

  @SuppressWarnings("MixedMutabilityReturnType") // Nobody changes the lists.
  private static List<Utf8Text> value(JsonParser parser, JsonToken token) throws IOException {
    if (token == JsonToken.VALUE_STRING) {
      return isText(parser.getText()) ? List.of(Utf8Text.of(parser.getText())) : NO_TEXTS;
    }
    if (token != JsonToken.START_ARRAY) {
      parser.skipChildren();
      return NO_TEXTS;
    }
    List<Utf8Text> texts = new ArrayList<>();
    boolean usable = true;
    for (JsonToken t = parser.nextToken(); t != JsonToken.END_ARRAY; t = parser.nextToken()) {
      if (t == JsonToken.VALUE_STRING && isText(parser.getText())) {
        texts.add(Utf8Text.of(parser.getText()));
      } else {
        usable = false;
        parser.skipChildren();
      }
    }
    return usable ? texts : NO_TEXTS;
  }

  private static boolean isText(String text) {
    return JsonInput.halfSurrogate(text) < 0;
  }

  private UnusableException explained(byte[] bytes, int from, int to) {
    String line = new String(bytes, from, to - from, StandardCharsets.UTF_8);
    return new UnusableException(JsonTrouble.explain(line, keys));
  }
}
