// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.sft;

import dev.loam.data.DataFormatException;
import dev.loam.data.record.DataRecord;

/** Makes tokens of records. */
interface RecordEncoder {
  /**
   * A record as tokens.
   *
   * @throws DataFormatException naming the record, if it cannot be used
   */
  EncodedSample encode(DataRecord record);
}
