// SPDX-License-Identifier: Apache-2.0
package dev.loam.lora.merge;

import dev.loam.checkpoint.TensorSource;
import dev.loam.checkpoint.safetensors.SafetensorsType;
import dev.loam.tensor.DType;
import dev.loam.tensor.HostMemory;
import dev.loam.tensor.Shape;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Slice;
import java.util.Set;

/** A source of which some tensors are changed, row by row, when they are read. */
final class ChangedTensors implements TensorSource {
  private static final int ROWS = 64;

  private final TensorSource source;
  private final Set<String> changed;
  private final Change change;

  /** Gives what changes rows of a tensor. */
  @FunctionalInterface
  interface Change {
    /**
     * Begins with a tensor; its rows come in order from then on.
     *
     * @param slice the part of it that is asked for
     */
    Rows of(String name, Slice slice);
  }

  /** Changes rows; closed after the last. */
  @FunctionalInterface
  interface Rows extends AutoCloseable {
    /**
     * Changes a row.
     *
     * @param row counted in the whole tensor
     * @param values those of the slice's columns
     */
    void change(long row, float[] values);

    @Override
    default void close() {}
  }

  ChangedTensors(TensorSource source, Set<String> changed, Change change) {
    this.source = source;
    this.changed = changed;
    this.change = change;
  }

  @Override
  public String description() {
    return source.description();
  }

  @Override
  public Set<String> names() {
    return source.names();
  }

  @Override
  public Shape shape(String name) {
    return source.shape(name);
  }

  @Override
  public SafetensorsType type(String name) {
    return source.type(name);
  }

  @Override
  public void read(String name, Slice slice, Tensor destination) {
    if (!changed.contains(name)) {
      source.read(name, slice, destination);
      return;
    }
    try (Rows rows = change.of(name, slice)) {
      forEachRow(
          source,
          name,
          slice,
          (row, values) -> {
            rows.change(row, values);
            boolean matrix = slice.shape().rank() > 1;
            Tensor to = matrix ? destination.rows(row - slice.start().size(0), 1) : destination;
            to.set(values);
          });
    }
  }

  /** Reads a matrix row by row; a vector is one row. */
  static void forEachRow(TensorSource source, String name, Slice slice, Rows rows) {
    if (slice.shape().rank() == 1) {
      Tensor values = HostMemory.allocate(DType.F32, slice.shape().size(0));
      source.read(name, slice, values);
      rows.change(0, values.toFloats());
      return;
    }
    long first = slice.start().size(0);
    long end = first + slice.shape().size(0);
    long columns = slice.shape().size(1);
    Tensor block = HostMemory.allocate(DType.F32, ROWS, columns);
    for (long at = first; at < end; at += ROWS) {
      Tensor part = block.rows(0, Math.min(ROWS, end - at));
      Slice box = new Slice(Shape.of(at, slice.start().size(1)), part.shape());
      source.read(name, box, part);
      for (long i = 0; i < part.size(0); i++) {
        rows.change(at + i, part.rows(i, 1).toFloats());
      }
    }
  }

  @Override
  public void close() {
    source.close();
  }
}
