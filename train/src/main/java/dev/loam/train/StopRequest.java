// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Asks a training to end after the step it is in, with a checkpoint. Any thread may ask, at any
 * time; of several ranks one is enough.
 */
public final class StopRequest {
  private final AtomicBoolean requested = new AtomicBoolean();

  /** Asks. */
  public void request() {
    requested.set(true);
  }

  /** Whether anyone has asked. */
  public boolean isRequested() {
    return requested.get();
  }
}
