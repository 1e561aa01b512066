// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The variables of a scope, known before anything runs: Jinja decides by where a name is read and
 * set in the text of a template, not by the order in which that happens.
 */
final class Symbols {
  private static final int MAX_VARIABLES = 500;

  private final Optional<Symbols> parent;
  private final Map<String, Load> loads = new LinkedHashMap<>();
  private final Set<String> stores = new HashSet<>();

  /** What a variable holds when its scope begins. */
  enum Load {
    /** What it is given, such as the item of a loop. */
    PARAMETER,
    /** The variable of this name that the template is rendered with. */
    RESOLVE,
    /** The one of the scope outside. */
    ALIAS,
    /** Nothing. */
    UNDEFINED
  }

  Symbols(Optional<Symbols> parent) {
    this.parent = parent;
  }

  Map<String, Load> loads() {
    return loads;
  }

  boolean isKnown(String name) {
    return loads.containsKey(name) || isKnownOutside(name);
  }

  private boolean isKnownOutside(String name) {
    return parent.isPresent() && parent.get().isKnown(name);
  }

  void parameter(String name) {
    stores.add(name);
    loads.put(name, Load.PARAMETER);
  }

  void store(String name) {
    stores.add(name);
    loads.putIfAbsent(name, isKnownOutside(name) ? Load.ALIAS : Load.UNDEFINED);
    checkSize();
  }

  void load(String name) {
    if (!isKnown(name)) {
      loads.put(name, Load.RESOLVE);
      checkSize();
    }
  }

  private void checkSize() {
    if (loads.size() > MAX_VARIABLES) {
      throw new Fault("more than " + MAX_VARIABLES + " variables in one scope");
    }
  }

  /** The same so far, to go on with in a branch. */
  Symbols branch() {
    Symbols copy = new Symbols(parent);
    copy.loads.putAll(loads);
    copy.stores.addAll(stores);
    return copy;
  }

  /** Takes over what branches found: what only they set has what it had outside until then. */
  void join(List<Symbols> branches) {
    Set<String> conditional = new HashSet<>();
    branches.forEach(b -> conditional.addAll(b.stores));
    conditional.removeAll(stores);
    for (Symbols branch : branches) {
      loads.putAll(branch.loads);
      stores.addAll(branch.stores);
    }
    for (String name : conditional) {
      loads.put(name, isKnownOutside(name) ? Load.ALIAS : Load.RESOLVE);
    }
  }
}
