// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.sharded;

import dev.loam.checkpoint.safetensors.Text;
import java.util.Map;
import java.util.TreeMap;

/** Writes manifests; equal ones have equal bytes. */
final class ManifestWriter {
  private ManifestWriter() {}

  static byte[] write(Manifest manifest) {
    StringBuilder json = new StringBuilder("{\n");
    json.append("  \"format\": \"").append(Manifest.FORMAT).append("\",\n");
    json.append("  \"version\": ").append(Manifest.VERSION).append(",\n");
    json.append("  \"step\": ").append(manifest.step()).append(",\n");
    json.append("  \"block\": ").append(manifest.blockBytes()).append(",\n");
    json.append("  \"state\": {");
    String separator = "\n    ";
    for (Map.Entry<String, String> entry : new TreeMap<>(manifest.state()).entrySet()) {
      Text.appendJson(json.append(separator), entry.getKey(), false);
      Text.appendJson(json.append(": "), entry.getValue(), false);
      separator = ",\n    ";
    }
    json.append("\n  },\n  \"files\": {");
    separator = "\n    ";
    for (Map.Entry<String, FileDigests> entry : new TreeMap<>(manifest.files()).entrySet()) {
      FileDigests file = entry.getValue();
      Text.appendJson(json.append(separator), entry.getKey(), false);
      json.append(": {\"bytes\": ").append(file.bytes());
      json.append(", \"crc32c\": \"").append(file.blocks().toHex()).append("\"}");
      separator = ",\n    ";
    }
    return ManifestSeal.append(json.append("\n  },\n").toString());
  }
}
