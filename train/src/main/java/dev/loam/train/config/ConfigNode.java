// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A value of the configuration and where it was written. */
sealed interface ConfigNode {
  /** Where it was written. */
  String origin();

  /** A plain or quoted value, as text: what it means is decided by who asks for it. */
  record Scalar(String text, boolean isNull, String origin) implements ConfigNode {}

  /** A list. */
  record Items(List<ConfigNode> items, String origin) implements ConfigNode {
    public Items {
      items = List.copyOf(items);
    }

    /** The items as whole numbers, if all are. */
    Optional<List<Integer>> integers() {
      List<Integer> numbers = new ArrayList<>();
      for (ConfigNode item : items) {
        if (!(item instanceof Scalar scalar) || !scalar.text().strip().matches("[+-]?[0-9]{1,9}")) {
          return Optional.empty();
        }
        numbers.add(Integer.valueOf(scalar.text().strip()));
      }
      return Optional.of(numbers);
    }
  }

  /** A key and its value; the key's own place is where an unknown key is reported. */
  record Entry(String keyOrigin, ConfigNode value) {}

  /** Keys and values, in the order written. */
  record Mapping(Map<String, Entry> entries, String origin) implements ConfigNode {
    /**
     * This mapping with the value at a dotted path replaced; sections that are missing are made.
     */
    Mapping with(List<String> path, ConfigNode value) {
      Map<String, Entry> changed = new LinkedHashMap<>(entries);
      String key = path.get(0);
      ConfigNode inner = value;
      if (path.size() > 1) {
        Entry old = entries.get(key);
        Mapping section =
            old != null && old.value() instanceof Mapping m
                ? m
                : new Mapping(Map.of(), value.origin());
        inner = section.with(path.subList(1, path.size()), value);
      }
      changed.put(key, new Entry(value.origin(), inner));
      return new Mapping(changed, origin);
    }
  }
}
