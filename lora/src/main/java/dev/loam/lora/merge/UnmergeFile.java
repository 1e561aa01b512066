// SPDX-License-Identifier: Apache-2.0
package dev.loam.lora.merge;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.loam.checkpoint.CheckpointException;
import dev.loam.checkpoint.TensorSource;
import dev.loam.checkpoint.safetensors.Text;
import dev.loam.tensor.part.Slice;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * The file beside merged weights that says what they were: a zip archive of the {@link Residual}s
 * of each tensor, and digests of the old tensors. It holds no weights and is of no use without the
 * adapters.
 *
 * @param tied whether the head was the embedding
 * @param digests of the old tensors, by name
 */
record UnmergeFile(boolean tied, Map<String, String> digests) {
  static final String NAME = "loam_unmerge.zip";
  private static final String MANIFEST = "manifest.json";
  private static final String RESIDUALS = "residuals/";
  private static final int VERSION = 1;
  private static final int MAX_MANIFEST = 64 << 20;
  private static final String REMEDY = "merge again to have it written anew";
  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  /** Copies the map. */
  UnmergeFile {
    digests = new LinkedHashMap<>(digests);
  }

  /** Writes the file for the tensors that adapters change. */
  static void write(Path folder, boolean tied, TensorSource base, AdapterDeltas deltas) {
    Path file = folder.resolve(NAME);
    ObjectNode manifest = JSON.createObjectNode();
    manifest.put("version", VERSION);
    manifest.put("tied_embeddings", tied);
    ObjectNode digests = manifest.putObject("sha256");
    try (OutputStream out = Files.newOutputStream(file);
        ZipOutputStream zip = new ZipOutputStream(out)) {
      zip.setLevel(Deflater.BEST_SPEED);
      for (String name : deltas.names()) {
        zip.putNextEntry(new ZipEntry(RESIDUALS + name));
        digests.put(name, writeResiduals(zip, name, base, deltas));
        zip.closeEntry();
      }
      zip.putNextEntry(new ZipEntry(MANIFEST));
      zip.write(JSON.writeValueAsBytes(manifest));
      zip.closeEntry();
    } catch (IOException e) {
      throw new CheckpointException(file + ": cannot be written: " + e, e);
    }
  }

  private static String writeResiduals(
      OutputStream out, String name, TensorSource base, AdapterDeltas deltas) throws IOException {
    StoredBits type = StoredBits.of(base.type(name));
    AdapterDeltas.Delta delta = deltas.of(name);
    TensorDigest digest = new TensorDigest(type);
    Slice all = Slice.whole(base.shape(name));
    double[] added = new double[(int) all.shape().size(1)];
    int[] residuals = new int[added.length];
    IOException[] failure = new IOException[1];
    ChangedTensors.forEachRow(
        base,
        name,
        all,
        (row, values) -> {
          digest.add(values);
          delta.row(row, 0, added);
          for (int i = 0; i < residuals.length; i++) {
            residuals[i] = Residual.of(type, values[i], added[i]);
          }
          try {
            out.write(RowBytes.encode(residuals, type.bytes()));
          } catch (IOException e) {
            failure[0] = e;
          }
        });
    if (failure[0] != null) {
      throw failure[0];
    }
    return digest.hex();
  }

  /** Whether merged weights have the file. */
  static boolean exists(Path folder) {
    return Files.isRegularFile(folder.resolve(NAME));
  }

  /** Reads what the file says, but for the residuals. */
  static UnmergeFile read(Path folder) {
    Path file = folder.resolve(NAME);
    try (ZipFile zip = new ZipFile(file.toFile())) {
      ZipEntry entry = zip.getEntry(MANIFEST);
      if (entry == null) {
        throw new CheckpointException(file + ": has no " + MANIFEST + "; " + REMEDY);
      }
      byte[] text;
      try (InputStream in = zip.getInputStream(entry)) {
        text = in.readNBytes(MAX_MANIFEST);
      }
      JsonNode root = JSON.readTree(text);
      Map<String, String> digests = new LinkedHashMap<>();
      for (Map.Entry<String, JsonNode> digest : root.path("sha256").properties()) {
        digests.put(digest.getKey(), digest.getValue().asText());
      }
      if (root.path("version").asInt() != VERSION || digests.isEmpty()) {
        throw new CheckpointException(
            file + ": is not of version " + VERSION + " or has no digests; " + REMEDY);
      }
      return new UnmergeFile(root.path("tied_embeddings").asBoolean(), digests);
    } catch (IOException e) {
      throw new CheckpointException(
          file
              + ": cannot be read: "
              + Text.printable(String.valueOf(e.getMessage()))
              + "; "
              + REMEDY,
          e);
    }
  }

  /** The residuals of a tensor, to be read row by row. */
  static ResidualRows residuals(Path folder, String name, StoredBits type, long columns) {
    return ResidualRows.open(folder.resolve(NAME), RESIDUALS + name, type, columns);
  }
}
