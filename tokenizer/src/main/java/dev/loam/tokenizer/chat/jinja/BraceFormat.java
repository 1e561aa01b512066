// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

import java.util.List;
import java.util.Optional;

/** Python's {@code str.format} for plain fields: {@code {}}, {@code {0}} and {@code {name}}. */
final class BraceFormat {
  private BraceFormat() {}

  static Text format(Text format, Arguments arguments, RunContext runtime) {
    String s = format.string();
    TextBuilder out = runtime.text();
    int next = 0;
    boolean numbered = false;
    int done = 0;
    for (int i = 0; i < s.length(); i++) {
      char c = s.charAt(i);
      if (c != '{' && c != '}') {
        continue;
      }
      out.append(format, done, i);
      if (s.startsWith(String.valueOf(c), i + 1)) {
        out.append(format, i, i + 1);
        i++;
      } else {
        int end = s.indexOf('}', i);
        if (c == '}' || end < 0) {
          throw new Fault("the format has a single '" + c + "'");
        }
        String field = s.substring(i + 1, end);
        boolean number = !field.isEmpty() && field.chars().allMatch(Chars::isDigit);
        numbered |= number;
        if (numbered && (next > 0 || field.isEmpty())) {
          throw new Fault("the format has both numbered and unnumbered fields");
        }
        Value value = value(field.isEmpty() ? String.valueOf(next++) : field, arguments);
        Repr.print(value, out, runtime.budget());
        i = end;
      }
      done = i + 1;
    }
    return out.append(format, done, s.length()).build();
  }

  private static Value value(String field, Arguments arguments) {
    List<Value> positional = arguments.positional();
    if (field.chars().allMatch(Chars::isDigit)) {
      int index = field.length() > 6 ? Integer.MAX_VALUE : Integer.parseInt(field);
      if (index >= positional.size()) {
        throw new Fault("there is no value for the field " + field);
      }
      return positional.get(index);
    } else if (!field.chars().allMatch(Chars::isNamePart)) {
      throw new Fault("the field {" + field + "} is not supported; only names and numbers are");
    }
    return Optional.ofNullable(arguments.named().get(field))
        .orElseThrow(() -> new Fault("there is no value for the field " + field));
  }
}
