// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor;

/**
 * Scratch memory, allocated once and handed out like a stack: what is taken after {@link #frame} is
 * given back when the frame is closed. Contents are unspecified. Belongs to one thread at a time.
 */
public final class Workspace {
  /** Alignment of what is handed out, in elements: a cache line of floats, or two of doubles. */
  private static final long ALIGNMENT = 16;

  private final Tensor slab;
  private long top;
  private long peak;

  /**
   * Allocates the memory.
   *
   * @param elements how much can be in use at once, see {@link #padded}
   */
  public Workspace(Arena arena, DType dtype, long elements) {
    this.slab = arena.allocate(dtype, elements);
  }

  /** What a tensor of that many elements takes here. */
  public static long padded(long elements) {
    return (elements + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  /** Opens a frame; to be closed in the reverse order of opening. */
  public Frame frame() {
    return new Frame(top);
  }

  /** The most elements that were ever in use at once. */
  public long peak() {
    return peak;
  }

  /** Scratch tensors that live until the frame is closed. */
  public final class Frame implements AutoCloseable {
    private final long base;

    private Frame(long base) {
      this.base = base;
    }

    /**
     * Takes a contiguous tensor of unspecified contents.
     *
     * @throws IllegalStateException if the workspace is too small
     */
    public Tensor take(long... shape) {
      long elements = Shape.of(shape).elements();
      if (elements > slab.elements() - top) {
        throw new IllegalStateException(
            "workspace of "
                + slab.elements()
                + " elements is too small: "
                + top
                + " in use, "
                + elements
                + " wanted");
      }
      Tensor taken = slab.narrow(0, top, elements).view(shape);
      top = Math.min(slab.elements(), top + padded(elements));
      peak = Math.max(peak, top);
      return taken;
    }

    @Override
    public void close() {
      top = base;
    }
  }
}
