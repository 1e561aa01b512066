// SPDX-License-Identifier: Apache-2.0
package dev.loam.model;

import java.util.List;

/** A model configuration that cannot be used; the message lists every problem. */
public final class ModelConfigException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Lists the problems of one source.
   *
   * @param source the file they were found in, or a description
   */
  public ModelConfigException(String source, List<String> problems) {
    super(
        problems.size() == 1
            ? source + ": " + problems.get(0)
            : source + ": " + problems.size() + " problems\n  " + String.join("\n  ", problems));
  }
}
