// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.threads;

import dev.loam.parallel.RankFailedException;
import org.jspecify.annotations.Nullable;

/**
 * What went wrong first.
 *
 * @param rank the world rank that failed or did not take part
 * @param late whether a deadline has passed, so that nobody need be waited for any longer
 */
record Failure(int rank, String message, @Nullable Throwable cause, boolean late) {
  static Failure thrown(int rank, Throwable cause) {
    return new Failure(rank, "rank " + rank + " failed: " + cause, cause, false);
  }

  static Failure aborted(int rank, Throwable cause) {
    return new Failure(rank, "rank " + rank + " aborted: " + cause, cause, false);
  }

  /** A use of operations that cannot be: ranks disagree, or one has ended. */
  static Failure misuse(int rank, String message) {
    return new Failure(rank, message, null, false);
  }

  static Failure late(int rank, String message) {
    return new Failure(rank, message, null, true);
  }

  /** As an exception, with more to say than the message. */
  RankFailedException exception(String addition) {
    String text = message + addition;
    return cause == null
        ? new RankFailedException(rank, text)
        : new RankFailedException(rank, text, cause);
  }
}
