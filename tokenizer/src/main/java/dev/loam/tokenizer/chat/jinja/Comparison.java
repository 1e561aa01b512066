// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Python's comparisons. */
final class Comparison {
  private static final int MAX_DEPTH = 50;

  private final Budget budget;
  private int depth;

  private Comparison(Budget budget) {
    this.budget = budget;
  }

  static boolean test(String operator, Value left, Value right, Budget budget) {
    return switch (operator) {
      case "==" -> equal(left, right, budget);
      case "!=" -> !equal(left, right, budget);
      case "<" -> less(left, right, budget);
      case ">" -> less(right, left, budget);
      case "<=" -> lessOrEqual(left, right, budget);
      case ">=" -> lessOrEqual(right, left, budget);
      case "in" -> contains(right, left, budget);
      default -> !contains(right, left, budget);
    };
  }

  static boolean equal(Value a, Value b, Budget budget) {
    return new Comparison(budget).equal(a, b);
  }

  static boolean less(Value a, Value b, Budget budget) {
    return new Comparison(budget).compare(a, b) < 0;
  }

  private static boolean lessOrEqual(Value a, Value b, Budget budget) {
    return new Comparison(budget).compare(a, b) <= 0;
  }

  static Comparator<Value> order(Budget budget) {
    return (a, b) -> new Comparison(budget).compare(a, b);
  }

  private boolean equal(Value a, Value b) {
    budget.step();
    if (a instanceof Text x) {
      return b instanceof Text y && equal(x.string(), y.string());
    } else if (Numbers.isNumber(a)) {
      return Numbers.isNumber(b) && Numbers.equal(a, b);
    } else if (a instanceof Value.None) {
      return b instanceof Value.None;
    } else if (a instanceof Value.Undefined) {
      return b instanceof Value.Undefined;
    } else if (a instanceof Value.Items x) {
      return b instanceof Value.Items y
          && x.isList() == y.isList()
          && equal(x.values(), y.values());
    } else if (a instanceof Dict x) {
      return b instanceof Dict y && equal(x, y);
    } else if (a instanceof Value.Range x) {
      return b instanceof Value.Range y && equal(x.values(), y.values());
    } else if (a instanceof Value.View && b instanceof Value.View) {
      throw new Fault("what items, keys and values give cannot be compared");
    }
    return a == b;
  }

  private boolean equal(String a, String b) {
    budget.read(Math.min(a.length(), b.length()));
    return a.equals(b);
  }

  private boolean equal(List<Value> a, List<Value> b) {
    if (a.size() != b.size()) {
      return false;
    }
    enter();
    for (int i = 0; i < a.size(); i++) {
      if (!equal(a.get(i), b.get(i))) {
        depth--;
        return false;
      }
    }
    depth--;
    return true;
  }

  private boolean equal(Dict a, Dict b) {
    if (a.size() != b.size()) {
      return false;
    }
    enter();
    for (Dict.Entry entry : a.entries()) {
      Optional<Value> other = b.get(entry.key());
      if (other.isEmpty() || !equal(entry.value(), other.get())) {
        depth--;
        return false;
      }
    }
    depth--;
    return true;
  }

  private void enter() {
    if (++depth > MAX_DEPTH) {
      throw new Fault("values nested more than " + MAX_DEPTH + " deep cannot be compared");
    }
  }

  private int compare(Value a, Value b) {
    budget.step();
    if (a instanceof Text x && b instanceof Text y) {
      budget.read(Math.min(x.string().length(), y.string().length()));
      return byCodePoint(x.string(), y.string());
    } else if (Numbers.isNumber(a) && Numbers.isNumber(b)) {
      return Numbers.compare(a, b);
    } else if (a instanceof Value.Items x
        && b instanceof Value.Items y
        && x.isList() == y.isList()) {
      return compare(x.values(), y.values());
    } else if (a instanceof Value.Undefined undefined) {
      throw undefined.fault();
    } else if (b instanceof Value.Undefined undefined) {
      throw undefined.fault();
    }
    throw new Fault("values of type " + a.type() + " and " + b.type() + " have no order");
  }

  private int compare(List<Value> a, List<Value> b) {
    enter();
    int result = Integer.compare(a.size(), b.size());
    for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
      if (!equal(a.get(i), b.get(i))) {
        result = compare(a.get(i), b.get(i));
        break;
      }
    }
    depth--;
    return result;
  }

  private static int byCodePoint(String a, String b) {
    int n = Math.min(a.length(), b.length());
    for (int i = 0; i < n; i++) {
      char x = a.charAt(i);
      char y = b.charAt(i);
      if (x != y) {
        boolean surrogates = Character.isSurrogate(x) != Character.isSurrogate(y);
        return surrogates ? (Character.isSurrogate(x) ? 1 : -1) : Character.compare(x, y);
      }
    }
    return Integer.compare(a.length(), b.length());
  }

  static boolean contains(Value container, Value value, Budget budget) {
    if (container instanceof Text text) {
      if (!(value instanceof Text part)) {
        throw new Fault("only a string can be in a string, not a value of type " + value.type());
      }
      budget.read(text.string().length());
      return text.string().contains(part.string());
    } else if (container instanceof Dict dict) {
      return dict.get(value).isPresent();
    } else if (container instanceof Iteration iteration) {
      for (Optional<Value> v = iteration.next(); v.isPresent(); v = iteration.next()) {
        if (equal(value, v.get(), budget)) {
          return true;
        }
      }
      return false;
    }
    for (Value element : Sequences.of(container, budget)) {
      if (equal(value, element, budget)) {
        return true;
      }
    }
    return false;
  }
}
