// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.formats;

import dev.loam.tensor.Arena;
import dev.loam.tensor.DType;
import dev.loam.tensor.Device;
import dev.loam.tensor.Shape;
import dev.loam.tensor.Storage;
import dev.loam.tensor.Tensor;
import java.nio.ByteBuffer;

/**
 * Gives tensors of any type out of the memory of an engine that has but one. They are read and
 * written, not computed with.
 */
final class AnyTypeArena implements Arena {
  private static final DType WORD = DType.F32;

  private final Arena words;

  /** Takes memory from an arena; does not close it. */
  AnyTypeArena(Arena words) {
    this.words = words;
  }

  /** Words, seen as elements of another type. */
  private record Elements(Tensor words, DType dtype, long elements) implements Storage {
    @Override
    public Device device() {
      return words.device();
    }

    @Override
    public ByteBuffer window(long offset, long length) {
      long start = offset * dtype.bytes();
      int bytes = Math.toIntExact(length * dtype.bytes());
      long first = start / WORD.bytes();
      int before = (int) (start % WORD.bytes());
      long count = ((long) before + bytes + WORD.bytes() - 1) / WORD.bytes();
      ByteBuffer window = words.window(first, count);
      return window.slice(before, bytes).order(window.order());
    }

    @Override
    public void requireOpen() {
      words.storage().requireOpen();
    }
  }

  @Override
  public Device device() {
    return words.device();
  }

  @Override
  public Tensor allocate(DType dtype, long... shape) {
    Shape size = Shape.of(shape);
    long bytes = Math.multiplyExact(size.elements(), (long) dtype.bytes());
    Tensor memory = words.allocate(WORD, (bytes + WORD.bytes() - 1) / WORD.bytes());
    return Tensor.of(new Elements(memory, dtype, size.elements()), size);
  }

  @Override
  public long allocatedBytes() {
    return words.allocatedBytes();
  }

  /** Leaves the memory to the arena it came from. */
  @Override
  public void close() {}
}
