// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

import java.util.ArrayList;
import java.util.List;

/**
 * Filters and tests that a template names though there are none. They are an error at once, unless
 * they stand behind a condition: then it is one only where they are reached.
 */
final class UnknownNames {
  private final TokenStream tokens;
  private final List<Token> names = new ArrayList<>();

  UnknownNames(TokenStream tokens) {
    this.tokens = tokens;
  }

  void filter(Token name, String filter) {
    if (!Filters.exists(filter)) {
      names.add(name);
    }
  }

  void test(Token name, String test) {
    if (!Tests.exists(test)) {
      names.add(name);
    }
  }

  int mark() {
    return names.size();
  }

  /** Forgets those found since a mark. */
  void forgive(int mark) {
    names.subList(mark, names.size()).clear();
  }

  /** Complains about those found since a mark. */
  void refuse(int mark) {
    if (names.size() > mark) {
      Token name = names.get(mark);
      throw tokens.error(name, "there is no filter or test '" + name.text() + "' here");
    }
  }
}
