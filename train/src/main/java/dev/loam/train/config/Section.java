// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One section being read. Every question names a key, which makes it a known one; {@link #finish}
 * reports the keys nobody asked for, here and in the sections within. Problems are collected, and a
 * harmless value is given in place of a wrong one, so that reading goes on to find the others. What
 * was asked, and what was answered for keys that are not written, is kept: see {@link SectionView}.
 */
final class Section extends Values {
  private final String path;
  private final ConfigNode.Mapping mapping;
  private final Origin place;
  private final Problems problems;
  private final Map<String, KeyStatus> known = new LinkedHashMap<>();
  private final Map<String, String> fixed = new LinkedHashMap<>();
  private final Map<String, ConfigNode> defaults = new LinkedHashMap<>();
  private final Map<String, List<Section>> within = new LinkedHashMap<>();
  private Origin origin = Origin.DEFAULT;
  private boolean open;

  /** The whole configuration. */
  Section(ConfigNode.Mapping root, Problems problems) {
    this("", root, root.origin(), problems);
  }

  private Section(String path, ConfigNode.Mapping mapping, Origin place, Problems problems) {
    this.path = path;
    this.mapping = mapping;
    this.place = place;
    this.problems = problems;
  }

  /** What is answered for keys that are not written comes from somewhere. */
  void setOriginOfDefaults(Origin source) {
    origin = source;
  }

  /** What was asked and answered. */
  SectionView view() {
    return new SectionView(path, mapping, known, fixed, defaults, within);
  }

  /** Where a key is written, or the section where it is not. */
  Origin place(String key) {
    ConfigNode.Entry entry = mapping.entries().get(key);
    return entry == null ? place : entry.value().origin();
  }

  @Override
  void problem(String key, String problem) {
    problems.add(place(key), name(key) + " " + problem);
  }

  /** A key that is understood and asks for what no run can do. */
  void unavailable(String key, String problem) {
    problems.unavailable(place(key), name(key) + " " + problem);
  }

  /** A problem of the section as a whole. */
  void problem(String problem) {
    problems.add(place, path + ": " + problem);
  }

  /**
   * Lists of plain values by name; where there is but one, without a name, it has the given one.
   */
  Map<String, List<String>> textLists(String key, String unnamed) {
    Map<String, List<String>> lists = new LinkedHashMap<>();
    Optional<ConfigNode> node = node(key);
    if (node.isPresent() && node.get() instanceof ConfigNode.Mapping named) {
      Section section = section(key);
      section.leaveOpen();
      named.entries().keySet().forEach(name -> lists.put(name, section.texts(name)));
    } else if (node.isPresent()) {
      lists.put(unnamed, texts(key));
    }
    return lists;
  }

  /** A section within this one, always the same one; empty where it is not written. */
  Section section(String key) {
    Optional<ConfigNode> node = node(key);
    List<Section> before = within.get(key);
    if (before != null && before.size() == 1) {
      return before.get(0);
    }
    ConfigNode.Entry entry = mapping.entries().get(key);
    Section section;
    if (entry != null && entry.value() instanceof ConfigNode.Mapping inner) {
      section = new Section(name(key), inner, entry.keyOrigin(), problems);
    } else {
      node.ifPresent(n -> problem(key, "must be a section of keys and values"));
      section = new Section(name(key), new ConfigNode.Mapping(Map.of(), place), place, problems);
    }
    within.put(key, List.of(section));
    return section;
  }

  /** Whether a key has a section rather than a plain value or a list. */
  boolean isSection(String key) {
    return node(key).filter(ConfigNode.Mapping.class::isInstance).isPresent();
  }

  /** Whether a key has a list. */
  boolean isList(String key) {
    return node(key).filter(ConfigNode.Items.class::isInstance).isPresent();
  }

  /** The sections of a list, always the same ones; none where it is not written. */
  List<Section> sections(String key) {
    Optional<ConfigNode> node = node(key);
    List<Section> before = within.get(key);
    if (node.isEmpty() || before != null) {
      return before == null ? List.of() : before;
    }
    List<Section> sections = new ArrayList<>();
    boolean wrong = !(node.get() instanceof ConfigNode.Items);
    if (node.get() instanceof ConfigNode.Items list) {
      for (ConfigNode item : list.items()) {
        if (item instanceof ConfigNode.Mapping inner) {
          sections.add(new Section(name(key), inner, inner.origin(), problems));
        }
      }
      wrong = sections.size() != list.items().size();
    }
    if (wrong) {
      problem(key, "must be a list of sections, each with its keys and values");
      sections.clear();
    }
    within.put(key, Collections.unmodifiableList(sections));
    return sections;
  }

  /** Keys that make no difference here; noted once when written. */
  void ignore(String... keys) {
    for (String key : keys) {
      know(key, KeyStatus.IGNORED);
      if (written(key).isPresent()) {
        problems.ignored(name(key));
      }
    }
  }

  /** Those of some keys that nobody has asked for so far; noted once when written. */
  void ignoreUnread(String... keys) {
    for (String key : keys) {
      if (!known.containsKey(key)) {
        ignore(key);
      }
    }
  }

  /**
   * A section that makes no difference, noted as a whole.
   *
   * @param isOpen whether it can have other keys than these
   */
  void ignoreSection(String key, boolean isOpen, String... keys) {
    ignore(key);
    Section section = section(key);
    for (String inner : keys) {
      section.know(inner, KeyStatus.IGNORED);
    }
    if (isOpen) {
      section.leaveOpen();
    }
    known.put(key, KeyStatus.IGNORED);
  }

  /** A key that must not be written. */
  void reject(String key, String why) {
    know(key, KeyStatus.REJECTED);
    if (written(key).isPresent()) {
      problem(key, "cannot be set: " + why);
    }
  }

  /** A key whose only value that can be obeyed is the given one, or another word for it. */
  void only(String key, String value, String why, String... synonyms) {
    know(key, KeyStatus.FIXED);
    fixed.put(key, value);
    Optional<ConfigNode> node = written(key);
    if (node.isPresent()) {
      String shown = node.get() instanceof ConfigNode.Scalar s ? s.text().strip() : "a section";
      if (!same(shown, value) && !List.of(synonyms).contains(shown)) {
        problem(key, "= " + shown + " is not available: " + why + "; use " + value);
      }
    }
  }

  private static boolean same(String text, String value) {
    return text.equalsIgnoreCase(value)
        || (Scalars.number(text).isPresent() && Scalars.number(text).equals(Scalars.number(value)));
  }

  /** Keys that nobody asks for are no problem here. */
  void leaveOpen() {
    open = true;
  }

  /** Reports the keys that nobody asked for. */
  void finish() {
    mapping
        .entries()
        .forEach(
            (key, entry) -> {
              if (!known.containsKey(key) && !open) {
                problems.add(entry.keyOrigin(), "unknown key " + name(key) + meant(key));
              }
            });
    within.values().forEach(sections -> sections.forEach(Section::finish));
  }

  private String meant(String key) {
    return Suggestion.of(key, known.keySet())
        .map(word -> "; did you mean " + name(word) + "?")
        .orElse("");
  }

  @Override
  Optional<ConfigNode> node(String key) {
    know(key, KeyStatus.SUPPORTED);
    return written(key);
  }

  private void know(String key, KeyStatus status) {
    known.merge(key, status, (a, b) -> a.compareTo(b) < 0 ? a : b);
  }

  private Optional<ConfigNode> written(String key) {
    ConfigNode.Entry entry = mapping.entries().get(key);
    if (entry == null || (entry.value() instanceof ConfigNode.Scalar s && s.isNull())) {
      return Optional.empty();
    }
    return Optional.of(entry.value());
  }

  @Override
  <T> T answer(String key, Optional<T> written, T absent) {
    if (written(key).isEmpty()) {
      defaults.putIfAbsent(key, SectionView.node(absent, origin));
    }
    return written.orElse(absent);
  }

  private String name(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }
}
