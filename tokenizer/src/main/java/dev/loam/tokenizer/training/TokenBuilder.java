// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.training;

import dev.loam.tokenizer.internal.ByteLevel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The vocabulary and the merges while they grow. For one thread. */
final class TokenBuilder {
  private static final int BYTES = 256;

  private final List<String> tokens = new ArrayList<>();
  private final Map<String, Integer> ids = new HashMap<>();
  // Of a pair that is merged again, because one of its tokens arose in a second way, the later
  // rank holds: the map keeps the order of the last merges.
  private final Map<Long, TrainedBpe.Merge> merges = new LinkedHashMap<>();

  TokenBuilder(List<String> specialTokens) {
    specialTokens.forEach(this::add);
    byteCharacters().forEach(this::add);
  }

  /** The 256 characters of the byte-level alphabet, in the order of their code points. */
  static List<String> byteCharacters() {
    List<String> characters = new ArrayList<>();
    for (int b = 0; b < BYTES; b++) {
      characters.add(String.valueOf(ByteLevel.charOf(b)));
    }
    characters.sort(null);
    return characters;
  }

  /** The id of each byte. */
  int[] byteIds() {
    int[] byteIds = new int[BYTES];
    for (int b = 0; b < BYTES; b++) {
      byteIds[b] = add(String.valueOf(ByteLevel.charOf(b)));
    }
    return byteIds;
  }

  int size() {
    return tokens.size();
  }

  /** The length of a token that words can hold: characters, each of which is a byte. */
  int length(int id) {
    return tokens.get(id).length();
  }

  /** Records a merge and gives its result, a token that exists already or a new one. */
  int merge(long pair) {
    String left = tokens.get(PairTable.left(pair));
    String right = tokens.get(PairTable.right(pair));
    merges.remove(pair);
    merges.put(pair, new TrainedBpe.Merge(left, right));
    return add(left + right);
  }

  List<String> tokens() {
    return tokens;
  }

  List<TrainedBpe.Merge> merges() {
    return List.copyOf(merges.values());
  }

  private int add(String token) {
    Integer known = ids.putIfAbsent(token, tokens.size());
    if (known != null) {
      return known;
    }
    tokens.add(token);
    return tokens.size() - 1;
  }
}
