// SPDX-License-Identifier: Apache-2.0
package dev.loam.lora;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A regular expression as Python's {@code re} understands it, for names of modules, which are
 * ASCII. Java's syntax is all but the same: named groups, {@code \Z} and open repetitions {@code
 * {,n}} are rewritten, and what Java would read in another way (classes within classes, {@code &&},
 * escapes that Python does not know) is refused, as are conditional groups. An expression that
 * would search for ever is given up.
 */
final class PythonPattern {
  private static final int LONGEST = 1000;
  private static final int STEPS = 1_000_000;

  /** What may follow a backslash in both languages with the same meaning; digits are as well. */
  private static final String ESCAPES = "AbBdDsSwWnrtfax";

  private final String text;
  private final Pattern pattern;

  private PythonPattern(String text, Pattern pattern) {
    this.text = text;
    this.pattern = pattern;
  }

  /**
   * Compiles an expression.
   *
   * @throws LoraTargetException if it is none, or Java has no equal
   */
  static PythonPattern compile(String text) {
    if (text.length() > LONGEST) {
      throw new LoraTargetException(
          "a regular expression of "
              + text.length()
              + " characters is too long, the limit is "
              + LONGEST
              + "; list the modules instead");
    }
    try {
      return new PythonPattern(text, Pattern.compile(new Translation(text).java()));
    } catch (PatternSyntaxException e) {
      throw new LoraTargetException(
          "'%s' is no regular expression: %s (character %d)"
              .formatted(text, e.getDescription(), Math.max(0, e.getIndex())));
    }
  }

  /** {@code re.fullmatch}. */
  boolean matchesAll(String name) {
    return search(name).matches();
  }

  /** {@code re.match}: from the first character on, not necessarily to the last. */
  boolean matchesStart(String name) {
    return search(name).lookingAt();
  }

  private Matcher search(String name) {
    return pattern.matcher(new CountedText(name, text));
  }

  @Override
  public String toString() {
    return text;
  }

  /** Ends a search that has looked at too many characters. */
  private static final class CountedText implements CharSequence {
    private final String name;
    private final String expression;
    private int steps;

    CountedText(String name, String expression) {
      this.name = name;
      this.expression = expression;
    }

    @Override
    public char charAt(int index) {
      if (++steps > STEPS) {
        throw new LoraTargetException(
            "'%s' takes too long to compare with '%s'; list the modules instead"
                .formatted(expression, name));
      }
      return name.charAt(index);
    }

    @Override
    public int length() {
      return name.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return name.subSequence(start, end);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  /** From Python's syntax to Java's. */
  private static final class Translation {
    private final String python;
    private final StringBuilder java = new StringBuilder();
    private int at;

    Translation(String python) {
      this.python = python;
    }

    String java() {
      while (at < python.length()) {
        if (python.charAt(at) == '\\') {
          escape();
        } else if (python.charAt(at) == '[') {
          characters();
        } else if (!rewritten("(?P<", "(?<") && !rewritten("{,", "{0,")) {
          refuse("(?P=", "(?(", "(?#");
          java.append(python.charAt(at++));
        }
      }
      return java.toString();
    }

    private boolean rewritten(String from, String to) {
      if (!python.startsWith(from, at)) {
        return false;
      }
      java.append(to);
      at += from.length();
      return true;
    }

    private void refuse(String... constructs) {
      for (String construct : constructs) {
        if (python.startsWith(construct, at)) {
          throw fault("'" + construct + "' is not supported");
        }
      }
    }

    private void escape() {
      if (at + 1 == python.length()) {
        throw fault("a backslash at the end");
      }
      char next = python.charAt(at + 1);
      if (next == 'Z') {
        java.append("\\z");
      } else if (Character.isLetter(next) && ESCAPES.indexOf(next) < 0) {
        throw fault("'\\" + next + "' is not supported");
      } else {
        java.append('\\').append(next);
      }
      at += 2;
    }

    /** In Python a bracket inside brackets is a character as any other. */
    private void characters() {
      int start = at;
      java.append(python.charAt(at++));
      if (at < python.length() && python.charAt(at) == '^') {
        java.append(python.charAt(at++));
      }
      boolean first = true;
      while (at < python.length() && (first || python.charAt(at) != ']')) {
        first = false;
        char c = python.charAt(at);
        if (c == '\\') {
          escape();
          continue;
        }
        if (c == '[' || c == ']' || c == '&') {
          java.append('\\');
        }
        java.append(c);
        at++;
      }
      if (at == python.length()) {
        at = start;
        throw fault("a '[' that is not closed");
      }
      java.append(python.charAt(at++));
    }

    private LoraTargetException fault(String problem) {
      return new LoraTargetException(
          "'%s' is no regular expression that can be used: %s (character %d)"
              .formatted(python, problem, at));
    }
  }
}
