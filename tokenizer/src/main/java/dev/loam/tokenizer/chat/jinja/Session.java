// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

import dev.loam.tokenizer.chat.TemplateException;

/** One rendering: what it may still cost and how deep it is. */
final class Session {
  /** Of nested expressions, statements and macros; the stack of any thread holds it. */
  private static final int MAX_DEPTH = 400;

  private final TemplateSource source;
  private final RunContext runtime;
  private final Scopes scopes;
  private int depth;

  Session(TemplateSource source, Scopes scopes, RunContext runtime) {
    this.source = source;
    this.scopes = scopes;
    this.runtime = runtime;
  }

  RunContext runtime() {
    return runtime;
  }

  Scopes scopes() {
    return scopes;
  }

  /** Counts a step into something nested. */
  void enter(Position at) {
    if (++depth > MAX_DEPTH) {
      throw source.error(at, "expressions, blocks and macros are nested too deep");
    }
    try {
      runtime.budget().step();
    } catch (Fault e) {
      throw error(at, e);
    }
  }

  void leave() {
    depth--;
  }

  TemplateException error(Position at, Fault fault) {
    return source.error(at, fault.problem());
  }
}
