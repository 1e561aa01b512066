// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.preprocess;

import dev.loam.tokenizer.AddedTokens;
import dev.loam.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.List;

/** Texts to tokens. Safe for use by several threads. */
final class DocumentEncoder {
  private final Tokenizer tokenizer;
  private final PreprocessOptions options;

  DocumentEncoder(Tokenizer tokenizer, PreprocessOptions options) {
    this.tokenizer = tokenizer;
    this.options = options;
  }

  /** A document for each key, out of the texts of each key. */
  List<EncodedDocument> encode(List<List<Utf8Text>> texts) {
    List<EncodedDocument> fields = new ArrayList<>(texts.size());
    for (List<Utf8Text> sequences : texts) {
      fields.add(encodeTexts(sequences));
    }
    return fields;
  }

  private EncodedDocument encodeTexts(List<Utf8Text> texts) {
    List<int[]> sequences = new ArrayList<>(texts.size());
    int count = 0;
    for (Utf8Text text : texts) {
      int[] tokens = tokenizer.encode(text.bytes(), text.from(), text.to(), AddedTokens.all());
      if (tokens.length > 0 || options.emptyText() == PreprocessOptions.EmptyText.EMPTY_SEQUENCE) {
        sequences.add(tokens);
        count = Math.addExact(count, tokens.length);
      }
    }
    int[] lengths = new int[sequences.size()];
    for (int i = 0; i < lengths.length; i++) {
      lengths[i] = sequences.get(i).length;
    }
    if (count == 0 || options.endOfDocument().isEmpty()) {
      return new EncodedDocument(concatenate(sequences, count), lengths);
    }
    int[] tokens = concatenate(sequences, count + 1);
    tokens[count] = options.endOfDocument().getAsInt();
    lengths[lengths.length - 1]++;
    return new EncodedDocument(tokens, lengths);
  }

  private static int[] concatenate(List<int[]> sequences, int length) {
    if (sequences.size() == 1 && sequences.get(0).length == length) {
      return sequences.get(0);
    }
    int[] all = new int[length];
    int at = 0;
    for (int[] sequence : sequences) {
      System.arraycopy(sequence, 0, all, at, sequence.length);
      at += sequence.length;
    }
    return all;
  }
}
