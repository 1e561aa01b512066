// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.preprocess;

import dev.loam.data.DataFormatException;
import dev.loam.data.record.DataRecord;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;

/** Records, each a document. */
record RecordBatch(Path file, boolean startsFile, List<DataRecord> records, List<String> keys)
    implements Batch {
  private static final int CHARACTER_BYTES = 2;

  @Override
  public int weight() {
    return CHARACTER_BYTES * records.stream().mapToInt(this::length).sum();
  }

  @Override
  public EncodedBatch encode(DocumentEncoder encoder, boolean stopAtError) {
    List<EncodedBatch.Outcome> outcomes = new ArrayList<>();
    for (DataRecord record : records) {
      if (Thread.currentThread().isInterrupted()) {
        throw new CancellationException("interrupted");
      }
      int size = length(record);
      try {
        List<List<Utf8Text>> texts = new ArrayList<>();
        for (String key : keys) {
          texts.add(record.requireTexts(key).stream().map(Utf8Text::of).toList());
        }
        outcomes.add(new EncodedBatch.Encoded(encoder.encode(texts), size));
      } catch (DataFormatException e) {
        outcomes.add(new EncodedBatch.Refused(0, String.valueOf(e.getMessage()), size));
        if (stopAtError) {
          break;
        }
      }
    }
    return new EncodedBatch(file, startsFile, 0, outcomes);
  }

  private int length(DataRecord record) {
    return keys.stream().mapToInt(key -> length(record, key)).sum();
  }

  /** How long the texts of a field are together. */
  static int length(DataRecord record, String key) {
    Object value = record.value(key).orElse("");
    if (value instanceof List<?> list) {
      return list.stream().mapToInt(text -> text instanceof String s ? s.length() : 0).sum();
    }
    return value instanceof String text ? text.length() : 0;
  }
}
