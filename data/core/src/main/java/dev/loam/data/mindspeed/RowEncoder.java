// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.mindspeed;

import dev.loam.data.DataFormatException;
import dev.loam.data.mindspeed.MindSpeedOptions.OnUnusable;
import dev.loam.data.record.DataRecord;
import dev.loam.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;

/** Rows to tokens. Safe for use by several threads. */
final class RowEncoder {
  private final RowReader reader;
  private final Qwen3Template template;
  private final MindSpeedOptions options;

  RowEncoder(Tokenizer tokenizer, MindSpeedOptions options) {
    this.options = options;
    this.reader = new RowReader(options.rowFormat(), options.keys());
    int cutoff = options.sequenceLength().orElse(Qwen3Template.DEFAULT_CUTOFF);
    this.template = new Qwen3Template(tokenizer, options.thinking(), cutoff);
  }

  /** Some rows, up to the first that cannot be used if that ends everything. */
  List<RowOutcome> encode(List<DataRecord> rows) {
    List<RowOutcome> outcomes = new ArrayList<>(rows.size());
    for (DataRecord row : rows) {
      if (Thread.currentThread().isInterrupted()) {
        throw new CancellationException("interrupted");
      }
      try {
        outcomes.add(new RowOutcome.Encoded(row.place(), encode(conversation(row))));
      } catch (DataFormatException e) {
        outcomes.add(new RowOutcome.Refused(e));
        if (options.onUnusable() == OnUnusable.STOP) {
          break;
        }
      }
    }
    return outcomes;
  }

  private Conversation conversation(DataRecord row) {
    try {
      return reader.read(row);
    } catch (DataFormatException e) {
      if (options.onUnusable() == OnUnusable.EMPTY) {
        return Conversation.EMPTY;
      }
      throw e;
    }
  }

  private EncodedRow encode(Conversation conversation) {
    EncodedRowBuilder row = template.encode(conversation);
    options.appended().ifPresent(token -> row.add(new int[] {token}, 1, true));
    return row.build();
  }
}
