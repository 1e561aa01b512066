// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.safetensors;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What {@code model.safetensors.index.json} says; its file names are still unchecked.
 *
 * @param path the index
 * @param files the file of each tensor
 * @param totalSize the sum of all tensors' bytes, if it says so
 */
record ShardIndex(Path path, Map<String, String> files, OptionalLong totalSize) {
  private static final String REMEDY = "write the folder again";

  static ShardIndex read(Path path, SafetensorsLimits limits) {
    try (InputFile file = InputFile.open(path)) {
      return read(file, limits);
    }
  }

  static ShardIndex read(InputFile file, SafetensorsLimits limits) {
    Path path = file.path();
    JsonNode root = parse(path, text(file, limits));
    JsonNode map = root.path("weight_map");
    if (!map.isObject()) {
      throw new SafetensorsException(path, "has no object 'weight_map'", REMEDY);
    }
    Map<String, String> files = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> tensor : map.properties()) {
      if (!tensor.getValue().isTextual()) {
        throw new SafetensorsException(
            path,
            "weight_map gives tensor "
                + Text.quote(tensor.getKey())
                + " the value "
                + Text.printable(tensor.getValue().toString())
                + ", not a file name",
            REMEDY);
      }
      files.put(tensor.getKey(), tensor.getValue().textValue());
    }
    return new ShardIndex(path, files, totalSize(path, root.path("metadata").path("total_size")));
  }

  private static OptionalLong totalSize(Path path, JsonNode node) {
    if (node.isMissingNode()) {
      return OptionalLong.empty();
    }
    if (!node.canConvertToExactIntegral() || !node.canConvertToLong() || node.longValue() < 0) {
      throw new SafetensorsException(
          path,
          "metadata.total_size is " + Text.printable(node.toString()) + ", not a number of bytes",
          REMEDY);
    }
    return OptionalLong.of(node.longValue());
  }

  private static String text(InputFile file, SafetensorsLimits limits) {
    if (file.size() > Math.min(limits.indexBytes(), Integer.MAX_VALUE - 8)) {
      throw new SafetensorsException(
          file.path(),
          "is " + file.size() + " bytes long, the limit is " + limits.indexBytes(),
          "raise the limit if the file is to be trusted");
    }
    ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
    file.read(bytes, 0);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
    } catch (CharacterCodingException e) {
      throw new SafetensorsException(file.path(), "is not UTF-8", REMEDY, e);
    }
  }

  private static JsonNode parse(Path path, String text) {
    JsonMapper mapper =
        JsonMapper.builder(
                JsonFactory.builder()
                    .streamReadConstraints(
                        StreamReadConstraints.builder()
                            .maxNestingDepth(16)
                            .maxNumberLength(100)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    try {
      return mapper.readTree(text);
    } catch (JsonProcessingException e) {
      throw new SafetensorsException(
          path,
          "is not valid JSON"
              + place(e.getLocation())
              + ": "
              + Text.printable(e.getOriginalMessage()),
          REMEDY,
          e);
    }
  }

  /** The parser does not say where a limit of its own was exceeded. */
  private static String place(@Nullable JsonLocation at) {
    return at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
  }
}
