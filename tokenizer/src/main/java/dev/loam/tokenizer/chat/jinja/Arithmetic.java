// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

import java.util.ArrayList;
import java.util.List;

/** Python's operators {@code + - * / // % **}. */
final class Arithmetic {
  private static final long EXACT = 1L << 53;

  private Arithmetic() {}

  static Value apply(String operator, Value left, Value right, RunContext runtime) {
    if (left instanceof Text format && operator.equals("%")) {
      return PercentFormat.format(format, right, runtime);
    } else if (left instanceof Value.Undefined undefined) {
      throw undefined.fault();
    } else if (right instanceof Value.Undefined undefined) {
      throw undefined.fault();
    } else if (Numbers.isNumber(left) && Numbers.isNumber(right)) {
      Origin origin = left.origin().or(right.origin());
      return left instanceof Value.Real || right instanceof Value.Real
          ? new Value.Real(
              floating(operator, Numbers.toDouble(left), Numbers.toDouble(right)), origin)
          : integer(operator, Numbers.toLong(left), Numbers.toLong(right), origin);
    } else if (operator.equals("+")) {
      return concatenate(left, right, runtime);
    } else if (operator.equals("*") && Numbers.isInteger(right)) {
      return repeat(left, Numbers.toLong(right), right, runtime);
    } else if (operator.equals("*") && Numbers.isInteger(left)) {
      return repeat(right, Numbers.toLong(left), left, runtime);
    }
    throw unsupported(operator, left, right);
  }

  private static Fault unsupported(String operator, Value left, Value right) {
    return new Fault(
        "the operator "
            + operator
            + " is not there for values of type "
            + left.type()
            + " and "
            + right.type());
  }

  static Value negate(Value value) {
    if (value instanceof Value.Real number) {
      return new Value.Real(-number.value(), number.origin());
    } else if (Numbers.isInteger(value)) {
      return integer("-", 0, Numbers.toLong(value), value.origin());
    }
    throw sign(value);
  }

  static Value plus(Value value) {
    if (value instanceof Value.Real) {
      return value;
    } else if (Numbers.isInteger(value)) {
      return new Value.Int(Numbers.toLong(value), value.origin());
    }
    throw sign(value);
  }

  private static Fault sign(Value value) {
    return value instanceof Value.Undefined undefined
        ? undefined.fault()
        : new Fault("a value of type " + value.type() + " has no sign");
  }

  private static Value integer(String operator, long a, long b, Origin origin) {
    if (b == 0 && (operator.equals("/") || operator.equals("//") || operator.equals("%"))) {
      throw new Fault("division by zero");
    }
    try {
      return switch (operator) {
        case "+" -> new Value.Int(Math.addExact(a, b), origin);
        case "-" -> new Value.Int(Math.subtractExact(a, b), origin);
        case "*" -> new Value.Int(Math.multiplyExact(a, b), origin);
        case "//" -> {
          if (a == Long.MIN_VALUE && b == -1) {
            throw new ArithmeticException();
          }
          yield new Value.Int(Math.floorDiv(a, b), origin);
        }
        case "%" -> new Value.Int(Math.floorMod(a, b), origin);
        case "/" -> new Value.Real(divide(a, b), origin);
        default -> new Value.Int(power(a, b), origin);
      };
    } catch (ArithmeticException e) {
      throw new Fault("the result does not fit 64 bits, which is all that is supported");
    }
  }

  private static double divide(long a, long b) {
    if (Math.abs(a) > EXACT || Math.abs(b) > EXACT || a == Long.MIN_VALUE || b == Long.MIN_VALUE) {
      throw new Fault("/ is supported for integers up to 2**53 only");
    }
    return (double) a / (double) b;
  }

  private static long power(long base, long exponent) {
    if (exponent < 0) {
      throw new Fault("** is supported for integers without negative exponent only");
    } else if (base == 0 || base == 1 || base == -1) {
      return exponent == 0 || base == 1 ? 1 : base == 0 ? 0 : exponent % 2 == 0 ? 1 : -1;
    }
    long result = 1;
    for (long i = 0; i < exponent; i++) {
      result = Math.multiplyExact(result, base);
    }
    return result;
  }

  private static double floating(String operator, double a, double b) {
    if (b == 0 && (operator.equals("/") || operator.equals("//") || operator.equals("%"))) {
      throw new Fault("division by zero");
    }
    return switch (operator) {
      case "+" -> a + b;
      case "-" -> a - b;
      case "*" -> a * b;
      case "/" -> a / b;
      case "//" -> floorDivide(a, b);
      case "%" -> modulo(a, b);
      default -> throw new Fault("** is supported for integers only");
    };
  }

  private static double modulo(double a, double b) {
    double rest = a % b;
    if (rest == 0) {
      return Math.copySign(0.0, b);
    }
    return (b < 0) == (rest < 0) ? rest : rest + b;
  }

  private static double floorDivide(double a, double b) {
    double rest = a % b;
    double quotient = (a - rest) / b;
    if (rest != 0 && (b < 0) != (rest < 0)) {
      quotient -= 1;
    }
    if (quotient == 0) {
      return Math.copySign(0.0, a / b);
    }
    double floor = Math.floor(quotient);
    return quotient - floor > 0.5 ? floor + 1 : floor;
  }

  private static Value concatenate(Value left, Value right, RunContext runtime) {
    if (left instanceof Text a && right instanceof Text b) {
      return runtime.text().append(a).append(b).build();
    } else if (left instanceof Value.Items a
        && right instanceof Value.Items b
        && a.isList() == b.isList()) {
      runtime.budget().elements((long) a.values().size() + b.values().size());
      List<Value> values = new ArrayList<>(a.values().size() + b.values().size());
      values.addAll(a.values());
      values.addAll(b.values());
      return new Value.Items(
          values, a.isList() ? a.kind() : Value.Items.Kind.TUPLE, a.origin().or(b.origin()));
    }
    throw unsupported("+", left, right);
  }

  private static Value repeat(Value value, long times, Value number, RunContext runtime) {
    if (value instanceof Text text) {
      return repeat(text, times, runtime);
    } else if (value instanceof Value.Items items) {
      long count = Math.max(0, times);
      runtime.budget().elements(bounded(count, items.values().size()));
      List<Value> values = new ArrayList<>();
      for (long i = 0; i < count && !items.values().isEmpty(); i++) {
        values.addAll(items.values());
      }
      return new Value.Items(
          values, items.isList() ? items.kind() : Value.Items.Kind.TUPLE, items.origin());
    }
    throw unsupported("*", value, number);
  }

  static Text repeat(Text text, long times, RunContext runtime) {
    TextBuilder out = runtime.text();
    if (!text.isEmpty()) {
      runtime.budget().require(bounded(Math.max(0, times), text.string().length()));
      for (long i = 0; i < times; i++) {
        out.append(text);
      }
    }
    return out.build();
  }

  /** A product, or something too large for any budget. */
  private static long bounded(long count, long size) {
    return count == 0 || size == 0
        ? 0
        : count > Integer.MAX_VALUE ? Integer.MAX_VALUE : count * size;
  }
}
