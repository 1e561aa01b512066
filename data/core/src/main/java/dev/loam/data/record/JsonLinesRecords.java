// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.record;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.loam.data.internal.JsonInput;
import dev.loam.data.internal.Utf8Lines;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** A record for each line that is not blank. */
final class JsonLinesRecords extends LineRecords {
  private final JsonFactory json = JsonInput.factory();

  JsonLinesRecords(Path file) throws IOException {
    super(file);
  }

  @Override
  public Optional<DataRecord> next() throws IOException {
    for (Optional<Utf8Lines.Line> next = nextLine(); next.isPresent(); next = nextLine()) {
      if (!next.get().text().isBlank()) {
        return Optional.of(record(next.get()));
      }
    }
    return Optional.empty();
  }

  private DataRecord record(Utf8Lines.Line line) throws IOException {
    RecordPlace place = place(line.number());
    try (JsonParser parser = json.createParser(line.text())) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw place.wrong("not a JSON object; each line must be one");
      }
      Map<String, Object> values = new JsonValues(parser, place).object();
      if (parser.nextToken() != null) {
        throw place.wrong("more than one JSON object; each must be on a line of its own");
      }
      return new DataRecord(place, values);
    } catch (JsonProcessingException e) {
      throw JsonInput.broken(place.toString(), e, "each line must be one JSON object");
    }
  }
}
