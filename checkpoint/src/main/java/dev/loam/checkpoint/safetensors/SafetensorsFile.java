// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.safetensors;

import dev.loam.tensor.Shape;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Slice;
import java.nio.file.Path;
import java.util.Map;

/**
 * An open safetensors file whose header obeys every rule of the format: UTF-8, no duplicate names,
 * sizes that multiply without overflow, and tensors that cover the file exactly, without holes or
 * overlaps. Stricter than the reference implementation in what no sane writer produces: only spaces
 * may follow the header's closing brace, nothing may precede its opening one, and {@code
 * __metadata__} is an object or absent.
 *
 * <p>Several threads may read at once, into different tensors. Interrupting a reading thread closes
 * the file.
 */
public final class SafetensorsFile implements AutoCloseable {
  private final InputFile file;
  private final Header header;

  private SafetensorsFile(InputFile file, Header header) {
    this.file = file;
    this.header = header;
  }

  /**
   * Opens a file and checks its header, with the default limits.
   *
   * @throws SafetensorsException if the file is missing or breaks a rule of the format
   * @throws dev.loam.checkpoint.CheckpointException if it cannot be read
   */
  public static SafetensorsFile open(Path path) {
    return open(path, SafetensorsLimits.DEFAULT);
  }

  /** Opens a file and checks its header, within the given limits. */
  public static SafetensorsFile open(Path path, SafetensorsLimits limits) {
    return open(InputFile.open(path), limits);
  }

  /**
   * Checks the header of what is open already, within the given limits; all reading goes through
   * the file given here, and as many threads may read at once as that one allows.
   *
   * @param file is closed with this one, and if this throws
   */
  public static SafetensorsFile open(InputFile file, SafetensorsLimits limits) {
    try {
      return new SafetensorsFile(file, new HeaderReader(file, limits).read());
    } catch (RuntimeException | Error e) {
      file.close();
      throw e;
    }
  }

  /** Where the file is. */
  public Path path() {
    return file.path();
  }

  /** The tensors by name, in the order of their data. */
  public Map<String, TensorEntry> entries() {
    return header.entries();
  }

  /** The text metadata, in the order of the file; empty if there is none. */
  public Map<String, String> metadata() {
    return header.metadata();
  }

  /**
   * What the header says about a tensor.
   *
   * @throws SafetensorsException if there is no such tensor
   */
  public TensorEntry entry(String name) {
    TensorEntry entry = header.entries().get(name);
    if (entry == null) {
      throw new SafetensorsException(
          path(),
          "holds no tensor " + Text.quote(name) + " among its " + header.entries().size(),
          "check that the file belongs to this model");
    }
    return entry;
  }

  /**
   * Reads a whole tensor. Types that widen exactly are converted (BF16, F16 and F32 to a wider
   * float, I32 to I64); F64 is rounded to the nearest F32; nothing else is.
   *
   * @param destination contiguous, of the stored shape
   * @throws SafetensorsException if there is no such tensor, its shape differs, its type does not
   *     convert, or the file was cut short meanwhile
   */
  public void read(String name, Tensor destination) {
    TensorEntry entry = entry(name);
    requireShape(entry, entry.shape(), destination);
    blocks(entry, destination).read(position(entry), destination);
  }

  /**
   * Reads rows of a tensor: a part of dimension 0.
   *
   * @param firstRow the first row
   * @param rows the number of rows
   * @param destination contiguous, of the stored shape but for dimension 0, which is {@code rows}
   * @throws IndexOutOfBoundsException if the tensor has no such rows
   * @throws SafetensorsException as in {@link #read}
   */
  public void readRows(String name, long firstRow, long rows, Tensor destination) {
    TensorEntry entry = entry(name);
    long[] sizes = entry.shape().toArray();
    if (sizes.length == 0
        || firstRow < 0
        || rows < 0
        || firstRow > sizes[0]
        || rows > sizes[0] - firstRow) {
      throw new IndexOutOfBoundsException(
          path()
              + ": rows "
              + firstRow
              + "+"
              + rows
              + " of tensor "
              + Text.quote(name)
              + " of shape "
              + entry.shape());
    }
    sizes[0] = rows;
    requireShape(entry, Shape.of(sizes), destination);
    blocks(entry, destination).read(position(entry) + firstRow * entry.rowBytes(), destination);
  }

  /**
   * Reads a box of a vector or a matrix, converting as {@link #read} does. Of the file no more is
   * read than the box, but for what lies between short rows of it that are close together.
   *
   * @param slice the box, of as many dimensions as the tensor
   * @param destination of the slice's shape; its rows may lie apart, their elements back to back
   * @throws SafetensorsException if the tensor has more than two dimensions or none, or does not
   *     reach as far as the slice, or as in {@link #read}
   */
  public void readSlice(String name, Slice slice, Tensor destination) {
    SliceReader.read(file, entry(name), header.dataStart(), slice, destination);
  }

  private BlockReader blocks(TensorEntry entry, Tensor destination) {
    return new BlockReader(file, entry, destination.dtype());
  }

  private long position(TensorEntry entry) {
    return header.dataStart() + entry.begin();
  }

  private void requireShape(TensorEntry entry, Shape stored, Tensor destination) {
    if (!destination.shape().equals(stored)) {
      throw new SafetensorsException(
          path(),
          "tensor "
              + Text.quote(entry.name())
              + " has shape "
              + stored
              + " where "
              + destination.shape()
              + " is expected",
          "check that the file belongs to this model");
    }
  }

  @Override
  public void close() {
    file.close();
  }
}
