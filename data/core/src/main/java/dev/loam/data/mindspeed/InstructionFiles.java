// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.mindspeed;

import java.nio.file.Path;
import java.util.List;

/** The three datasets of a prefix, sequence i of each being row i. */
record InstructionFiles(Path inputIds, Path attentionMask, Path labels) {
  /** The label of what is not learned. */
  static final int IGNORED = -100;

  /** The prefixes of the datasets. */
  static InstructionFiles of(Path prefix) {
    return new InstructionFiles(
        dataset(prefix, "input_ids"), dataset(prefix, "attention_mask"), dataset(prefix, "labels"));
  }

  List<Path> all() {
    return List.of(inputIds, attentionMask, labels);
  }

  private static Path dataset(Path prefix, String key) {
    return prefix.resolveSibling(prefix.getFileName() + "_packed_" + key + "_document");
  }
}
