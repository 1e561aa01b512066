// SPDX-License-Identifier: Apache-2.0
package dev.loam.examples;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The sample text: some 350 kilobytes of short stories and explanations about gardens, weather,
 * animals and the sea, about 60% English and 40% Chinese by bytes.
 *
 * <p>It is written by two {@link Grammar}s and is the same on every machine and in every run; the
 * file {@value #RESOURCE} beside this class holds it ready for reading. Enough to see a small model
 * learn, and nothing else: the world it describes is very small.
 */
public final class SampleText {
  /** A beginning that many English documents share, for a first try at generation. */
  public static final String ENGLISH_PROMPT = "One morning in spring,";

  /** A beginning that many Chinese documents share, for a first try at generation. */
  public static final String CHINESE_PROMPT = "春天的一个早晨，";

  /** A sentence like those of the instructions, and in none of them. */
  public static final String ENGLISH_QUESTION = "One morning in spring Mina found a small boat.";

  /** Likewise in Chinese. */
  public static final String CHINESE_QUESTION = "春天的一个早晨，阿木看见了一只小船。";

  static final String RESOURCE = "sample.jsonl";

  private static final long SEED = 20;
  private static final int TOTAL_BYTES = 350_000;
  private static final int SHORTEST = 300;
  private static final int LONGEST = 1200;

  /** Between two sentences: behind a full stop that ends no title and no quotation. */
  private static final Pattern NEXT_SENTENCE =
      Pattern.compile("(?<=[.!?])(?<!\\bMrs?\\.) |(?<=[。！？])(?!”)");

  private SampleText() {}

  /** The documents in order, each a single paragraph of 300 to 1200 characters, no two alike. */
  public static Stream<String> documents() {
    Composer english = composer("english.grammar", SEED);
    Composer chinese = composer("chinese.grammar", SEED + 1);
    Set<String> documents = new LinkedHashSet<>();
    int englishBytes = 0;
    int chineseBytes = 0;
    while (englishBytes + chineseBytes < TOTAL_BYTES) {
      boolean isEnglish = 2 * englishBytes <= 3 * chineseBytes;
      String text = (isEnglish ? english : chinese).compose();
      if (text.length() < SHORTEST || text.length() > LONGEST || !documents.add(text)) {
        continue;
      }
      int bytes = text.getBytes(StandardCharsets.UTF_8).length;
      if (isEnglish) {
        englishBytes += bytes;
      } else {
        chineseBytes += bytes;
      }
    }
    return documents.stream();
  }

  /**
   * Writes instructions as JSON Lines in UTF-8, one object {@code {"instruction": ..., "output":
   * ...}} per document, in their order: its first sentence, to be answered by its second. An
   * existing file is replaced.
   *
   * @throws UncheckedIOException if the file cannot be written
   */
  public static void writeInstructions(Path jsonl) {
    StringBuilder lines = new StringBuilder();
    documents()
        .map(text -> NEXT_SENTENCE.split(text, 3))
        .forEach(
            sentences ->
                lines
                    .append("{\"instruction\": \"")
                    .append(escape(sentences[0]))
                    .append("\", \"output\": \"")
                    .append(escape(sentences[1]))
                    .append("\"}\n"));
    write(lines, jsonl);
  }

  /**
   * Writes the documents as JSON Lines in UTF-8, one object {@code {"text": ..., "id": "0"}} per
   * document, ids counting from 0. An existing file is replaced.
   *
   * @throws UncheckedIOException if the file cannot be written
   */
  public static void write(Path jsonl) {
    List<String> texts = documents().toList();
    StringBuilder lines = new StringBuilder();
    for (int id = 0; id < texts.size(); id++) {
      lines
          .append("{\"text\": \"")
          .append(escape(texts.get(id)))
          .append("\", \"id\": \"")
          .append(id)
          .append("\"}\n");
    }
    write(lines, jsonl);
  }

  private static void write(StringBuilder lines, Path jsonl) {
    try {
      Files.writeString(jsonl, lines);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the sample text to " + jsonl, e);
    }
  }

  /** The grammars hold no control characters, so these two are all that JSON wants escaped. */
  private static String escape(String text) {
    return text.replace("\\", "\\\\").replace("\"", "\\\"");
  }

  private static Composer composer(String resource, long seed) {
    return new Composer(Grammar.parse(resource, lines(resource)), new SplitMix64(seed));
  }

  private static List<String> lines(String resource) {
    try (InputStream in = SampleText.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("the class path lacks dev/loam/examples/" + resource);
      }
      BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
      return reader.lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read dev/loam/examples/" + resource, e);
    }
  }
}
