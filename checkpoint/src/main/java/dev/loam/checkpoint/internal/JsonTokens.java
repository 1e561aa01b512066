// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.internal;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.loam.checkpoint.safetensors.SafetensorsException;
import dev.loam.checkpoint.safetensors.Text;
import java.io.IOException;
import java.nio.file.Path;

/** The tokens of a JSON text; whatever is not of the wanted kind is refused with its position. */
public final class JsonTokens {
  private static final String REMEDY = "write the file again";

  private final JsonParser json;
  private final Path path;
  private final long begin;

  /**
   * Tokens of a part of a file.
   *
   * @param path the file, for messages
   * @param begin the position of the text in the file
   */
  public JsonTokens(JsonParser json, Path path, long begin) {
    this.json = json;
    this.path = path;
    this.begin = begin;
  }

  /** The next token. */
  public JsonToken next() throws IOException {
    return json.nextToken();
  }

  /** The name of the field just read. */
  public String name() throws IOException {
    if (json.currentToken() != JsonToken.FIELD_NAME) {
      throw fault("a name in quotes is expected, followed by a colon", REMEDY);
    }
    return wellFormed(json.currentName(), "a name");
  }

  /** The text of the current token; {@code what} it is goes into messages. */
  public String string(String what) throws IOException {
    require(JsonToken.VALUE_STRING, what);
    return wellFormed(json.getText(), what);
  }

  private String wellFormed(String text, String what) {
    if (!Text.isWellFormed(text)) {
      throw fault(what + " has half a surrogate pair: " + Text.quote(text), REMEDY);
    }
    return text;
  }

  /** A non-negative integer that fits a long; 1.0 and -0 are none. */
  public long size(String what) throws IOException {
    String digits = json.currentToken().isScalarValue() ? json.getText() : "";
    if (json.currentToken() != JsonToken.VALUE_NUMBER_INT
        || digits.startsWith("-")
        || json.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
      throw fault(what + " is " + shown() + ", not an integer from 0 to " + Long.MAX_VALUE, REMEDY);
    }
    return json.getLongValue();
  }

  /** Refuses a token of another kind. */
  public void require(JsonToken wanted, String what) throws IOException {
    if (json.currentToken() != wanted) {
      throw fault(what + " is " + shown() + ", not " + kind(wanted), REMEDY);
    }
  }

  /** Passes over the value that begins here. */
  public void skip() throws IOException {
    json.skipChildren();
  }

  /** The position in the file after the current token. */
  public long positionAfter() {
    return begin + json.currentLocation().getByteOffset();
  }

  /** A limit exceeded at the current token. */
  public SafetensorsException limit(String problem, long limit) {
    return fault(
        problem + ", the limit is " + limit, "raise the limit if the file is to be trusted");
  }

  /** A rule broken at the current token. */
  public SafetensorsException fault(String problem, String remedy) {
    long at = begin + json.currentTokenLocation().getByteOffset();
    return new SafetensorsException(path, problem + " (byte " + at + ")", remedy);
  }

  private String shown() throws IOException {
    JsonToken token = json.currentToken();
    return switch (token) {
      case VALUE_STRING -> Text.quote(json.getText());
      case START_OBJECT, START_ARRAY -> kind(token);
      default -> Text.printable(json.getText());
    };
  }

  private static String kind(JsonToken token) {
    return switch (token) {
      case START_OBJECT -> "an object";
      case START_ARRAY -> "an array";
      default -> "a string";
    };
  }
}
