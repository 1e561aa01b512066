// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.internal;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.loam.tokenizer.TokenizerFormatException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/**
 * Reads a JSON file value by value, without holding it in memory. It stands at one value at a time;
 * whoever is given one reads it to its end. Memory is bounded whatever the file holds.
 */
public final class JsonCursor {
  /** Reads the value of one member of an object. */
  public interface Member {
    void read(String key) throws IOException;
  }

  /** Reads the value at hand. */
  public interface Element {
    void read() throws IOException;
  }

  /** Reads a whole file. */
  public interface Root<T> {
    T read(JsonCursor cursor) throws IOException;
  }

  /** More than any published tokenizer by far. */
  private static final long MAX_BYTES = 64L << 20;

  private static final int MAX_STRING = 1 << 20;
  private static final int MAX_MEMBERS = 100;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder().maxStringLength(MAX_STRING).build())
          // A vocabulary's keys all differ: a table of known ones only costs time.
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .build();

  private final Path file;
  private final JsonParser parser;
  private final JsonTree tree;

  private JsonCursor(Path file, JsonParser parser) {
    this.file = file;
    this.parser = parser;
    this.tree = new JsonTree(this, parser);
  }

  /** Reads a file that must hold one object and nothing else. */
  public static <T> T read(Path file, Root<T> root) {
    check(file);
    try (InputStream in = Files.newInputStream(file)) {
      return read(file, in, root);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  /** As {@link #read(Path, Root)}, of what {@code in} gives in place of the file. */
  public static <T> T read(Path file, InputStream in, Root<T> root) {
    try (Reader reader = new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder());
        JsonParser parser = FACTORY.createParser(reader)) {
      return parse(file, parser, root);
    } catch (CharacterCodingException e) {
      throw new TokenizerFormatException(file + ": not UTF-8", e);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private static TokenizerFormatException unreadable(Path file, IOException e) {
    return new TokenizerFormatException(file + ": cannot be read: " + e.getMessage(), e);
  }

  private static <T> T parse(Path file, JsonParser parser, Root<T> root) throws IOException {
    try {
      JsonCursor cursor = new JsonCursor(file, parser);
      parser.nextToken();
      cursor.requireObject();
      T result = cursor.readRoot(root);
      if (parser.nextToken() != null) {
        throw cursor.invalid("something follows the object");
      }
      return result;
    } catch (JsonProcessingException e) {
      JsonLocation at = e.getLocation() == null ? parser.currentLocation() : e.getLocation();
      throw new TokenizerFormatException(invalid(file, at, e.getOriginalMessage()), e);
    }
  }

  /**
   * Reads the root. That a file is cut off or broken is said rather than what seems wrong in it.
   */
  private <T> T readRoot(Root<T> root) throws IOException {
    try {
      return root.read(this);
    } catch (TokenizerFormatException e) {
      while (parser.nextToken() != null) {
        // fails where the rest is not JSON
      }
      throw e;
    }
  }

  /** Makes sure that a file is there and not too large. */
  public static void check(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new TokenizerFormatException(
          file
              + (Files.exists(file) ? ": not a file" : ": no such file")
              + "; expected a tokenizer as Hugging Face's library saves it");
    }
    try {
      long size = Files.size(file);
      if (size > MAX_BYTES) {
        throw new TokenizerFormatException(
            file + ": " + size + " bytes, more than the " + MAX_BYTES + " that are read");
      }
    } catch (IOException e) {
      throw new TokenizerFormatException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  public Path file() {
    return file;
  }

  /** Reads the members of an object; no two may have the same key, and there must be few. */
  public void members(Member member) throws IOException {
    Set<String> keys = new HashSet<>();
    manyMembers(
        key -> {
          if (!keys.add(key)) {
            throw duplicate(key);
          }
          if (keys.size() > MAX_MEMBERS) {
            throw problem("one of more than " + MAX_MEMBERS + " keys");
          }
          member.read(key);
        });
  }

  /** As {@link #members}, where {@code member} itself sees to it that keys differ. */
  public void manyMembers(Member member) throws IOException {
    requireObject();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = parser.currentName();
      parser.nextToken();
      member.read(key);
    }
  }

  /** Reads the elements of an array. */
  public void elements(Element element) throws IOException {
    requireArray();
    while (next()) {
      element.read();
    }
  }

  /** Steps to the next element of the array at hand; false at its end. */
  public boolean next() throws IOException {
    return parser.nextToken() != JsonToken.END_ARRAY;
  }

  public void requireArray() throws IOException {
    if (!isArray()) {
      throw expected("an array");
    }
  }

  private void requireObject() throws IOException {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw expected("an object");
    }
  }

  public boolean isArray() {
    return parser.currentToken() == JsonToken.START_ARRAY;
  }

  public boolean isNull() {
    return parser.currentToken() == JsonToken.VALUE_NULL;
  }

  public boolean isString() {
    return parser.currentToken() == JsonToken.VALUE_STRING;
  }

  /** The string at hand. */
  public String string() throws IOException {
    if (!isString()) {
      throw expected("a string");
    }
    return parser.getText();
  }

  /** The integer at hand. */
  public int integer() throws IOException {
    if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT
        || parser.getNumberType() != JsonParser.NumberType.INT) {
      throw expected("an integer");
    }
    return parser.getIntValue();
  }

  /** An element of an array that is long, with all that is in it. */
  public JsonValue element() throws IOException {
    String path = path();
    return new JsonValue(file, () -> path, new JsonTree(this, parser).read());
  }

  /** The value at hand with all that is in it. */
  public JsonValue value() throws IOException {
    String path = path();
    return new JsonValue(file, () -> path, tree.read());
  }

  /** Where the cursor stands, without the value that is there. */
  public JsonValue place() {
    String path = path();
    return new JsonValue(file, () -> path, MissingNode.getInstance());
  }

  /** Passes over the value at hand. */
  public void skip() throws IOException {
    parser.skipChildren();
  }

  /** The complaint that something is wrong with the value at hand. */
  public TokenizerFormatException problem(String what) {
    return new TokenizerFormatException(file + ": " + path() + ": " + what);
  }

  /** The complaint that something else was expected here; the value is read for it. */
  public TokenizerFormatException expected(String what) throws IOException {
    String path = path();
    return new TokenizerFormatException(
        file + ": " + path + ": expected " + what + ", found " + JsonExcerpt.of(parser));
  }

  /** The complaint that a key is given twice. */
  public TokenizerFormatException duplicate(String key) {
    return invalid("the key " + JsonValue.quoted(key) + " is given twice");
  }

  private TokenizerFormatException invalid(String what) {
    return new TokenizerFormatException(invalid(file, parser.currentTokenLocation(), what));
  }

  private static String invalid(Path file, JsonLocation at, String what) {
    return String.format(
        "%s: not valid JSON at line %d, column %d: %s",
        file, at.getLineNr(), at.getColumnNr(), what);
  }

  /** Where the value at hand stands, such as {@code $.model.type}. */
  private String path() {
    return JsonPath.of(parser.getParsingContext());
  }
}
