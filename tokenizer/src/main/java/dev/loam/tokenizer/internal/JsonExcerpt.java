// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.internal;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamWriteFeature;
import java.io.IOException;
import java.io.StringWriter;

/** The start of a JSON value as it is shown in a message. */
final class JsonExcerpt {
  private static final int SHOWN = 80;
  private static final JsonFactory FACTORY =
      JsonFactory.builder().disable(StreamWriteFeature.AUTO_CLOSE_CONTENT).build();

  private JsonExcerpt() {}

  /** Reads as much of the value at hand as is shown. */
  static String of(JsonParser parser) throws IOException {
    if (parser.currentToken() == null) {
      return "nothing";
    }
    StringWriter out = new StringWriter();
    try (JsonGenerator generator = FACTORY.createGenerator(out)) {
      int depth = 0;
      do {
        JsonToken token = parser.currentToken();
        depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
        if (token.isNumeric()) {
          generator.writeNumber(parser.getText());
        } else {
          generator.copyCurrentEvent(parser);
        }
        generator.flush();
      } while (depth > 0 && out.getBuffer().length() <= SHOWN && parser.nextToken() != null);
    }
    return cut(out.toString());
  }

  static String cut(String s) {
    return s.length() <= SHOWN ? s : s.substring(0, SHOWN) + "...";
  }
}
