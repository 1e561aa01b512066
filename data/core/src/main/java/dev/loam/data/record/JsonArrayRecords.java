// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.record;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.loam.data.DataFormatException;
import dev.loam.data.internal.InputSource;
import dev.loam.data.internal.JsonInput;
import dev.loam.data.internal.StrictUtf8Reader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** The objects of an array, read one by one. */
final class JsonArrayRecords implements RecordReader {
  private static final String REMEDY = "the file must be an array of JSON objects, or JSON lines";

  private final Path file;
  private final InputSource in;
  private final JsonParser parser;
  private long records;
  private boolean finished;

  JsonArrayRecords(Path file) throws IOException {
    this.file = file;
    this.in = InputSource.open(file);
    try {
      this.parser = JsonInput.factory().createParser(new StrictUtf8Reader(file, in));
    } catch (IOException | RuntimeException e) {
      in.close();
      throw e;
    }
  }

  @Override
  public Optional<DataRecord> next() throws IOException {
    if (finished) {
      return Optional.empty();
    }
    try {
      if (records == 0 && parser.nextToken() != JsonToken.START_ARRAY) {
        throw new DataFormatException(file + ": no JSON array; " + REMEDY);
      }
      JsonToken token = parser.nextToken();
      if (token == JsonToken.END_ARRAY) {
        finish();
        return Optional.empty();
      }
      RecordPlace place = RecordPlace.record(file, records + 1);
      if (token != JsonToken.START_OBJECT) {
        throw place.wrong("not a JSON object; " + REMEDY);
      }
      DataRecord record = new DataRecord(place, new JsonValues(parser, place).object());
      records++;
      return Optional.of(record);
    } catch (JsonProcessingException e) {
      throw JsonInput.broken(RecordPlace.record(file, records + 1).toString(), e, REMEDY);
    }
  }

  private void finish() throws IOException {
    finished = true;
    if (parser.nextToken() != null) {
      throw new DataFormatException(file + ": text after the end of the array; " + REMEDY);
    }
  }

  @Override
  public long bytesRead() {
    return in.bytesRead();
  }

  @Override
  public long totalBytes() {
    return in.size();
  }

  @Override
  public void close() throws IOException {
    try (in) {
      parser.close();
    }
  }
}
