// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.pipeline;

import dev.loam.parallel.Work;
import dev.loam.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** A tensor, and the transfer to or from another stage that uses it, if one is under way. */
final class Buffer {
  private final Tensor tensor;
  private @Nullable Work transfer;

  Buffer(Tensor tensor) {
    this.tensor = tensor;
  }

  Tensor rows(long count) {
    return tensor.rows(0, count);
  }

  void started(Work work) {
    transfer = work;
  }

  /** Waits until it may be read and written. */
  void await() {
    if (transfer != null) {
      transfer.await();
      transfer = null;
    }
  }
}
