// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import java.util.Set;

/**
 * Which added tokens (such as {@code <|im_end|>}) are recognised inside text to encode. Text that a
 * user typed must not be able to forge a control token; files prepared for training may hold them
 * on purpose.
 */
public sealed interface AddedTokens {
  /** Every added token is recognised, as Hugging Face does by default. */
  static AddedTokens all() {
    return All.INSTANCE;
  }

  /** Added tokens are plain text. */
  static AddedTokens none() {
    return new Only(Set.of());
  }

  /** Only the tokens with these contents are recognised. */
  static AddedTokens only(Set<String> contents) {
    return new Only(Set.copyOf(contents));
  }

  /** Whether the added token with this content is recognised. */
  boolean recognises(String content);

  /** Every added token. */
  enum All implements AddedTokens {
    INSTANCE;

    @Override
    public boolean recognises(String content) {
      return true;
    }
  }

  /** The added tokens with the given contents. */
  record Only(Set<String> contents) implements AddedTokens {
    @Override
    public boolean recognises(String content) {
      return contents.contains(content);
    }
  }
}
