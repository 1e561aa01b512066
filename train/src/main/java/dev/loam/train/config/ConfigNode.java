// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A value of the configuration and where it was written. */
sealed interface ConfigNode {
  /** Where it was written. */
  Origin origin();

  /**
   * A plain or quoted value, as text: what it means is decided by who asks for it.
   *
   * @param isNull whether it is YAML's null
   * @param quoted whether it was written in quotes
   */
  record Scalar(String text, boolean isNull, boolean quoted, Origin origin) implements ConfigNode {
    /** A plain value that nobody wrote. */
    static Scalar given(Object value, Origin origin) {
      return new Scalar(String.valueOf(value), false, false, origin);
    }
  }

  /** A list. */
  record Items(List<ConfigNode> items, Origin origin) implements ConfigNode {
    public Items {
      items = List.copyOf(items);
    }

    /** The items as whole numbers, if all are. */
    Optional<List<Integer>> integers() {
      List<Integer> numbers = new ArrayList<>();
      for (ConfigNode item : items) {
        Optional<Long> number =
            item instanceof Scalar scalar ? Scalars.integer(scalar.text()) : Optional.empty();
        if (number.isEmpty() || Math.abs(number.get()) > Integer.MAX_VALUE) {
          return Optional.empty();
        }
        numbers.add(number.get().intValue());
      }
      return Optional.of(numbers);
    }
  }

  /** A key and its value; the key's own place is where an unknown key is reported. */
  record Entry(Origin keyOrigin, ConfigNode value) {}

  /** Keys and values, in the order written. */
  record Mapping(Map<String, Entry> entries, Origin origin) implements ConfigNode {
    public Mapping {
      entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
    }

    /**
     * This mapping with the value at a dotted path replaced; sections that are missing are made.
     */
    Mapping with(List<String> path, ConfigNode value) {
      String key = path.get(0);
      ConfigNode inner = value;
      if (path.size() > 1) {
        Entry old = entries.get(key);
        Mapping section =
            old != null && old.value() instanceof Mapping m
                ? m
                : new Mapping(Map.of(), value.origin());
        inner = section.with(path.subList(1, path.size()), value);
        if (old != null && section == old.value()) {
          return with(key, new Entry(old.keyOrigin(), inner));
        }
      }
      return with(key, new Entry(value.origin(), inner));
    }

    private Mapping with(String key, Entry entry) {
      Map<String, Entry> changed = new LinkedHashMap<>(entries);
      changed.put(key, entry);
      return new Mapping(changed, origin);
    }

    Mapping without(String key) {
      Map<String, Entry> changed = new LinkedHashMap<>(entries);
      changed.remove(key);
      return new Mapping(changed, origin);
    }

    /** This mapping with what another one has written over it, section by section. */
    Mapping with(Mapping over) {
      Mapping result = this;
      for (Map.Entry<String, Entry> entry : over.entries.entrySet()) {
        Entry old = entries.get(entry.getKey());
        Entry value = entry.getValue();
        if (old != null
            && old.value() instanceof Mapping below
            && value.value() instanceof Mapping above) {
          value = new Entry(value.keyOrigin(), below.with(above));
        }
        result = result.with(entry.getKey(), value);
      }
      return new Mapping(result.entries, over.origin);
    }
  }
}
