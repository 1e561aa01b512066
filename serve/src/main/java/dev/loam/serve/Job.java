// SPDX-License-Identifier: Apache-2.0
package dev.loam.serve;

import java.util.List;

/**
 * A request that was understood, and its answer.
 *
 * @param texts what to generate, one for each choice
 * @param deadline when the answer has to be complete, by {@link System#nanoTime}
 */
record Job(List<GenerationRequest> texts, long deadline, Answer answer) {
  Job {
    texts = List.copyOf(texts);
  }

  boolean isLate() {
    return System.nanoTime() - deadline >= 0;
  }
}
