// SPDX-License-Identifier: Apache-2.0
package dev.loam.serve;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.loam.model.generation.FinishReason;
import java.util.List;
import java.util.Optional;

/** The objects that one response consists of. */
interface ResponseFormat {
  /** A choice that is complete. */
  record Choice(String text, FinishReason reason) {}

  /** How many tokens were read and written. */
  record Usage(int promptTokens, int newTokens) {}

  /** All at once. */
  ObjectNode whole(List<Choice> choices, Usage usage);

  /** What comes before the text of a choice in a stream. */
  Optional<ObjectNode> opening(int choice);

  /** A piece of text. */
  ObjectNode piece(int choice, String text);

  /** The end of a choice. */
  ObjectNode finish(int choice, FinishReason reason);

  /** What a stream ends with where it was asked for. */
  ObjectNode usage(Usage usage);
}
