// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import dev.loam.tokenizer.JsonBytes.Unusual;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * The vocabulary and the merges of a {@code tokenizer.json}, read straight from its bytes. They
 * make up nearly all of such a file, and a tokenizer is loaded in programs that have just started,
 * in which a general reader takes a multiple of the time.
 *
 * <p>Only what Hugging Face's library writes is understood: the vocabulary before the merges, both
 * in the alphabet of bytes without numeric escapes. Whatever else is found, be it an error or not,
 * is left to the general reader. What lies outside of the two is not judged: it is the {@link
 * #rest}.
 */
final class ScannedModel {
  /** Larger files are not held in memory. */
  private static final long MAX_FILE = 32 << 20;

  /** Longer tokens are left to the general reader. */
  private static final int MAX_TOKEN = 1 << 12;

  /** How many bytes of a file go with each token and its merge, as the library writes them. */
  private static final int BYTES_PER_TOKEN = 64;

  private final byte[] file;
  private final Vocabulary vocabulary;
  private final MergeTable merges;
  private final int vocabStart;
  private final int vocabEnd;
  private final int mergesStart;
  private final int mergesEnd;

  private ScannedModel(byte[] file) throws Unusual {
    this.file = file;
    JsonBytes json = new JsonBytes(file);
    json.require('{');
    json.findMember("model");
    json.require('{');
    json.findMember("vocab");
    json.require('{');
    vocabStart = json.position();
    vocabulary = readVocabulary(json, file.length / BYTES_PER_TOKEN);
    vocabEnd = json.position() - 1;
    json.require(',');
    json.findMember("merges");
    json.require('[');
    mergesStart = json.position();
    merges = readMerges(json, vocabulary);
    mergesEnd = json.position() - 1;
  }

  /** Scans a file; empty where the general reader has to read it. */
  static Optional<ScannedModel> of(Path file) {
    try {
      if (Files.size(file) > Math.min(MAX_FILE, Runtime.getRuntime().maxMemory() / 4)) {
        return Optional.empty();
      }
      return Optional.of(new ScannedModel(Files.readAllBytes(file)));
    } catch (Unusual | IOException | TokenizerFormatException e) {
      return Optional.empty();
    }
  }

  Vocabulary vocabulary() {
    return vocabulary;
  }

  MergeTable merges() {
    return merges;
  }

  /** The file with nothing inside the vocabulary's and the merges' brackets. */
  InputStream rest() {
    return new SequenceInputStream(
        Collections.enumeration(
            List.of(
                part(0, vocabStart), part(vocabEnd, mergesStart), part(mergesEnd, file.length))));
  }

  private InputStream part(int start, int end) {
    return new ByteArrayInputStream(file, start, end - start);
  }

  private static Vocabulary readVocabulary(JsonBytes json, int expected) throws Unusual {
    Vocabulary.Builder builder = new Vocabulary.Builder(expected);
    byte[] token = new byte[MAX_TOKEN];
    do {
      json.require('"');
      int length = json.readToken('"', token, 0);
      json.require(':');
      if (!builder.addNew(token, length, json.readInteger(Vocabulary.ID_LIMIT))) {
        throw new Unusual();
      }
    } while (json.accept(','));
    json.require('}');
    return builder.build();
  }

  private static MergeTable readMerges(JsonBytes json, Vocabulary vocabulary) throws Unusual {
    MergeList merges = new MergeList(vocabulary, TokenizerFormatException::new);
    byte[] both = new byte[MAX_TOKEN];
    do {
      boolean pair = json.accept('[');
      json.require('"');
      int middle = json.readToken(pair ? '"' : ' ', both, 0);
      if (pair) {
        json.require(',');
        json.require('"');
      }
      int end = json.readToken('"', both, middle);
      if (pair) {
        json.require(']');
      }
      if (!merges.add(both, middle, end)) {
        throw new Unusual();
      }
    } while (json.accept(','));
    json.require(']');
    return merges.build();
  }
}
