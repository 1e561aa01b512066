// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.preprocess;

import dev.loam.tokenizer.AddedTokens;
import dev.loam.tokenizer.Encoding;
import dev.loam.tokenizer.StreamingDecoder;
import dev.loam.tokenizer.Tokenizer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Every character is a token, {@code <e>} a single one where added tokens are recognised. */
final class Characters implements Tokenizer {
  static final int END = 70_000;

  private final int vocabSize;

  Characters() {
    this(END + 1);
  }

  Characters(int vocabSize) {
    this.vocabSize = vocabSize;
  }

  @Override
  public int[] encode(String text, AddedTokens addedTokens) {
    if (text.startsWith("slow")) {
      sleep();
    }
    String marked = addedTokens.recognises("<e>") ? text.replace("<e>", "\uffff") : text;
    return marked.chars().map(c -> c == 0xffff ? END : c).toArray();
  }

  private static void sleep() {
    try {
      Thread.sleep(2);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public int vocabSize() {
    return vocabSize;
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
    return encode(text, addedTokens).length;
  }

  @Override
  public String decode(int[] ids, boolean skipSpecial) {
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
    return OptionalInt.of(END);
  }
}
