// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.indexed;

import dev.loam.data.DataFormatException;

/**
 * Checks every number of an {@code .idx} file. Numbers are looked at block by block in loops
 * without a branch; only in a block where something is wrong is the place looked for.
 */
final class IndexCheck {
  private static final int BLOCK = 1 << 13;

  private final IndexFile index;
  private final long binSize;

  IndexCheck(IndexFile index, long binSize) {
    this.index = index;
    this.binSize = binSize;
  }

  /** Lengths and pointers; the sum of the lengths. */
  long sequences() {
    int[] lengths = new int[BLOCK];
    long[] pointers = new long[BLOCK];
    long unit = index.type().bytes();
    long sum = 0;
    long previous = 0;
    for (int first = 0; first < index.sequences(); first += BLOCK) {
      int count = Math.min(BLOCK, index.sequences() - first);
      index.lengths(first, lengths, count);
      index.file().longs(index.pointerAt(first), pointers, 0, count);
      long signs = pointers[0] - previous;
      for (int i = 0; i < count; i++) {
        // Nothing overflows unless a number before it is negative.
        long left = binSize - pointers[i];
        signs |= pointers[i] | lengths[i] | left | (left - lengths[i] * unit);
        sum += lengths[i];
      }
      for (int i = 1; i < count; i++) {
        signs |= pointers[i] - pointers[i - 1];
      }
      if (signs < 0) {
        throw wrongSequence(first, previous);
      }
      previous = pointers[count - 1];
    }
    return sum;
  }

  private DataFormatException wrongSequence(int first, long pointerBefore) {
    long previous = pointerBefore;
    for (int i = first; i < index.sequences(); i++) {
      int length = index.length(i);
      long pointer = index.pointer(i);
      if (length < 0) {
        return index.wrong(index.lengthAt(i), "sequence " + i + " has length " + length);
      }
      if (pointer < previous) {
        return index.wrong(
            index.pointerAt(i),
            "sequence %d begins at %d, before %d".formatted(i, pointer, previous));
      }
      if (length * (long) index.type().bytes() > binSize - pointer) {
        return index.wrong(
            index.pointerAt(i),
            "sequence %d of %d tokens at byte %d is not within the .bin file of %d bytes; the two"
                    .formatted(i, length, pointer, binSize)
                + " files do not belong together or the .bin file is cut short");
      }
      previous = pointer;
    }
    throw new IllegalStateException(index.file().file() + " changed while it was read");
  }

  /** Document indices. */
  void documents() {
    long[] starts = new long[BLOCK];
    int indices = index.documents() + 1;
    long previous = 0;
    for (int first = 0; first < indices; first += BLOCK) {
      int count = Math.min(BLOCK, indices - first);
      index.file().longs(index.documentAt(first), starts, 0, count);
      long signs = starts[0] - previous;
      for (int i = 0; i < count; i++) {
        signs |= starts[i] | (index.sequences() - starts[i]);
      }
      for (int i = 1; i < count; i++) {
        signs |= starts[i] - starts[i - 1];
      }
      if (signs < 0 || (first == 0 && starts[0] != 0)) {
        throw wrongDocument(first, previous);
      }
      previous = starts[count - 1];
    }
    if (previous != index.sequences()) {
      throw index.wrong(
          index.documentAt(index.documents()),
          "the last document index is %d, not the number of sequences, %d"
              .formatted(previous, index.sequences()));
    }
  }

  private DataFormatException wrongDocument(int first, long startBefore) {
    long previous = startBefore;
    for (int i = first; i <= index.documents(); i++) {
      long start = index.documentIndex(i);
      if (start < previous || start > index.sequences()) {
        return index.wrong(
            index.documentAt(i),
            "document index %d is %d, not from %d to %d"
                .formatted(i, start, previous, index.sequences()));
      }
      if (i == 0 && start != 0) {
        return index.wrong(index.documentAt(i), "the first document index is " + start + ", not 0");
      }
      previous = start;
    }
    throw new IllegalStateException(index.file().file() + " changed while it was read");
  }
}
