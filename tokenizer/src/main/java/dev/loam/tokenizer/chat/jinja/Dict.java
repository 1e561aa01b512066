// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A dict, in the order of insertion. It does not change once a template can see it. */
final class Dict implements Value {
  private final Map<Object, Entry> entries = new LinkedHashMap<>();
  private final Origin origin;

  /** A key and its value. */
  record Entry(Value key, Value value) {}

  Dict(Origin origin) {
    this.origin = origin;
  }

  /** Sets a value; a key that is there already stays as it is. */
  void put(Value key, Value value) {
    Object hashed = Keys.of(key);
    Entry old = entries.get(hashed);
    entries.put(hashed, new Entry(old == null ? key : old.key(), value));
  }

  Optional<Value> get(Value key) {
    return found(entries.get(Keys.of(key)));
  }

  Optional<Value> get(String key) {
    return found(entries.get(key));
  }

  private static Optional<Value> found(@Nullable Entry entry) {
    return entry == null ? Optional.empty() : Optional.of(entry.value());
  }

  int size() {
    return entries.size();
  }

  Iterable<Entry> entries() {
    return entries.values();
  }

  List<Value> keys(Budget budget) {
    budget.elements(size());
    List<Value> keys = new ArrayList<>(size());
    entries.values().forEach(e -> keys.add(e.key()));
    return keys;
  }

  List<Value> values(Budget budget) {
    budget.elements(size());
    List<Value> values = new ArrayList<>(size());
    entries.values().forEach(e -> values.add(e.value()));
    return values;
  }

  List<Value> items(Budget budget) {
    budget.elements(5L * size());
    List<Value> items = new ArrayList<>(size());
    entries.values().forEach(e -> items.add(Value.Items.tuple(e.key(), e.value())));
    return items;
  }

  @Override
  public Origin origin() {
    return origin;
  }

  @Override
  public String type() {
    return "dict";
  }
}
