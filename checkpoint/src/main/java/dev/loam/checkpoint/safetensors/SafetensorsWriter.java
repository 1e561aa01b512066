// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.safetensors;

import dev.loam.checkpoint.CheckpointException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Writes safetensors files with the layout of the reference implementation: tensors by type, widest
 * first, then by name; compact JSON, padded with spaces to a multiple of 8 bytes. Metadata is
 * written in the order of its keys. Tensors are streamed one after the other, in the order of their
 * layout, each asked for once, just before it is written ({@link #order}); the only copy is one
 * block of those whose type changes.
 *
 * <p>A file appears under its name complete and flushed, or not at all.
 */
public final class SafetensorsWriter {
  /** What PyTorch programs put into {@code __metadata__}, and some readers insist on. */
  public static final Map<String, String> PYTORCH = Map.of("format", "pt");

  private static final Comparator<NamedTensor> ORDER =
      Comparator.comparing(NamedTensor::type)
          .reversed()
          .thenComparing(NamedTensor::name, Text.BY_CODE_POINT);

  private SafetensorsWriter() {}

  /**
   * Writes a file, replacing one of the same name.
   *
   * @param file where to
   * @param tensors in any order
   * @param metadata text metadata; none is written if empty
   * @throws IllegalArgumentException if two tensors have the same name
   * @throws IllegalStateException if a deferred tensor is not what was announced
   * @throws CheckpointException if the disk is too full or writing fails
   */
  public static void write(Path file, List<NamedTensor> tensors, Map<String, String> metadata) {
    AtomicFile.write(
        file,
        bytes(tensors, metadata),
        channel -> write(part -> AtomicFile.writeFully(channel, part), tensors, metadata));
  }

  /**
   * Writes the bytes of a file to a place of the caller's, in order.
   *
   * @throws IllegalArgumentException if two tensors have the same name
   * @throws IllegalStateException if a deferred tensor is not what was announced
   * @throws IOException if the sink does
   */
  public static void write(ByteSink sink, List<NamedTensor> tensors, Map<String, String> metadata)
      throws IOException {
    requireDistinct(tensors);
    List<NamedTensor> ordered = ordered(tensors);
    sink.write(HeaderWriter.write(ordered, metadata));
    for (NamedTensor tensor : ordered) {
      ElementWriter.write(sink, tensor);
    }
  }

  /**
   * The size of the file that {@link #write} makes, in bytes.
   *
   * @throws IllegalArgumentException if two tensors have the same name
   */
  public static long bytes(List<NamedTensor> tensors, Map<String, String> metadata) {
    requireDistinct(tensors);
    return HeaderWriter.write(ordered(tensors), metadata).remaining()
        + tensors.stream().mapToLong(NamedTensor::bytes).reduce(0, Math::addExact);
  }

  /**
   * The names of tensors in the order in which {@link #write} asks for their values, once each:
   * that of their data in the file. It depends on names and types alone.
   */
  public static List<String> order(List<NamedTensor> tensors) {
    return ordered(tensors).stream().map(NamedTensor::name).toList();
  }

  private static List<NamedTensor> ordered(List<NamedTensor> tensors) {
    return tensors.stream().sorted(ORDER).toList();
  }

  private static void requireDistinct(List<NamedTensor> tensors) {
    Set<String> names = new HashSet<>();
    for (NamedTensor tensor : tensors) {
      if (!names.add(tensor.name())) {
        throw new IllegalArgumentException("two tensors are named " + Text.quote(tensor.name()));
      }
    }
  }
}
