// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.sharded;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The block read last, of whichever file of a checkpoint; belongs to one thread at a time. */
final class BlockCache {
  private ByteBuffer memory = ByteBuffer.allocate(0);
  private @Nullable CheckedFile file;
  private long block;

  /** A block of a file, from position 0 to the limit; read and checked if it is not here. */
  ByteBuffer get(CheckedFile wanted, long index) {
    if (file != wanted || block != index) {
      file = null;
      int length = wanted.length(index);
      if (memory.capacity() < length) {
        memory = ByteBuffer.allocateDirect(length);
      }
      wanted.readBlock(index, memory.clear().limit(length));
      file = wanted;
      block = index;
    }
    return memory;
  }
}
