// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Changes JSON texts token by token, so that most results are valid JSON with hostile contents. */
public final class JsonMutator {
  private static final Pattern TOKENS =
      Pattern.compile("\"(?:[^\"\\\\]|\\\\.)*\"|[-+.0-9a-zA-Z]+|\\s+|.", Pattern.DOTALL);

  private static final String[] VALUES = {
    "0",
    "1",
    "-1",
    "-0",
    "1.5",
    "1e3",
    "1e999999999",
    "2147483648",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551616",
    "9".repeat(200),
    "null",
    "true",
    "NaN",
    "{}",
    "[]",
    "[0]",
    "{\"a\":\"b\"}",
    "[".repeat(2000),
    "{\"a\":".repeat(2000)
  };
  private static final String[] STRINGS = {
    "",
    ".",
    "..",
    "../x",
    "/etc/passwd",
    "a/../../b",
    "C:\\\\x",
    "\\\\\\\\host\\\\x",
    "file:x",
    "http://h/x",
    "x\\u0000",
    "\\u0000",
    "\\ud800",
    "\\ud83d\\ude00",
    "e\\u0301",
    "x\\n",
    "00000000",
    "0000000",
    "DEADBEEF",
    "ffffffffffffffff",
    "manifest.json",
    ".hidden",
    "weights-.safetensors",
    "../weights-00001-of-00001.safetensors",
    "x".repeat(5000),
    "format",
    "version",
    "files"
  };

  private JsonMutator() {}

  /** A text in which up to three places have changed. */
  public static String mutated(SplittableRandom random, String json) {
    List<String> tokens = tokens(json);
    for (int i = random.nextInt(4); i > 0 && !tokens.isEmpty(); i--) {
      mutate(random, tokens);
    }
    return String.join("", tokens);
  }

  private static List<String> tokens(String json) {
    List<String> tokens = new ArrayList<>();
    Matcher matcher = TOKENS.matcher(json);
    while (matcher.find()) {
      tokens.add(matcher.group());
    }
    return tokens;
  }

  private static void mutate(SplittableRandom random, List<String> tokens) {
    int at = random.nextInt(tokens.size());
    String token = tokens.get(at);
    switch (random.nextInt(8)) {
      case 0 -> tokens.set(at, pick(random, VALUES));
      case 1, 2, 3 -> replace(random, tokens, at, token);
      case 4 -> tokens.remove(at);
      case 5 -> tokens.add(at, token);
      case 6 -> {
        int to = at + random.nextInt(Math.min(20, tokens.size() - at));
        tokens.addAll(at, List.copyOf(tokens.subList(at, to)));
      }
      default -> tokens.set(at, tokens.set(random.nextInt(tokens.size()), token));
    }
  }

  /** Replaces a token by another of its kind. */
  private static void replace(SplittableRandom random, List<String> tokens, int at, String token) {
    if (token.startsWith("\"")) {
      tokens.set(at, '"' + pick(random, STRINGS) + '"');
    } else if (Character.isLetterOrDigit(token.charAt(0))) {
      tokens.set(at, pick(random, VALUES));
    } else if (token.isBlank()) {
      tokens.set(at, Character.toString(random.nextInt(40)));
    }
  }

  private static String pick(SplittableRandom random, String[] choices) {
    return Arrays.asList(choices).get(random.nextInt(choices.length));
  }
}
