// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.mpi;

import java.time.Duration;
import java.util.Optional;

/**
 * What a context runs with.
 *
 * @param library name or path of the MPI library; empty to search
 * @param deadline for each operation that is awaited without one of its own
 * @param limits how messages are cut
 */
record Settings(String library, Duration deadline, Limits limits) {
  static final String LIBRARY_VARIABLE = "LOAM_MPI_LIBRARY";
  private static final String LIBRARY_PROPERTY = "loam.mpi.library";

  Settings {
    if (deadline.isNegative() || deadline.isZero()) {
      throw new IllegalArgumentException("the deadline must be positive, not " + deadline);
    }
  }

  /** The settings of users: the library as the environment names it. */
  static Settings of(Duration deadline) {
    String library =
        Optional.ofNullable(System.getProperty(LIBRARY_PROPERTY))
            .or(() -> Optional.ofNullable(System.getenv(LIBRARY_VARIABLE)))
            .orElse("");
    return new Settings(library, deadline, Limits.DEFAULT);
  }
}
