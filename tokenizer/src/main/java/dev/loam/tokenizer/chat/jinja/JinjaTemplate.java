// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

import dev.loam.tokenizer.chat.TemplateException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A template that can be rendered. Immutable and safe to share among threads. */
public final class JinjaTemplate {
  private static final Position START = new Position(1, 1);

  private final TemplateSource source;
  private final List<Stmt> statements;
  private final Scopes scopes;
  private final boolean generation;

  private JinjaTemplate(TemplateSource source, List<Stmt> statements) {
    this.source = source;
    this.statements = statements;
    try {
      this.scopes = new Scopes(statements);
    } catch (Fault e) {
      throw source.error(START, e.problem());
    }
    this.generation = hasGeneration(statements);
  }

  private static boolean hasGeneration(List<Stmt> statements) {
    return statements.stream()
        .anyMatch(
            s ->
                s instanceof Stmt.Generation
                    || s.bodies().stream().anyMatch(JinjaTemplate::hasGeneration));
  }

  /**
   * Parses a template.
   *
   * @param name stands in error messages
   * @throws TemplateException if it is no template, or not a supported one
   */
  public static JinjaTemplate parse(String source, String name) {
    TemplateSource lines = new TemplateSource(name, source);
    return new JinjaTemplate(lines, StatementParser.parse(lines));
  }

  /** Whether it marks the assistant's words with {@code generation} blocks. */
  public boolean hasGeneration() {
    return generation;
  }

  /**
   * Renders the template. Values are strings, numbers, truth values, null, lists and maps of them.
   *
   * @param messages the variable {@code messages}
   * @param own variables that count as the template's own words, such as special tokens
   * @param variables variables that count as data; they hide others of the same name
   * @param clock what {@code strftime_now} asks
   * @throws TemplateException if the template fails, refuses, or goes beyond the limits
   */
  public RenderedText render(
      List<Map<String, Object>> messages,
      Map<String, Object> own,
      Map<String, Object> variables,
      Clock clock) {
    RunContext runtime = new RunContext(new Budget(), clock);
    Session session = new Session(source, scopes, runtime);
    try {
      Map<String, Value> globals = new TreeMap<>(Globals.all());
      Values values = new Values(runtime.budget());
      own.forEach((name, value) -> globals.put(name, values.of(value, Origin.TEMPLATE)));
      globals.put("messages", values.messages(messages));
      variables.forEach((name, v) -> globals.put(name, values.of(v, Origin.variable(name))));
      return rendered(new Renderer(session).collect(statements, new Scope(scopes.root(), globals)));
    } catch (Fault e) {
      throw session.error(START, e);
    }
  }

  private static RenderedText rendered(Text text) {
    List<RenderedText.Run> runs = new ArrayList<>();
    int start = 0;
    for (int run = 0; run < text.runs(); run++) {
      runs.add(new RenderedText.Run(start, text.end(run), text.origin(run)));
      start = text.end(run);
    }
    return new RenderedText(text.string(), List.copyOf(runs));
  }
}
