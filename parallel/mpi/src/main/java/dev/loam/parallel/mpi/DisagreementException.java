// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.mpi;

import java.io.Serial;

/** Ranks that must have the same do not. The message is the same on every rank. */
public final class DisagreementException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  DisagreementException(String message) {
    super(message);
  }
}
