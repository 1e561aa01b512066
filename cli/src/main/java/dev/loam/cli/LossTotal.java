// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import dev.loam.parallel.ForwardPass;
import dev.loam.tensor.CuSeqlens;
import dev.loam.tensor.part.MicroBatch;
import java.util.ArrayList;
import java.util.List;

/**
 * Adds up the loss of a model over windows, in float64. Short ones share a pass, without seeing
 * each other. For the thread of the model's lease.
 */
final class LossTotal {
  private final ForwardPass pass;
  private final int maxTokens;
  private final List<LossWindow> waiting = new ArrayList<>();
  private int waitingTokens;
  private double sum;
  private long tokens;

  /**
   * A total of nothing.
   *
   * @param maxTokens that the pass takes at once, at least the longest window
   */
  LossTotal(ForwardPass pass, int maxTokens) {
    this.pass = pass;
    this.maxTokens = maxTokens;
  }

  void add(LossWindow window) {
    if (waitingTokens + window.ids().length > maxTokens) {
      flush();
    }
    waiting.add(window);
    waitingTokens += window.ids().length;
  }

  /** Judges what has been waiting for others. */
  void flush() {
    if (waiting.isEmpty()) {
      return;
    }
    long[] ids = new long[waitingTokens];
    long[] labels = new long[waitingTokens];
    long[] positions = new long[waitingTokens];
    int[] starts = new int[waiting.size() + 1];
    int at = 0;
    for (int w = 0; w < waiting.size(); w++) {
      LossWindow window = waiting.get(w);
      for (int t = 0; t < window.ids().length; t++) {
        ids[at] = window.ids()[t];
        labels[at] = window.labels()[t];
        positions[at++] = t;
      }
      starts[w + 1] = at;
    }
    MicroBatch batch = new MicroBatch(ids, labels, positions, CuSeqlens.of(starts));
    sum += pass.loss(batch);
    tokens += batch.trainedTokens();
    waiting.clear();
    waitingTokens = 0;
  }

  /** The tokens that were predicted. */
  long tokens() {
    return tokens;
  }

  /** The mean loss of a token, in nats. */
  double mean() {
    return sum / tokens;
  }
}
