// SPDX-License-Identifier: Apache-2.0
package dev.loam.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * Unpacks a golden case. To keep the fixtures small a case stores the weights of its model once, in
 * {@code hf/model.safetensors}; of the same weights in other forms (sharded, bfloat16) only the
 * header is stored and the file is put together again here, byte for byte: the digests in the
 * case's {@code meta.json} are checked.
 */
final class GoldenArchive {
  private static final String HEADER_ONLY = ".header";
  private static final ObjectMapper JSON = new ObjectMapper();

  private GoldenArchive() {}

  static Path unpack(Path zip) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    try (ZipInputStream in = new ZipInputStream(Files.newInputStream(zip))) {
      for (ZipEntry e = in.getNextEntry(); e != null; e = in.getNextEntry()) {
        files.put(e.getName(), in.readAllBytes());
      }
    }
    for (String name : List.copyOf(files.keySet())) {
      if (name.endsWith(HEADER_ONLY)) {
        files.put(
            name.substring(0, name.length() - HEADER_ONLY.length()),
            rebuild(entry(files, name), entry(files, "hf/model.safetensors")));
        files.remove(name);
      }
    }
    checkDigests(zip, files);
    Path folder = Files.createTempDirectory("loam-golden");
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Path path = folder.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.write(path, file.getValue());
    }
    deleteAtExit(folder);
    return folder;
  }

  private static byte[] entry(Map<String, byte[]> files, String name) throws IOException {
    byte[] bytes = files.get(name);
    if (bytes == null) {
      throw new IOException("the case has no " + name);
    }
    return bytes;
  }

  private static byte[] rebuild(byte[] header, byte[] weights) throws IOException {
    JsonNode wanted = header(header);
    JsonNode stored = header(weights);
    int storedData = 8 + (int) order(weights).getLong(0);
    long end = 0;
    for (JsonNode tensor : wanted) {
      end = Math.max(end, tensor.path("data_offsets").path(1).asLong());
    }
    byte[] out = new byte[header.length + (int) end];
    System.arraycopy(header, 0, out, 0, header.length);
    for (Map.Entry<String, JsonNode> tensor : wanted.properties()) {
      if (tensor.getKey().equals("__metadata__")) {
        continue;
      }
      JsonNode source = stored.get(tensor.getKey());
      int from = storedData + source.get("data_offsets").get(0).asInt();
      int length = storedData + source.get("data_offsets").get(1).asInt() - from;
      int to = header.length + tensor.getValue().get("data_offsets").get(0).asInt();
      if (tensor.getValue().get("dtype").asText().equals("BF16")) {
        for (int i = 0; i < length / 4; i++) {
          order(out).putShort(to + 2 * i, roundToBf16(order(weights).getInt(from + 4 * i)));
        }
      } else {
        System.arraycopy(weights, from, out, to, length);
      }
    }
    return out;
  }

  private static short roundToBf16(int bits) {
    return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
  }

  private static JsonNode header(byte[] file) throws IOException {
    return JSON.readTree(new String(file, 8, (int) order(file).getLong(0), StandardCharsets.UTF_8));
  }

  private static ByteBuffer order(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static void checkDigests(Path zip, Map<String, byte[]> files) throws IOException {
    byte[] meta = files.get("meta.json");
    if (meta == null) {
      return;
    }
    for (Map.Entry<String, JsonNode> e : JSON.readTree(meta).path("sha256").properties()) {
      byte[] file = files.get(e.getKey());
      if (file != null && !sha256(file).equals(e.getValue().asText())) {
        throw new IOException(zip + ": " + e.getKey() + " was not put together as it was made");
      }
    }
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private static void deleteAtExit(Path folder) throws IOException {
    List<Path> paths = new ArrayList<>();
    try (var walk = Files.walk(folder)) {
      walk.forEach(paths::add);
    }
    // deleteOnExit works last-in first-out: parents are registered before their children.
    paths.forEach(p -> p.toFile().deleteOnExit());
  }
}
