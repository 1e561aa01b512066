// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import dev.loam.tokenizer.internal.JsonCursor;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Reads a {@code merges.txt}: on each line a merge of two tokens with a blank between them. Lines
 * that start with {@code #version} and empty ones are passed over; they may end in CR LF.
 */
final class MergesTxt {
  private static final int MAX_LINE = 1 << 17;

  private final Path file;
  private final MergeList merges;
  private int line = 1;

  private MergesTxt(Path file, Vocabulary vocabulary) {
    this.file = file;
    this.merges = new MergeList(vocabulary, this::problem);
  }

  static MergeTable read(Path file, Vocabulary vocabulary) {
    JsonCursor.check(file);
    MergesTxt text = new MergesTxt(file, vocabulary);
    try (Reader reader = Files.newBufferedReader(file)) {
      text.read(reader);
    } catch (CharacterCodingException e) {
      throw new TokenizerFormatException(file + ": not UTF-8", e);
    } catch (IOException e) {
      throw new TokenizerFormatException(file + ": cannot be read: " + e.getMessage(), e);
    }
    return text.merges.build();
  }

  private void read(Reader reader) throws IOException {
    StringBuilder text = new StringBuilder();
    for (int c = reader.read(); c >= 0; c = reader.read()) {
      if (c != '\n') {
        text.append((char) c);
        if (text.length() > MAX_LINE) {
          throw problem("the line has more than " + MAX_LINE + " characters");
        }
        continue;
      }
      add(text);
      text.setLength(0);
      line++;
    }
    add(text);
  }

  private void add(StringBuilder text) {
    int length = text.length();
    if (length > 0 && text.charAt(length - 1) == '\r') {
      text.setLength(length - 1);
    }
    String merge = text.toString();
    if (merge.isEmpty() || merge.startsWith("#version")) {
      return;
    }
    int blank = merge.indexOf(' ');
    if (blank < 0 || merge.indexOf(' ', blank + 1) >= 0) {
      throw problem("expected a merge of two tokens, such as \"a b\"");
    }
    merges.add(merge.substring(0, blank), merge.substring(blank + 1));
  }

  private TokenizerFormatException problem(String what) {
    return new TokenizerFormatException(file + ":" + line + ": " + what);
  }
}
