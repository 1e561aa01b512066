// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.torch;

import dev.loam.checkpoint.safetensors.AtomicFile;
import dev.loam.checkpoint.safetensors.ElementWriter;
import dev.loam.checkpoint.safetensors.NamedTensor;
import dev.loam.checkpoint.safetensors.Text;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Writes files that {@code torch.load(path, weights_only=True)} takes: a dict of state dicts and
 * scalars. Each tensor has a storage of its own, is asked for once, just before it is written, and
 * only copied where its type changes, one block at a time.
 *
 * <p>A file appears under its name complete and flushed, or not at all.
 */
public final class TorchWriter {
  private static final String ROOT = "archive/";

  /** More than the headers of an entry take. */
  private static final long ENTRY_BYTES = 512;

  private TorchWriter() {}

  /**
   * Writes a file, replacing one of the same name.
   *
   * @param file where to
   * @param stateDicts ordered dicts of tensors by their keys, written in this order; of the types
   *     F64, F32, F16, BF16 and I64
   * @param values further entries, after those
   * @throws IllegalArgumentException if two tensors of a state dict have the same name, a key is
   *     used twice, or a type cannot be stored
   * @throws IllegalStateException if a deferred tensor is not what was announced
   * @throws dev.loam.checkpoint.CheckpointException if the disk is too full or writing fails
   */
  public static void write(
      Path file, Map<String, List<NamedTensor>> stateDicts, Map<String, TorchScalar> values) {
    requireDistinct(stateDicts, values.keySet());
    ByteBuffer pickle = PickleWriter.write(stateDicts, values);
    List<NamedTensor> tensors = stateDicts.values().stream().flatMap(List::stream).toList();
    long bytes = pickle.remaining() + 4 * ENTRY_BYTES;
    for (NamedTensor tensor : tensors) {
      bytes = Math.addExact(bytes, tensor.bytes() + ENTRY_BYTES);
    }
    AtomicFile.write(file, bytes, channel -> write(channel, pickle, tensors));
  }

  private static void write(FileChannel channel, ByteBuffer pickle, List<NamedTensor> tensors)
      throws IOException {
    ZipWriter zip = new ZipWriter(channel, ZipWriter.LARGE);
    zip.add(ROOT + "data.pkl", pickle.remaining(), sink -> sink.write(pickle));
    text(zip, "byteorder", "little");
    for (int i = 0; i < tensors.size(); i++) {
      NamedTensor tensor = tensors.get(i);
      zip.add(ROOT + "data/" + i, tensor.bytes(), sink -> ElementWriter.write(sink, tensor));
    }
    text(zip, "version", "3\n");
    zip.finish();
  }

  private static void text(ZipWriter zip, String name, String text) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    zip.add(ROOT + name, bytes.remaining(), sink -> sink.write(bytes));
  }

  private static void requireDistinct(
      Map<String, List<NamedTensor>> stateDicts, Set<String> others) {
    stateDicts.forEach(
        (key, tensors) -> {
          Set<String> names = new HashSet<>();
          for (NamedTensor tensor : tensors) {
            if (!names.add(tensor.name())) {
              throw new IllegalArgumentException(
                  "two tensors are named " + Text.quote(tensor.name()));
            }
          }
          if (others.contains(key)) {
            throw new IllegalArgumentException("two entries are named " + Text.quote(key));
          }
        });
  }
}
