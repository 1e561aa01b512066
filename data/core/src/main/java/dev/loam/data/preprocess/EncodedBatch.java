// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.preprocess;

import java.nio.file.Path;
import java.util.List;

/**
 * What a worker made of a batch.
 *
 * @param file the batch is from
 * @param startsFile whether it is the first of the file
 * @param lines how many lines it has, 0 where records say themselves where they are from
 * @param outcomes in the order of the input
 */
record EncodedBatch(Path file, boolean startsFile, int lines, List<Outcome> outcomes) {
  /** What became of a line or record. */
  sealed interface Outcome {
    /** Its length in the input. */
    int bytes();
  }

  /** A document, with a part for each key. */
  record Encoded(List<EncodedDocument> fields, int bytes) implements Outcome {}

  /**
   * Something that cannot be used.
   *
   * @param line in the batch, from 1; 0 where the problem names its place
   * @param problem what is wrong
   */
  record Refused(int line, String problem, int bytes) implements Outcome {}
}
