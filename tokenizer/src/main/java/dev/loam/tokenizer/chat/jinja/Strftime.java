// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

import java.time.Clock;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Python's {@code strftime}, in English as the C locale has it. */
final class Strftime {
  private Strftime() {}

  static String format(String format, Clock clock) {
    LocalDateTime now = LocalDateTime.now(clock);
    StringBuilder out = new StringBuilder();
    int i = 0;
    while (i < format.length()) {
      char c = format.charAt(i);
      if (c != '%') {
        out.append(c);
        i++;
        continue;
      }
      char kind = i + 1 < format.length() ? format.charAt(i + 1) : ' ';
      out.append(kind == '%' ? "%" : now.format(pattern(kind)));
      i += 2;
    }
    return out.toString();
  }

  private static DateTimeFormatter pattern(char kind) {
    String pattern =
        switch (kind) {
          case 'Y' -> "uuuu";
          case 'y' -> "uu";
          case 'm' -> "MM";
          case 'd' -> "dd";
          case 'H' -> "HH";
          case 'I' -> "hh";
          case 'M' -> "mm";
          case 'S' -> "ss";
          case 'p' -> "a";
          case 'f' -> "SSSSSS";
          case 'j' -> "DDD";
          case 'b', 'h' -> "MMM";
          case 'B' -> "MMMM";
          case 'a' -> "EEE";
          case 'A' -> "EEEE";
          case 'F' -> "uuuu-MM-dd";
          case 'T' -> "HH:mm:ss";
          case 'D' -> "MM/dd/uu";
          case 'R' -> "HH:mm";
          default -> throw new Fault("%" + kind + " is not supported in the format of a time");
        };
    return DateTimeFormatter.ofPattern(pattern, Locale.US);
  }
}
