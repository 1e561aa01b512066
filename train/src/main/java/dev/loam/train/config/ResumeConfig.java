// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

/** Whether a run goes on from a checkpoint. */
public sealed interface ResumeConfig {
  /** It starts at step 0; {@code load_checkpoint} may give its first weights. */
  record Fresh() implements ResumeConfig {}

  /**
   * It goes on from the newest complete checkpoint of {@code load_checkpoint}, or of the output
   * folder where that is not given.
   */
  record Newest() implements ResumeConfig {}

  /**
   * It goes on from one checkpoint of those in {@code load_checkpoint}.
   *
   * @param name its folder or file, or its step
   */
  record Named(String name) implements ResumeConfig {}

  /** It goes on from the newest complete checkpoint of the output folder, or else starts afresh. */
  record IfThere() implements ResumeConfig {}
}
