// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.monitor;

import dev.loam.train.config.MonitorConfig;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Which parameters have series of their own.
 *
 * @param patterns searched for in names
 * @param invert whether they name those that have none
 */
record Target(List<Pattern> patterns, boolean invert) {
  static Target of(MonitorConfig config) {
    return new Target(config.target().stream().map(Pattern::compile).toList(), config.invert());
  }

  boolean includes(String parameter) {
    return patterns.stream().anyMatch(p -> p.matcher(parameter).find()) != invert;
  }
}
