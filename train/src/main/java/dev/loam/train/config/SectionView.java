// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What was asked of a section, and answered: the keys there are, and the values that count.
 *
 * @param path its dotted name
 * @param mapping what is written
 * @param known the keys that were asked for
 * @param fixed the only values of keys that have one
 * @param defaults answers for keys that are not written
 * @param within the sections in it; several where there is a list of them
 */
record SectionView(
    String path,
    ConfigNode.Mapping mapping,
    Map<String, KeyStatus> known,
    Map<String, String> fixed,
    Map<String, ConfigNode> defaults,
    Map<String, List<Section>> within) {

  /**
   * A key.
   *
   * @param value its default or only value, as YAML; empty where there is none
   */
  record Key(KeyStatus status, String value) {}

  /** All keys by their dotted names, those of lists of sections without numbers. */
  Map<String, Key> keys() {
    Map<String, Key> keys = new LinkedHashMap<>();
    known.forEach(
        (key, status) -> {
          ConfigNode absent = defaults.get(key);
          String value = fixed.getOrDefault(key, absent == null ? "" : YamlText.flow(absent));
          keys.put(path.isEmpty() ? key : path + "." + key, new Key(status, value));
          within.getOrDefault(key, List.of()).forEach(s -> keys.putAll(s.view().keys()));
        });
    return keys;
  }

  /** What is written, with the defaults of what is not. */
  ConfigNode.Mapping resolved() {
    Map<String, ConfigNode.Entry> entries = new LinkedHashMap<>(mapping.entries());
    defaults.forEach((key, value) -> entries.put(key, new ConfigNode.Entry(value.origin(), value)));
    within.forEach(
        (key, sections) -> {
          ConfigNode.Entry written = mapping.entries().get(key);
          if (written != null && written.value() instanceof ConfigNode.Items list) {
            List<ConfigNode> items =
                sections.stream().<ConfigNode>map(s -> s.view().resolved()).toList();
            ConfigNode resolved = new ConfigNode.Items(items, list.origin());
            entries.put(key, new ConfigNode.Entry(written.keyOrigin(), resolved));
            return;
          }
          ConfigNode.Mapping section = sections.get(0).view().resolved();
          if (written != null || !section.entries().isEmpty()) {
            Origin origin = written == null ? Origin.DEFAULT : written.keyOrigin();
            entries.put(key, new ConfigNode.Entry(origin, section));
          }
        });
    return new ConfigNode.Mapping(entries, mapping.origin());
  }

  /** A value that nobody wrote, as it would have been written. */
  static ConfigNode node(Object value, Origin origin) {
    if (value instanceof List<?> list) {
      return new ConfigNode.Items(list.stream().map(item -> node(item, origin)).toList(), origin);
    } else if (value instanceof Boolean flag) {
      return ConfigNode.Scalar.given(flag ? "True" : "False", origin);
    }
    return ConfigNode.Scalar.given(value, origin);
  }
}
