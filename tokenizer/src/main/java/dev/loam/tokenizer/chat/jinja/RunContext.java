// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

import java.time.Clock;

/** What a rendering runs with. */
record RunContext(Budget budget, Clock clock) {
  TextBuilder text() {
    return new TextBuilder(budget);
  }
}
