// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import dev.loam.checkpoint.CheckpointException;
import dev.loam.checkpoint.safetensors.SafetensorsFile;
import dev.loam.data.DataFormatException;
import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.DType;
import dev.loam.tensor.Device;
import dev.loam.tensor.Shape;
import dev.loam.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A safetensors file with {@code input_ids} and {@code labels}, both [steps, rows, T] in whole
 * numbers. Labels are aligned with the ids, as Hugging Face has them. Read step by step: in memory
 * there is one. Safe for use by several threads; interrupting one that reads closes the file.
 */
final class TokenFile implements AutoCloseable {
  private static final String IDS = "input_ids";
  private static final String LABELS = "labels";

  private final Path path;
  private final SafetensorsFile tensors;
  private final Shape shape;
  private final Arena arena;
  private final Tensor staging;

  /** The rows of a step. */
  record Step(List<List<Long>> ids, List<List<Long>> labels) {}

  /**
   * Opens a file.
   *
   * @throws DataFormatException if it is not there or holds anything else
   */
  TokenFile(ComputeLease lease, Path path) {
    this.path = path;
    arena = lease.newArena(Device.cpu());
    try {
      tensors = SafetensorsFile.open(path);
    } catch (CheckpointException e) {
      arena.close();
      throw unusable(e);
    }
    try {
      shape = checkedShape();
      staging = arena.allocate(DType.I64, 1, shape.size(1), shape.size(2));
      Step unused = read(0); // Types that are no whole numbers are found here.
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  private Shape checkedShape() {
    Shape ids = shape(IDS);
    Shape labels = shape(LABELS);
    if (!ids.equals(labels) || ids.rank() != 3) {
      throw wrong("input_ids " + ids + " and labels " + labels + " must both be [steps, rows, T]");
    }
    for (int i = 0; i < 3; i++) {
      if (ids.size(i) == 0) {
        throw wrong("no " + List.of("steps", "rows", "tokens").get(i) + ", input_ids is " + ids);
      }
    }
    if (ids.elements() / ids.size(0) > Integer.MAX_VALUE) {
      throw wrong("steps of more than " + Integer.MAX_VALUE + " tokens, input_ids is " + ids);
    }
    return ids;
  }

  private Shape shape(String name) {
    if (!tensors.entries().containsKey(name)) {
      throw wrong("no tensor '" + name + "'");
    }
    return tensors.entry(name).shape();
  }

  private DataFormatException wrong(String problem) {
    return new DataFormatException(path + ": " + problem);
  }

  private static DataFormatException unusable(CheckpointException cause) {
    return new DataFormatException(String.valueOf(cause.getMessage()), cause);
  }

  Path path() {
    return path;
  }

  long steps() {
    return shape.size(0);
  }

  /** Rows of a step. */
  int rows() {
    return (int) shape.size(1);
  }

  /** Tokens of a row. */
  int length() {
    return (int) shape.size(2);
  }

  /** Reads a step. */
  synchronized Step read(long step) {
    return new Step(read(IDS, step), read(LABELS, step));
  }

  private List<List<Long>> read(String name, long step) {
    try {
      tensors.readRows(name, step, 1, staging);
    } catch (CheckpointException e) {
      throw unusable(e);
    }
    ByteBuffer values = staging.window(0, staging.elements());
    List<List<Long>> rows = new ArrayList<>();
    for (int row = 0; row < rows(); row++) {
      List<Long> tokens = new ArrayList<>(length());
      for (int t = 0; t < length(); t++) {
        tokens.add(values.getLong());
      }
      rows.add(tokens);
    }
    return rows;
  }

  @Override
  public void close() {
    tensors.close();
    arena.close();
  }
}
