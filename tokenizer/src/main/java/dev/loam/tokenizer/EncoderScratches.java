// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lends scratch memory to threads and keeps a limited number of returned ones, whichever threads
 * come and go. Safe to share among threads, without locks.
 */
final class EncoderScratches {
  private static final int KEPT = Math.min(8, 2 * Runtime.getRuntime().availableProcessors());

  private final AtomicReferenceArray<@Nullable EncoderScratch> idle =
      new AtomicReferenceArray<>(KEPT);
  private final Supplier<EncoderScratch> maker;

  EncoderScratches(Supplier<EncoderScratch> maker) {
    this.maker = maker;
  }

  EncoderScratch take() {
    for (int i = 0; i < KEPT; i++) {
      if (idle.getPlain(i) != null) {
        EncoderScratch scratch = idle.getAndSet(i, null);
        if (scratch != null) {
          return scratch;
        }
      }
    }
    return maker.get();
  }

  /** Takes one back, ready for another use. */
  void give(EncoderScratch scratch) {
    scratch.reset();
    for (int i = 0; i < KEPT; i++) {
      if (idle.compareAndSet(i, null, scratch)) {
        return;
      }
    }
  }
}
