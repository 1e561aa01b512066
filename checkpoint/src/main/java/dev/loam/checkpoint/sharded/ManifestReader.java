// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.sharded;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.loam.checkpoint.CheckpointException;
import dev.loam.checkpoint.internal.JsonTokens;
import dev.loam.checkpoint.safetensors.Text;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Reads manifests. The keys come in the order in which they are written, so that the version is
 * known before anything that a later one may have changed.
 */
final class ManifestReader {
  private static final String REMEDY = "use another checkpoint";
  private static final int NESTING = 4;
  private static final int NUMBER_LENGTH = 20;
  private static final int NAME_BYTES = 4096;

  private final Path path;
  private final JsonTokens tokens;

  private ManifestReader(Path path, JsonTokens tokens) {
    this.path = path;
    this.tokens = tokens;
  }

  /**
   * Checks and reads.
   *
   * @param path of the manifest, for messages
   * @param bytes all of it
   */
  static Manifest read(Path path, byte[] bytes) {
    ManifestSeal.check(path, bytes);
    // A parser that guesses encodings takes what begins so for UTF-8.
    if (bytes[0] != '{' || bytes[1] == 0) {
      throw Damage.at(path, "does not start with '{'");
    }
    try (JsonParser json = factory().createParser(bytes)) {
      return new ManifestReader(path, new JsonTokens(json, path, 0)).manifest(bytes.length);
    } catch (JsonProcessingException e) {
      throw Damage.at(path, "is not valid JSON: " + Text.printable(e.getOriginalMessage()), e);
    } catch (IOException e) {
      throw new CheckpointException(path + ": cannot be read: " + e, e);
    }
  }

  private static JsonFactory factory() {
    StreamReadConstraints constraints =
        StreamReadConstraints.builder()
            .maxNestingDepth(NESTING)
            .maxNumberLength(NUMBER_LENGTH)
            .maxNameLength(NAME_BYTES)
            .maxStringLength(Manifest.MAX_BYTES)
            .build();
    return JsonFactory.builder()
        .streamReadConstraints(constraints)
        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
        .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
        .build();
  }

  private Manifest manifest(int length) throws IOException {
    tokens.next();
    requireFormat();
    long step = size("step");
    long block = size("block");
    if (block < 1 || block > Manifest.MAX_BLOCK) {
      throw fault("block is " + block + ", not from 1 to " + Manifest.MAX_BLOCK);
    }
    Map<String, String> state = state();
    Map<String, FileDigests> files = files((int) block);
    string("crc32c");
    tokens.next();
    tokens.require(JsonToken.END_OBJECT, "what follows crc32c");
    if (tokens.positionAfter() != length - 1) {
      throw fault("goes on after its closing brace");
    }
    return new Manifest(
        step, (int) block, Collections.unmodifiableMap(state), Collections.unmodifiableMap(files));
  }

  private void requireFormat() throws IOException {
    String format = string("format");
    if (!format.equals(Manifest.FORMAT)) {
      throw fault("format is " + Text.quote(format) + ", not '" + Manifest.FORMAT + "'");
    }
    long version = size("version");
    if (version != Manifest.VERSION) {
      throw new CheckpointException(
          path
              + ": is of version "
              + version
              + " of the format, this Loam reads version "
              + Manifest.VERSION
              + "; use a Loam that reads version "
              + version);
    }
  }

  private Map<String, String> state() throws IOException {
    Map<String, String> state = new LinkedHashMap<>();
    object("state");
    while (tokens.next() != JsonToken.END_OBJECT) {
      String key = tokens.name();
      if (state.size() == Manifest.MAX_STATE) {
        throw tokens.limit("state has more entries", Manifest.MAX_STATE);
      }
      tokens.next();
      state.put(key, tokens.string("the value of state key " + Text.quote(key)));
    }
    return state;
  }

  private Map<String, FileDigests> files(int block) throws IOException {
    Map<String, FileDigests> files = new LinkedHashMap<>();
    object("files");
    while (tokens.next() != JsonToken.END_OBJECT) {
      String name = tokens.name();
      if (files.size() == Manifest.MAX_FILES) {
        throw tokens.limit("there are more files", Manifest.MAX_FILES);
      }
      tokens.next();
      tokens.require(JsonToken.START_OBJECT, "file " + Text.quote(name));
      files.put(name, file(name, block));
      tokens.next();
      tokens.require(JsonToken.END_OBJECT, "what follows crc32c of " + Text.quote(name));
    }
    return files;
  }

  private FileDigests file(String name, int block) throws IOException {
    long bytes = size("bytes");
    String hex = string("crc32c");
    BlockDigests digests =
        BlockDigests.parse(hex)
            .orElseThrow(
                () -> fault("crc32c of " + Text.quote(name) + " is " + Text.printable(hex)));
    if (digests.count() != BlockDigests.count(bytes, block)) {
      throw fault(
          "file "
              + Text.quote(name)
              + " of "
              + bytes
              + " bytes has "
              + digests.count()
              + " digests of blocks of "
              + block);
    }
    return new FileDigests(bytes, digests);
  }

  private void object(String key) throws IOException {
    value(key);
    tokens.require(JsonToken.START_OBJECT, key);
  }

  private String string(String key) throws IOException {
    value(key);
    return tokens.string(key);
  }

  private long size(String key) throws IOException {
    value(key);
    return tokens.size(key);
  }

  /** Goes on to the value of the key that must come next. */
  private void value(String key) throws IOException {
    tokens.next();
    String found = tokens.name();
    if (!found.equals(key)) {
      throw fault("has the key " + Text.quote(found) + " where '" + key + "' is expected");
    }
    tokens.next();
  }

  private CheckpointException fault(String problem) {
    return tokens.fault(problem, REMEDY);
  }
}
