// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.torch;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A dict or ordered dict. Entries under texts and under integers can be looked up; those under
 * anything else are left out.
 */
public final class TorchDict implements TorchValue {
  private final Map<String, TorchValue> named = new LinkedHashMap<>(0);
  private final Map<Long, TorchValue> numbered = new LinkedHashMap<>(0);

  TorchDict() {}

  /** The entries under texts, in order. */
  public Map<String, TorchValue> named() {
    return Collections.unmodifiableMap(named);
  }

  /** The entries under integers, in order. */
  public Map<Long, TorchValue> numbered() {
    return Collections.unmodifiableMap(numbered);
  }

  /** The value under a text. */
  public Optional<TorchValue> get(String key) {
    return Optional.ofNullable(named.get(key));
  }

  /** Adds an entry, or replaces the one under the same key, as Python does. */
  void put(TorchValue key, TorchValue value) {
    if (key instanceof TorchScalar.Text text) {
      named.put(text.value(), value);
    } else if (key instanceof TorchScalar.Int number) {
      numbered.put(number.value(), value);
    }
  }
}
