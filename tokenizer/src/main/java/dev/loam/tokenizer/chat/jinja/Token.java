// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

/**
 * A token of a template.
 *
 * @param text the data, name, operator or unescaped string; a number without its underscores
 * @param offset where it begins in the source
 */
record Token(Kind kind, String text, int offset) {
  enum Kind {
    DATA,
    VARIABLE_BEGIN,
    VARIABLE_END,
    BLOCK_BEGIN,
    BLOCK_END,
    NAME,
    STRING,
    INTEGER,
    FLOAT,
    OPERATOR,
    END
  }

  boolean isName(String name) {
    return kind == Kind.NAME && text.equals(name);
  }

  boolean isOperator(String operator) {
    return kind == Kind.OPERATOR && text.equals(operator);
  }

  /** For error messages. */
  String shown() {
    return switch (kind) {
      case DATA -> "text";
      case VARIABLE_BEGIN -> "'{{'";
      case VARIABLE_END -> "'}}'";
      case BLOCK_BEGIN -> "'{%'";
      case BLOCK_END -> "'%}'";
      case STRING -> "a string";
      case INTEGER, FLOAT -> "the number " + text;
      case END -> "the end of the template";
      case NAME, OPERATOR -> "'" + text + "'";
    };
  }
}
