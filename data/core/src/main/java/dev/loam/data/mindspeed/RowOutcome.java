// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.mindspeed;

import dev.loam.data.DataFormatException;
import dev.loam.data.record.RecordPlace;

/** What became of a row. */
sealed interface RowOutcome {
  /** It is tokens now. */
  record Encoded(RecordPlace place, EncodedRow row) implements RowOutcome {}

  /** It cannot be used. */
  record Refused(DataFormatException problem) implements RowOutcome {}
}
