// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Writes a configuration as YAML that reads as the same. */
final class YamlText {
  private static final int COMMENTS = 60;

  private final StringBuilder text = new StringBuilder();
  private final boolean origins;

  private YamlText(boolean origins) {
    this.origins = origins;
  }

  /**
   * The text, with a line feed at its end.
   *
   * @param origins whether a comment says of each value where it comes from
   */
  static String of(ConfigNode.Mapping root, boolean origins) {
    YamlText writer = new YamlText(origins);
    writer.mapping(root, "", "");
    return writer.text.toString();
  }

  private void mapping(ConfigNode.Mapping mapping, String firstIndent, String indent) {
    String before = firstIndent;
    for (Map.Entry<String, ConfigNode.Entry> entry : mapping.entries().entrySet()) {
      String key = before + scalar(entry.getKey(), false) + ":";
      before = indent;
      ConfigNode value = entry.getValue().value();
      if (value instanceof ConfigNode.Mapping inner && !inner.entries().isEmpty()) {
        line(key);
        mapping(inner, indent + "  ", indent + "  ");
      } else if (value instanceof ConfigNode.Items list && hasSections(list)) {
        line(key);
        for (ConfigNode item : list.items()) {
          mapping((ConfigNode.Mapping) item, indent + "  - ", indent + "    ");
        }
      } else {
        value(key + " " + flow(value), value.origin());
      }
    }
  }

  private static boolean hasSections(ConfigNode.Items list) {
    return !list.items().isEmpty()
        && list.items().stream()
            .allMatch(i -> i instanceof ConfigNode.Mapping m && !m.entries().isEmpty());
  }

  private void value(String line, Origin origin) {
    if (!origins) {
      line(line);
      return;
    }
    line(line + " ".repeat(Math.max(1, COMMENTS - line.length())) + "# " + origin);
  }

  private void line(String line) {
    text.append(line).append('\n');
  }

  /** A value in one line. */
  static String flow(ConfigNode node) {
    if (node instanceof ConfigNode.Scalar scalar) {
      return scalar.isNull() ? "null" : scalar(scalar.text(), scalar.quoted());
    } else if (node instanceof ConfigNode.Items list) {
      return list.items().stream().map(YamlText::flow).collect(Collectors.joining(", ", "[", "]"));
    }
    return ((ConfigNode.Mapping) node)
        .entries().entrySet().stream()
            .map(e -> scalar(e.getKey(), false) + ": " + flow(e.getValue().value()))
            .collect(Collectors.joining(", ", "{", "}"));
  }

  private static String scalar(String text, boolean quoted) {
    boolean plain = text.matches("([A-Za-z_./]|[+-]?[0-9])[A-Za-z0-9_./+-]*");
    if (plain && !quoted && !List.of("null", "Null", "NULL").contains(text)) {
      return text;
    } else if (text.chars().allMatch(c -> c >= ' ' && c < 0x7f)) {
      return "'" + text.replace("'", "''") + "'";
    }
    return doubleQuoted(text);
  }

  private static String doubleQuoted(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    text.codePoints()
        .forEach(
            c -> {
              if (c == '"' || c == '\\') {
                quoted.append('\\').appendCodePoint(c);
              } else if (c < ' '
                  || (c >= 0x7f && c < 0xa1)
                  || c == 0xfeff
                  || c == 0x2028
                  || c == 0x2029) {
                quoted.append(String.format("\\u%04x", c));
              } else {
                quoted.appendCodePoint(c);
              }
            });
    return quoted.append('"').toString();
  }
}
