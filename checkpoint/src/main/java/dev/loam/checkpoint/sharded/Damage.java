// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.sharded;

import dev.loam.checkpoint.CheckpointException;
import java.nio.file.Path;

/** Says that a checkpoint is not what was written. */
final class Damage {
  private static final String REMEDY = "; use another checkpoint, or copy this one again";

  private Damage() {}

  static CheckpointException at(Path path, String problem) {
    return new CheckpointException(path + ": " + problem + REMEDY);
  }

  static CheckpointException at(Path path, String problem, Throwable cause) {
    return new CheckpointException(path + ": " + problem + REMEDY, cause);
  }
}
