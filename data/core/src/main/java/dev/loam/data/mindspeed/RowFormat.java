// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.mindspeed;

import dev.loam.data.record.DataRecord;

/** The shape of a row of instruction data. */
public enum RowFormat {
  /** {@code instruction}, {@code input}, {@code output}; {@code system} and {@code history}. */
  ALPACA,
  /** {@code conversations} of {@code from} and {@code value}; {@code system}. */
  SHAREGPT,
  /** {@code messages} of {@code role} and {@code content}. */
  OPENAI;

  /** What a row looks like. */
  static RowFormat of(DataRecord row) {
    if (row.has("messages")) {
      return OPENAI;
    }
    return row.has("conversations") ? SHAREGPT : ALPACA;
  }
}
