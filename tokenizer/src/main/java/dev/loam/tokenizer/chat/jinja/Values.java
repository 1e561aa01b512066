// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns what a conversation holds into values of templates. */
final class Values {
  /** More than tool schemas have; what is deeper could not be written anyway. */
  private static final int MAX_DEPTH = 50;

  private final Budget budget;

  Values(Budget budget) {
    this.budget = budget;
  }

  /** The list of messages, each part with its origin. */
  Value messages(List<Map<String, Object>> messages) {
    List<Value> values = new ArrayList<>(messages.size());
    for (int i = 0; i < messages.size(); i++) {
      Origin whole = Origin.message(i, "");
      Dict message = new Dict(whole);
      int index = i;
      messages
          .get(i)
          .forEach(
              (key, value) ->
                  message.put(text(key, whole), of(value, Origin.message(index, key), 1)));
      values.add(message);
    }
    return new Value.Items(values, Value.Items.Kind.LIST, Origin.variable("messages"));
  }

  Value of(@Nullable Object object, Origin origin) {
    return of(object, origin, 0);
  }

  private Value of(@Nullable Object object, Origin origin, int depth) {
    budget.grow(0);
    if (depth > MAX_DEPTH) {
      throw new Fault("the conversation has values nested more than " + MAX_DEPTH + " deep");
    } else if (object == null) {
      return new Value.None(origin);
    } else if (object instanceof String s) {
      return text(s, origin);
    } else if (object instanceof Boolean b) {
      return new Value.Bool(b, origin);
    } else if (object instanceof Integer || object instanceof Long) {
      return new Value.Int(((Number) object).longValue(), origin);
    } else if (object instanceof Double || object instanceof Float) {
      return new Value.Real(((Number) object).doubleValue(), origin);
    } else if (object instanceof BigInteger) {
      throw new Fault("the conversation has an integer that does not fit 64 bits");
    } else if (object instanceof List<?> list) {
      List<Value> values = new ArrayList<>(list.size());
      list.forEach(item -> values.add(of(item, origin, depth + 1)));
      return new Value.Items(values, Value.Items.Kind.LIST, origin);
    } else if (object instanceof Map<?, ?> map) {
      Dict dict = new Dict(origin);
      map.forEach((k, v) -> dict.put(text(k.toString(), origin), of(v, origin, depth + 1)));
      return dict;
    }
    throw new Fault(
        "the conversation has a value of " + object.getClass() + ", which templates do not know");
  }

  private Text text(String string, Origin origin) {
    budget.grow(string.length());
    return Text.of(string, origin);
  }
}
