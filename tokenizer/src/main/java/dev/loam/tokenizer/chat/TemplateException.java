// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat;

/**
 * A chat template cannot be read, asks for something that is not supported, goes beyond the limits,
 * or refuses the conversation itself. The message names the template, line and column.
 */
public final class TemplateException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String template;
  private final int line;
  private final int column;
  private final String problem;

  /**
   * A problem at a place.
   *
   * @param template the name of the template
   * @param line from 1
   * @param column from 1, in UTF-16 units
   * @param problem what is wrong; for {@code raise_exception}, the template's own message
   */
  public TemplateException(String template, int line, int column, String problem) {
    super(template + ", line " + line + ", column " + column + ": " + problem);
    this.template = template;
    this.line = line;
    this.column = column;
    this.problem = problem;
  }

  /** The name of the template, mostly its file. */
  public String template() {
    return template;
  }

  /** The line, from 1. */
  public int line() {
    return line;
  }

  /** The column, from 1, in UTF-16 units. */
  public int column() {
    return column;
  }

  /** What is wrong, without the place. */
  public String problem() {
    return problem;
  }
}
