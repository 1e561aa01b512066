// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;
import java.util.Optional;

/** Filters for numbers. */
final class NumberFilters {
  private static final int MAX_PRECISION = 15;

  private NumberFilters() {}

  static void addTo(Map<String, Filters.Filter> filters) {
    filters.put("abs", NumberFilters::absolute);
    filters.put("int", NumberFilters::integer);
    filters.put("float", NumberFilters::floating);
    filters.put("round", NumberFilters::round);
  }

  private static Value absolute(Value value, Arguments arguments, RunContext runtime) {
    arguments.bindPositional("abs");
    if (value instanceof Value.Real number) {
      return new Value.Real(Math.abs(number.value()), number.origin());
    }
    Value plain = Arithmetic.plus(value);
    return Numbers.toLong(plain) < 0 ? Arithmetic.negate(plain) : plain;
  }

  private static Value integer(Value value, Arguments arguments, RunContext runtime) {
    Arguments.Bound bound = arguments.bind("int", "default", "base");
    Value absent = bound.get("default").orElse(Value.Int.of(0));
    Optional<Long> result;
    if (value instanceof Text text) {
      long base = bound.integer("base", 10);
      if (base != 2 && base != 8 && base != 10 && base != 16) {
        throw new Fault("the base of int is 2, 8, 10 or 16 here, not " + base);
      }
      result =
          Numbers.parseInteger(text, (int) base)
              .or(() -> Numbers.parseFloat(text).flatMap(NumberFilters::finite));
    } else if (value instanceof Value.Undefined undefined) {
      throw undefined.fault();
    } else if (value instanceof Value.Real number) {
      result = Numbers.truncate(number.value());
    } else {
      result = Numbers.isNumber(value) ? Optional.of(Numbers.toLong(value)) : Optional.empty();
    }
    return result.isPresent() ? new Value.Int(result.get(), value.origin()) : absent;
  }

  private static Optional<Long> finite(double value) {
    return Double.isInfinite(value) ? Optional.empty() : Numbers.truncate(value);
  }

  private static Value floating(Value value, Arguments arguments, RunContext runtime) {
    Arguments.Bound bound = arguments.bind("float", "default");
    Value absent = bound.get("default").orElse(new Value.Real(0, Origin.TEMPLATE));
    if (value instanceof Value.Undefined undefined) {
      throw undefined.fault();
    } else if (value instanceof Text text) {
      Optional<Double> parsed = Numbers.parseFloat(text);
      return parsed.isPresent() ? new Value.Real(parsed.get(), text.origin()) : absent;
    }
    return Numbers.isNumber(value)
        ? new Value.Real(Numbers.toDouble(value), value.origin())
        : absent;
  }

  private static Value round(Value value, Arguments arguments, RunContext runtime) {
    Arguments.Bound bound = arguments.bind("round", "precision", "method");
    long precision = bound.integer("precision", 0);
    String method = bound.text("method", "common").string();
    if (precision < 0 || precision > MAX_PRECISION) {
      throw new Fault("the precision of round is 0 to " + MAX_PRECISION + " here");
    } else if (!Numbers.isNumber(value)) {
      throw new Fault("round needs a number, not a value of type " + value.type());
    }
    switch (method) {
      case "common" -> {
        return value instanceof Value.Real number
            ? new Value.Real(common(number.value(), (int) precision), number.origin())
            : new Value.Int(Numbers.toLong(value), value.origin());
      }
      case "ceil", "floor" -> {
        double factor = Math.pow(10, (double) precision);
        double scaled = Numbers.toDouble(value) * factor;
        double whole = method.equals("ceil") ? Math.ceil(scaled) : Math.floor(scaled);
        if (Math.abs(whole) > 0x1p53 || Double.isNaN(whole)) {
          throw new Fault("the number is too large to be rounded so");
        }
        return new Value.Real((whole + 0.0) / factor, value.origin());
      }
      default -> throw new Fault("the method of round is common, ceil or floor");
    }
  }

  private static double common(double value, int precision) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      return value;
    }
    double rounded =
        new BigDecimal(value).setScale(precision, RoundingMode.HALF_EVEN).doubleValue();
    return Math.copySign(rounded, value);
  }
}
