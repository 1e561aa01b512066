// SPDX-License-Identifier: Apache-2.0
package dev.loam.examples;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Writes documents by the templates of a {@link Grammar}. Not safe for use by several threads. */
final class Composer {
  private static final Pattern SLOT =
      Pattern.compile(
          "\\{(?<article>[Aa] )?(?<name>[A-Za-z-]+)(?<which>\\d*)(?:\\.(?<column>[a-z]+))?\\}"
              + "|\\[(?<choices>[^\\]]+)\\]");

  private final Grammar grammar;
  private final SplitMix64 random;
  private final Map<String, Deck> decks = new HashMap<>();

  // What the document being written has used so far.
  private final Map<String, Integer> rows = new HashMap<>();
  private final Map<String, Set<Integer>> taken = new HashMap<>();

  Composer(Grammar grammar, SplitMix64 random) {
    this.grammar = grammar;
    this.random = random;
  }

  /** One new document. */
  String compose() {
    rows.clear();
    taken.clear();
    return expand("{document}");
  }

  private String expand(String template) {
    StringBuilder text = new StringBuilder();
    Matcher slot = SLOT.matcher(template);
    while (slot.find()) {
      slot.appendReplacement(text, "");
      text.append(fill(slot));
    }
    return slot.appendTail(text).toString();
  }

  private String fill(Matcher slot) {
    String choices = slot.group("choices");
    if (choices != null) {
      String[] each = choices.split("\\|", -1);
      return expand(each[random.below(each.length)]);
    }
    String name = slot.group("name");
    String text = expand(cell(lowerFirst(name), slot));
    if (slot.group("article") != null) {
      text = ("aeiou".indexOf(text.charAt(0)) < 0 ? "a " : "an ") + text;
    }
    boolean capital = Character.isUpperCase(slot.group().charAt(1));
    return capital ? Character.toUpperCase(text.charAt(0)) + text.substring(1) : text;
  }

  private static String lowerFirst(String name) {
    return Character.toLowerCase(name.charAt(0)) + name.substring(1);
  }

  private String cell(String name, Matcher slot) {
    Grammar.Section section = grammar.section(name);
    if (!section.isTable()) {
      return section.rows().get(draw(name, section)).get(0);
    }
    int column = section.columns().indexOf(slot.group("column"));
    if (column < 0) {
      throw new IllegalStateException("no such column: " + slot.group());
    }
    String key = name + slot.group("which");
    Integer row = rows.get(key);
    if (row == null) {
      row = draw(name, section);
      rows.put(key, row);
    }
    return section.rows().get(row).get(column);
  }

  private int draw(String name, Grammar.Section section) {
    Set<Integer> used = taken.computeIfAbsent(name, key -> new HashSet<>());
    int row =
        decks.computeIfAbsent(name, key -> new Deck(section.rows().size(), random)).draw(used);
    used.add(row);
    return row;
  }
}
