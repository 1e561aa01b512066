// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.preprocess;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loam.data.internal.Utf8Lines;
import dev.loam.tokenizer.AddedTokens;
import dev.loam.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** JSON lines to tokens. Safe for use by several threads. */
final class DocumentEncoder {
  private final Tokenizer tokenizer;
  private final PreprocessOptions options;
  private final DocumentReader reader;

  DocumentEncoder(Tokenizer tokenizer, PreprocessOptions options, DocumentReader reader) {
    this.tokenizer = tokenizer;
    this.options = options;
    this.reader = reader;
  }

  List<EncodedDocument.Line> encode(List<Utf8Lines.Line> lines) {
    List<EncodedDocument.Line> encoded = new ArrayList<>(lines.size());
    for (Utf8Lines.Line line : lines) {
      JsonNode object = reader.parse(line);
      List<EncodedDocument> fields = new ArrayList<>();
      for (String key : options.jsonKeys()) {
        fields.add(encodeTexts(reader.texts(object, key, line)));
      }
      encoded.add(new EncodedDocument.Line(fields, line.text().length()));
    }
    return encoded;
  }

  private EncodedDocument encodeTexts(List<String> texts) {
    List<int[]> sequences = new ArrayList<>();
    for (String text : texts) {
      int[] tokens = tokenizer.encode(text, AddedTokens.all());
      if (tokens.length > 0 || options.emptyText() == PreprocessOptions.EmptyText.EMPTY_SEQUENCE) {
        sequences.add(tokens);
      }
    }
    int[] lengths = sequences.stream().mapToInt(s -> s.length).toArray();
    int count = Arrays.stream(lengths).reduce(0, Math::addExact);
    if (count == 0 || options.endOfDocument().isEmpty()) {
      return new EncodedDocument(concatenate(sequences, count), lengths);
    }
    int[] tokens = concatenate(sequences, count + 1);
    tokens[count] = options.endOfDocument().getAsInt();
    lengths[lengths.length - 1]++;
    return new EncodedDocument(tokens, lengths);
  }

  private static int[] concatenate(List<int[]> sequences, int length) {
    int[] all = new int[length];
    int at = 0;
    for (int[] sequence : sequences) {
      System.arraycopy(sequence, 0, all, at, sequence.length);
      at += sequence.length;
    }
    return all;
  }
}
