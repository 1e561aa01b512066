// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import java.util.List;

/** A configuration that cannot be used; the message lists every problem with its place. */
public final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Lists the problems. */
  public ConfigException(List<String> problems) {
    super(
        problems.size() == 1
            ? problems.get(0)
            : problems.size()
                + " problems in the configuration\n  "
                + String.join("\n  ", problems));
  }
}
