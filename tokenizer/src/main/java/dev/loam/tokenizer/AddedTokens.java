// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import java.util.List;
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
    return Only.NONE;
  }

  /** Only the tokens with these contents are recognised. */
  static AddedTokens only(Set<String> contents) {
    return new Only(Set.copyOf(contents));
  }

  /** Whether the added token with this content is recognised. */
  boolean recognises(String content);

  /**
   * The same policy but for parts of the text in which added tokens are plain text, such as the
   * messages inside a rendered chat: a token is recognised only where it does not touch any of
   * them. To touch is to have a character in common; where a token takes white space beside it
   * along, that space may be part of them.
   *
   * @param plain parts of the text that is to be encoded, in ascending order
   * @throws IllegalArgumentException if one starts before the end of the one before it
   */
  default AddedTokens outside(List<TextSpan> plain) {
    return new Outside(this, List.copyOf(plain));
  }

  /** Every added token. */
  enum All implements AddedTokens {
    INSTANCE;

    @Override
    public boolean recognises(String content) {
      return true;
    }
  }

  /** What another policy recognises, where it touches none of the spans. */
  record Outside(AddedTokens policy, List<TextSpan> plain) implements AddedTokens {
    /** Checks the order of the spans. */
    public Outside {
      for (int i = 1; i < plain.size(); i++) {
        if (plain.get(i).start() < plain.get(i - 1).end()) {
          throw new IllegalArgumentException(
              "plain["
                  + i
                  + "] starts at "
                  + plain.get(i).start()
                  + ", before the end of the one before it at "
                  + plain.get(i - 1).end()
                  + "; spans must be in ascending order and not overlap");
        }
      }
    }

    @Override
    public boolean recognises(String content) {
      return policy.recognises(content);
    }
  }

  /** The added tokens with the given contents. */
  record Only(Set<String> contents) implements AddedTokens {
    private static final Only NONE = new Only(Set.of());

    @Override
    public boolean recognises(String content) {
      return contents.contains(content);
    }
  }
}
