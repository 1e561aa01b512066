// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import dev.loam.tokenizer.internal.ByteLevel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/** A small model made up merge by merge. */
final class BpeVocabulary {
  private final Map<String, Integer> ids = new LinkedHashMap<>();
  private final List<List<String>> merges = new ArrayList<>();

  BpeVocabulary() {
    for (int b = 0; b < 256; b++) {
      ids.put(String.valueOf((char) b), b);
    }
  }

  void merge(String left, String right) {
    ids.putIfAbsent(left + right, ids.size());
    merges.add(List.of(left, right));
  }

  void shuffle(Random random) {
    Collections.shuffle(merges, random);
  }

  /** The letters a, b, c and what was merged of them, unless it is long. */
  List<String> shortTokens() {
    return ids.keySet().stream()
        .filter(token -> token.charAt(0) >= 'a' && token.charAt(0) <= 'c' && token.length() < 8)
        .toList();
  }

  int[] byteTokens() {
    return IntStream.range(0, 256).toArray();
  }

  MergeTable table() {
    return new MergeTable(
        merges.stream().mapToLong(m -> MergeTable.pair(id(m.get(0)), id(m.get(1)))).toArray(),
        merges.stream().mapToInt(m -> id(m.get(0) + m.get(1))).toArray());
  }

  private int id(String token) {
    return ids.getOrDefault(token, -1);
  }

  private Vocabulary vocabulary() {
    Vocabulary.Builder builder = new Vocabulary.Builder();
    ids.forEach(
        (token, id) ->
            builder.add(
                ByteLevel.write(token.getBytes(StandardCharsets.ISO_8859_1)),
                id,
                TokenizerFormatException::new));
    return builder.build();
  }

  TokenSearch search() {
    return new SearchTables(table(), byteTokens(), vocabulary()).newSearch();
  }
}
