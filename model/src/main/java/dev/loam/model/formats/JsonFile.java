// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.formats;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.loam.checkpoint.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads and writes the small JSON files that stand beside weights. */
final class JsonFile {
  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private JsonFile() {}

  /**
   * The object of a file.
   *
   * @param limit the most bytes it may have
   */
  static JsonNode readObject(Path file, long limit) {
    JsonNode root;
    try {
      long size = Files.size(file);
      if (size > limit) {
        throw new CheckpointException(
            file + ": is " + size + " bytes long, the limit is " + limit + "; check the path");
      }
      root = JSON.readTree(Files.readAllBytes(file));
    } catch (JsonProcessingException e) {
      JsonLocation at = e.getLocation(); // none where a limit of the parser was met
      String place =
          at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
      throw new CheckpointException(
          file + ": is not valid JSON" + place + ": " + e.getOriginalMessage() + "; copy it again",
          e);
    } catch (IOException e) {
      throw new CheckpointException(file + ": cannot be read: " + e, e);
    }
    if (!root.isObject()) {
      throw new CheckpointException(file + ": is not a JSON object; copy it again");
    }
    return root;
  }

  static void write(Path file, JsonNode root) {
    try {
      String text = JSON.writerWithDefaultPrettyPrinter().writeValueAsString(root);
      Files.writeString(file, text + "\n");
    } catch (IOException e) {
      throw new CheckpointException(file + ": cannot be written: " + e, e);
    }
  }
}
