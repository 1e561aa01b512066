// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

import java.math.BigInteger;
import java.util.Optional;

/** Values that a template writes down. */
final class Literals {
  private Literals() {}

  /** The value of a name that is none of a variable. */
  static Optional<Value> named(String name) {
    return switch (name) {
      case "true", "True" -> Optional.of(Value.Bool.of(true));
      case "false", "False" -> Optional.of(Value.Bool.of(false));
      case "none", "None" -> Optional.of(new Value.None(Origin.TEMPLATE));
      default -> Optional.empty();
    };
  }

  static Value floating(String text) {
    double value = Double.parseDouble(text);
    if (Double.isInfinite(value)) {
      throw new Fault("the number " + text + " is too large");
    }
    return new Value.Real(value, Origin.TEMPLATE);
  }

  static Value integer(String text) {
    int radix =
        switch (text.length() < 2 ? ' ' : text.charAt(1)) {
          case 'x', 'X' -> 16;
          case 'o', 'O' -> 8;
          case 'b', 'B' -> 2;
          default -> 10;
        };
    String digits = radix == 10 ? text : text.substring(2);
    if (digits.length() > 64 || new BigInteger(digits, radix).bitLength() > 63) {
      throw new Fault("the number does not fit 64 bits, which is all that is supported");
    }
    return Value.Int.of(Long.parseLong(digits, radix));
  }
}
