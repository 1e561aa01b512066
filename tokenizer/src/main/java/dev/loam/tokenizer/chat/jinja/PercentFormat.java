// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Iterator;
import java.util.List;

/** Python's {@code format % values}, for the conversions s, r, d, i, u, x, X, f and F. */
final class PercentFormat {
  private static final int MAX_PRECISION = 100;

  private final Text format;
  private final Value values;
  private final Iterator<Value> remaining;
  private final RunContext runtime;
  private final TextBuilder out;
  private int at;

  private PercentFormat(Text format, Value values, RunContext runtime) {
    this.format = format;
    this.values = values;
    this.remaining =
        values instanceof Value.Items items && !items.isList()
            ? items.values().iterator()
            : List.of(values).iterator();
    this.runtime = runtime;
    this.out = runtime.text();
  }

  static Text format(Text format, Value values, RunContext runtime) {
    return new PercentFormat(format, values, runtime).run();
  }

  private Text run() {
    String s = format.string();
    boolean named = false;
    int done = 0;
    for (int i = s.indexOf('%'); i >= 0; i = s.indexOf('%', at)) {
      out.append(format, done, i);
      at = i + 1;
      named |= s.startsWith("(", at);
      conversion();
      done = at;
    }
    out.append(format, done, s.length());
    boolean mapping =
        values instanceof Dict
            || values instanceof Value.Range
            || values instanceof Value.Undefined
            || (values instanceof Value.Items items && items.isList());
    if (remaining.hasNext() && !named && !mapping) {
      throw new Fault("the format has fewer conversions than there are values");
    }
    return out.build();
  }

  private char peek() {
    if (at >= format.string().length()) {
      throw new Fault("the format ends inside a conversion");
    }
    return format.string().charAt(at);
  }

  private void conversion() {
    boolean named = peek() == '(';
    String name = named ? name() : "";
    String flags = "";
    while ("-+ 0".indexOf(peek()) >= 0) {
      flags += peek();
      at++;
    }
    int width = number();
    int precision = -1;
    if (peek() == '.') {
      at++;
      precision = number();
    }
    char kind = peek();
    at++;
    if (kind == '%') {
      if (format.string().charAt(at - 2) != '%') {
        throw new Fault("%% takes no flags here");
      }
      out.append("%", Origin.TEMPLATE);
      return;
    }
    pad(converted(kind, precision, flags, named ? member(name) : next()), width, flags, kind);
  }

  private String name() {
    int end = format.string().indexOf(')', at);
    if (end < 0 || format.string().substring(at + 1, end).contains("(")) {
      throw new Fault("the name of a conversion is not closed or has parentheses");
    }
    String name = format.string().substring(at + 1, end);
    at = end + 1;
    return name;
  }

  private int number() {
    int number = 0;
    while (Chars.isDigit(peek())) {
      number = Math.min(1 << 26, number * 10 + (peek() - '0'));
      at++;
    }
    return number;
  }

  private Value member(String name) {
    if (values instanceof Dict dict) {
      return dict.get(name).orElseThrow(() -> new Fault("there is no value '" + name + "'"));
    }
    throw new Fault("the format has names and needs a dict");
  }

  private Value next() {
    if (!remaining.hasNext()) {
      throw new Fault("the format has more conversions than there are values");
    }
    return remaining.next();
  }

  private Text converted(char kind, int precision, String flags, Value value) {
    switch (kind) {
      case 's', 'r' -> {
        Text text = kind == 's' ? Repr.text(value, runtime) : Repr.repr(value, runtime);
        return precision < 0 || precision >= text.length()
            ? text
            : TextBuilder.part(text, 0, text.offset(precision), runtime.budget());
      }
      case 'd', 'i', 'u', 'x', 'X' -> {
        return Text.of(signed(integer(kind, precision, value), flags), value.origin());
      }
      case 'f', 'F' -> {
        if (!Numbers.isNumber(value)) {
          throw new Fault("%" + kind + " needs a number, not a value of type " + value.type());
        }
        String digits = fixed(Numbers.toDouble(value), precision < 0 ? 6 : precision);
        return Text.of(signed(digits, flags), value.origin());
      }
      default -> throw new Fault("the conversion %" + kind + " is not supported");
    }
  }

  private static String integer(char kind, int precision, Value value) {
    boolean hex = kind == 'x' || kind == 'X';
    if (precision >= 0) {
      throw new Fault("%" + kind + " with a precision is not supported");
    } else if (!Numbers.isNumber(value) || (hex && !Numbers.isInteger(value))) {
      throw new Fault("%" + kind + " needs a number, not a value of type " + value.type());
    }
    long number =
        value instanceof Value.Real f
            ? Numbers.truncate(f.value()).orElseThrow(() -> new Fault("nan is no integer"))
            : Numbers.toLong(value);
    return kind == 'x'
        ? Long.toString(number, 16)
        : kind == 'X'
            ? Long.toString(number, 16).toUpperCase(java.util.Locale.ROOT)
            : Long.toString(number);
  }

  static String fixed(double value, int precision) {
    if (Double.isNaN(value) || Double.isInfinite(value) || precision > MAX_PRECISION) {
      throw new Fault("only finite numbers of up to " + MAX_PRECISION + " places are written so");
    }
    String digits =
        new BigDecimal(value).abs().setScale(precision, RoundingMode.HALF_EVEN).toPlainString();
    return value < 0 || 1 / value < 0 ? "-" + digits : digits;
  }

  private static String signed(String digits, String flags) {
    return digits.startsWith("-")
        ? digits
        : flags.contains("+") ? "+" + digits : flags.contains(" ") ? " " + digits : digits;
  }

  private void pad(Text text, int width, String flags, char kind) {
    long missing = Math.max(0, width - text.length());
    if (flags.contains("-")) {
      out.append(Strings.pad(text, 0, missing, Text.of(" ", Origin.TEMPLATE), runtime));
    } else if (flags.contains("0") && kind != 's' && kind != 'r') {
      int sign = "+- ".indexOf(text.string().charAt(0)) >= 0 ? 1 : 0;
      out.append(text, 0, sign);
      out.append(Arithmetic.repeat(Text.of("0", text.origin()), missing, runtime));
      out.append(text, sign, text.string().length());
    } else {
      out.append(Strings.pad(text, missing, 0, Text.of(" ", Origin.TEMPLATE), runtime));
    }
  }
}
