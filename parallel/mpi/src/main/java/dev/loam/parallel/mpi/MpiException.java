// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.mpi;

import java.io.Serial;

/** MPI cannot be used here, or refused what was asked of it. The message says what to do. */
public final class MpiException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  MpiException(String message) {
    super(message);
  }

  MpiException(String message, Throwable cause) {
    super(message, cause);
  }
}
