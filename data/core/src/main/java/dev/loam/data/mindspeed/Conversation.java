// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.mindspeed;

import java.util.List;

/**
 * What a row of instruction data says.
 *
 * @param system the system prompt; empty where there is none
 * @param turns at least one
 */
record Conversation(String system, List<Turn> turns) {
  /** A question and an answer without a word, what MindSpeed-LLM makes of a row it cannot use. */
  static final Conversation EMPTY = new Conversation("", List.of(new Turn("", "")));

  Conversation {
    turns = List.copyOf(turns);
  }
}
