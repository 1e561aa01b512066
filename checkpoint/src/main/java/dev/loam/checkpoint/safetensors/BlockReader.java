// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.safetensors;

import dev.loam.tensor.DType;
import dev.loam.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * Moves part of a file to a tensor, block by block: straight into the tensor where the types agree,
 * through one small buffer that stays in the processor's cache where they do not. Belongs to one
 * thread.
 */
final class BlockReader {
  private static final int CONVERTED_BLOCK = 256 * 1024;

  /** As much as a buffer comfortably holds: who checks blocks has whole ones but at the ends. */
  private static final int COPIED_BLOCK = 256 * 1024 * 1024;

  /** What is read at once of runs that lie close together. */
  private static final int SPAN = 256 * 1024;

  /** A longer run is worth a read of its own. */
  private static final int LONG_RUN = 64 * 1024;

  /** Less is never read from a disk. */
  private static final int PAGE = 4096;

  private final InputFile file;
  private final int width;
  private final Optional<Conversion> conversion;
  private ByteBuffer block = ByteBuffer.allocate(0);

  /**
   * Reads a tensor of the file as a type.
   *
   * @throws SafetensorsException if it does not convert
   */
  BlockReader(InputFile file, TensorEntry entry, DType dtype) {
    this.file = file;
    this.conversion = conversion(file, entry, SafetensorsType.of(dtype));
    this.width = entry.type().bits() / 8;
  }

  /** Nothing where the types agree. */
  private static Optional<Conversion> conversion(
      InputFile file, TensorEntry entry, SafetensorsType wanted) {
    if (entry.type() == wanted) {
      return Optional.empty();
    }
    return Optional.of(
        Conversion.between(entry.type(), wanted)
            .filter(c -> c.toBytes() > c.fromBytes() || c == Conversion.F64_TO_F32)
            .orElseThrow(
                () ->
                    new SafetensorsException(
                        file.path(),
                        "tensor "
                            + Text.quote(entry.name())
                            + " of dtype "
                            + entry.type()
                            + " cannot be read as "
                            + wanted,
                        "convert the file first")));
  }

  /** Fills a contiguous tensor with what begins at a position of the file. */
  void read(long position, Tensor destination) {
    if (conversion.isEmpty()) {
      copy(position, destination);
    } else {
      convert(position, destination, conversion.get());
    }
  }

  /**
   * Fills rows with runs of elements that lie apart in the file. Short ones are read many at once,
   * with what is between them, if that is no more than the runs or than a disk reads anyway; others
   * one by one.
   *
   * @param position where the first run begins
   * @param stride bytes from the beginning of a run to that of the next
   * @param destination [rows, columns], not empty; rows may lie apart
   */
  void readRuns(long position, long stride, Tensor destination) {
    long rows = destination.size(0);
    long run = destination.size(1) * width;
    if (run == stride && destination.isContiguous()) {
      read(position, destination);
    } else if (run > LONG_RUN || stride - run > Math.max(run, PAGE)) {
      for (long row = 0; row < rows; row++) {
        read(position + row * stride, destination.rows(row, 1));
      }
    } else {
      long step = SPAN / stride;
      for (long row = 0; row < rows; row += step) {
        Tensor part = destination.rows(row, Math.min(step, rows - row));
        readSpan(position + row * stride, (int) stride, (int) run, part);
      }
    }
  }

  private void readSpan(long position, int stride, int run, Tensor destination) {
    int rows = (int) destination.size(0);
    ByteBuffer span = block((rows - 1) * stride + run);
    file.read(span, position);
    for (int row = 0; row < rows; row++) {
      ByteBuffer from = span.slice(row * stride, run).order(ByteOrder.LITTLE_ENDIAN);
      ByteBuffer to = destination.rows(row, 1).window(0, destination.size(1));
      if (conversion.isEmpty()) {
        to.put(from);
      } else {
        conversion.get().apply(from, to);
      }
    }
  }

  private void copy(long position, Tensor destination) {
    long step = COPIED_BLOCK / width;
    for (long at = 0; at < destination.elements(); at += step) {
      long n = Math.min(step, destination.elements() - at);
      file.read(destination.window(at, n), position + at * width);
    }
  }

  private void convert(long position, Tensor destination, Conversion conversion) {
    long step = CONVERTED_BLOCK / width;
    for (long at = 0; at < destination.elements(); at += step) {
      long n = Math.min(step, destination.elements() - at);
      ByteBuffer from = block((int) n * width);
      file.read(from, position + at * width);
      conversion.apply(from.flip(), destination.window(at, n));
    }
  }

  /** Empty little-endian memory: the same again, unless more is needed. */
  private ByteBuffer block(int bytes) {
    if (block.capacity() < bytes) {
      block = ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
    return block.clear().limit(bytes);
  }
}
