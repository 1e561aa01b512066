// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.torch;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A list or a tuple. */
public final class TorchSequence implements TorchValue {
  private final boolean tuple;
  private final List<TorchValue> items;

  private TorchSequence(boolean tuple, List<TorchValue> items) {
    this.tuple = tuple;
    this.items = items;
  }

  static TorchSequence tuple(List<TorchValue> items) {
    return new TorchSequence(true, List.copyOf(items));
  }

  static TorchSequence list() {
    return new TorchSequence(false, new ArrayList<>(0));
  }

  /** Whether it is a tuple. */
  public boolean isTuple() {
    return tuple;
  }

  /** The items, in order. */
  public List<TorchValue> items() {
    return Collections.unmodifiableList(items);
  }

  /** Appends to a list. */
  void append(List<TorchValue> more) {
    items.addAll(more);
  }
}
