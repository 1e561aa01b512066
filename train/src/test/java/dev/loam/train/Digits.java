// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import dev.loam.tokenizer.AddedTokens;
import dev.loam.tokenizer.Encoding;
import dev.loam.tokenizer.StreamingDecoder;
import dev.loam.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A tokenizer whose texts are token ids. */
record Digits() implements Tokenizer {
  @Override
  public int vocabSize() {
    return Integer.MAX_VALUE;
  }

  @Override
  public int[] encode(String text, AddedTokens addedTokens) {
    return Stream.of(text.split(" ", -1)).mapToInt(Integer::parseInt).toArray();
  }

  @Override
  public String decode(int[] ids, boolean skipSpecial) {
    return Arrays.stream(ids).mapToObj(Integer::toString).collect(Collectors.joining(" "));
  }

  @Override
  public int count(String text, AddedTokens addedTokens) {
    return encode(text, addedTokens).length;
  }

  @Override
  public List<int[]> encodeAll(List<String> texts, AddedTokens addedTokens, int threads) {
    return texts.stream().map(text -> encode(text, addedTokens)).toList();
  }

  @Override
  public Encoding encodeWithSpans(String text, AddedTokens addedTokens) {
    throw new UnsupportedOperationException();
  }

  @Override
  public StreamingDecoder streamingDecoder(boolean skipSpecial) {
    throw new UnsupportedOperationException();
  }

  @Override
  public OptionalInt id(String token) {
    return OptionalInt.empty();
  }

  @Override
  public Optional<String> token(int id) {
    return Optional.empty();
  }

  @Override
  public OptionalInt endOfText() {
    return OptionalInt.empty();
  }
}
