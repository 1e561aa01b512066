// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.safetensors;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.loam.checkpoint.CheckpointException;
import dev.loam.checkpoint.internal.JsonTokens;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Turns the JSON of a header into entries, token by token: memory goes to what is kept only. As in
 * the reference implementation unknown keys of a tensor are ignored; unlike there a duplicate name
 * is an error.
 */
final class HeaderParser {
  private static final String METADATA = "__metadata__";
  private static final int NESTING = 16;
  private static final int NUMBER_LENGTH = 100;

  private final InputFile file;
  private final SafetensorsLimits limits;

  HeaderParser(InputFile file, SafetensorsLimits limits) {
    this.file = file;
    this.limits = limits;
  }

  /** What a header says, before tensors are compared with one another and with the file. */
  record Content(List<TensorEntry> tensors, Map<String, String> metadata) {}

  /**
   * Parses a header.
   *
   * @param begin its position in the file
   * @param end the position after it
   * @param contentEnd the position after its last byte that is not a space
   */
  Content parse(long begin, long end, long contentEnd) {
    try (JsonParser json = factory().createParser(new HeaderStream(file, begin, end))) {
      JsonTokens tokens = new JsonTokens(json, file.path(), begin);
      tokens.next(); // the opening brace, which was seen before
      Content content = object(tokens);
      if (tokens.positionAfter() != contentEnd) {
        throw tokens.fault("the header goes on after its closing brace", "only spaces may follow");
      }
      return content;
    } catch (JsonProcessingException e) {
      throw new SafetensorsException(
          file.path(),
          "the header is not valid JSON"
              + place(e.getLocation(), begin)
              + ": "
              + Text.printable(e.getOriginalMessage()),
          "write the file again",
          e);
    } catch (IOException e) {
      throw new CheckpointException(file.path() + ": the header cannot be read: " + e, e);
    }
  }

  /** The parser does not say where a limit of its own was exceeded. */
  private static String place(@Nullable JsonLocation location, long begin) {
    return location == null ? "" : " at byte " + (begin + location.getByteOffset());
  }

  private JsonFactory factory() {
    StreamReadConstraints constraints =
        StreamReadConstraints.builder()
            .maxNestingDepth(NESTING)
            .maxNumberLength(NUMBER_LENGTH)
            .maxNameLength(nameBytes())
            .maxStringLength(Math.max(64, limits.metadataLength()))
            .build();
    return JsonFactory.builder()
        .streamReadConstraints(constraints)
        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
        .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
        .build();
  }

  /** The parser counts a name in bytes, at most three to a UTF-16 unit, and in steps. */
  private int nameBytes() {
    return (int) Math.min(Integer.MAX_VALUE, 4L * limits.nameLength() + 1024);
  }

  private Content object(JsonTokens tokens) throws IOException {
    List<TensorEntry> tensors = new ArrayList<>();
    Map<String, String> metadata = new LinkedHashMap<>();
    while (tokens.next() != JsonToken.END_OBJECT) {
      String name = tokens.name();
      if (name.equals(METADATA)) {
        metadata.putAll(metadata(tokens));
        continue;
      }
      if (name.length() > limits.nameLength()) {
        throw tokens.limit(
            "a tensor name has " + name.length() + " characters", limits.nameLength());
      }
      if (tensors.size() == limits.tensors()) {
        throw tokens.limit("the file holds more tensors", limits.tensors());
      }
      tensors.add(new EntryParser(tokens, limits, name).parse());
    }
    return new Content(tensors, metadata);
  }

  private Map<String, String> metadata(JsonTokens tokens) throws IOException {
    tokens.next();
    tokens.require(JsonToken.START_OBJECT, METADATA);
    Map<String, String> metadata = new LinkedHashMap<>();
    long length = 0;
    while (tokens.next() != JsonToken.END_OBJECT) {
      String key = tokens.name();
      if (key.length() > limits.nameLength()) {
        throw tokens.limit(
            "a key of " + METADATA + " has " + key.length() + " characters", limits.nameLength());
      }
      tokens.next();
      String value = tokens.string("the value of " + METADATA + " key " + Text.quote(key));
      length += key.length() + value.length();
      if (length > limits.metadataLength()) {
        throw tokens.limit(METADATA + " has " + length + " characters", limits.metadataLength());
      }
      if (metadata.size() == limits.metadataEntries()) {
        throw tokens.limit(METADATA + " holds more entries", limits.metadataEntries());
      }
      metadata.put(key, value);
    }
    return metadata;
  }
}
