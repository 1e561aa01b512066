// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.mindspeed;

import dev.loam.tokenizer.AddedTokens;
import dev.loam.tokenizer.Encoding;
import dev.loam.tokenizer.StreamingDecoder;
import dev.loam.tokenizer.Tokenizer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Every UTF-16 unit is a token. */
final class InstructionTokenizer implements Tokenizer {
  @Override
  public int[] encode(String text, AddedTokens addedTokens) {
    return text.chars().toArray();
  }

  @Override
  public String decode(int[] ids, boolean skipSpecial) {
    return new String(ids, 0, ids.length);
  }

  @Override
  public int vocabSize() {
    return Character.MAX_VALUE + 1;
  }

  @Override
  public Encoding encodeWithSpans(String text, AddedTokens addedTokens) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<int[]> encodeAll(List<String> texts, AddedTokens addedTokens, int threads) {
    throw new UnsupportedOperationException();
  }

  @Override
  public int count(String text, AddedTokens addedTokens) {
    return text.length();
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
