// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** What can be gone through once only, as many filters give. It is made when it is first needed. */
final class Iteration implements Value {
  private final Supplier<List<Value>> make;
  private Optional<Iterator<Value>> rest = Optional.empty();

  Iteration(Supplier<List<Value>> make) {
    this.make = make;
  }

  Optional<Value> next() {
    if (rest.isEmpty()) {
      rest = Optional.of(make.get().iterator());
    }
    return rest.get().hasNext() ? Optional.of(rest.get().next()) : Optional.empty();
  }

  /** All that is left of it. */
  List<Value> take() {
    List<Value> values = new ArrayList<>();
    for (Optional<Value> v = next(); v.isPresent(); v = next()) {
      values.add(v.get());
    }
    return values;
  }

  @Override
  public String type() {
    return "generator";
  }
}
