// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.mpi;

import java.io.Serial;

/** A message could not be sent or received as it should be. */
final class MessageFailure extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final transient Message failed;

  MessageFailure(Message failed, String detail) {
    super(detail);
    this.failed = failed;
  }

  Message failed() {
    return failed;
  }
}
