// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.internal;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import dev.loam.data.DataFormatException;
import java.util.regex.Pattern;

/** JSON that comes from outside. */
public final class JsonInput {
  /** Python refuses to read integers of more digits. */
  private static final int MAX_DIGITS = 4300;

  /** What the parser says about itself rather than about the text. */
  private static final Pattern PARSER_DETAIL =
      Pattern.compile("\\(start marker at .*?\\]\\)|, from `[^`]*`|\\R");

  private JsonInput() {}

  /** Reads what Python's {@code json} reads: NaN and the infinities, texts of any length. */
  public static JsonFactory factory() {
    return JsonFactory.builder()
        .streamReadConstraints(
            StreamReadConstraints.builder()
                .maxStringLength(Integer.MAX_VALUE)
                .maxNumberLength(MAX_DIGITS)
                .build())
        .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
        .build();
  }

  /** Says where JSON is broken. */
  public static DataFormatException broken(String place, JsonProcessingException e, String remedy) {
    return new DataFormatException(place + ": " + problem(e, remedy), e);
  }

  /** What is wrong with JSON, and where in the text. */
  public static String problem(JsonProcessingException e, String remedy) {
    JsonLocation location = e.getLocation();
    String at =
        location == null
            ? ""
            : location.getLineNr() > 1
                ? "line %d, column %d: ".formatted(location.getLineNr(), location.getColumnNr())
                : "column %d: ".formatted(location.getColumnNr());
    String problem = PARSER_DETAIL.matcher(e.getOriginalMessage()).replaceAll("");
    return "%sbroken JSON: %s; %s".formatted(at, problem, remedy);
  }

  /** The first surrogate without its partner in a text, or -1 if there is none. */
  public static int halfSurrogate(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isSurrogate(c)) {
        boolean pair =
            Character.isHighSurrogate(c)
                && i + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(i + 1));
        if (!pair) {
          return i;
        }
        i++;
      }
    }
    return -1;
  }
}
