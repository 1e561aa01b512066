// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.safetensors;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Where the bytes of a file go, one after the other. */
@FunctionalInterface
public interface ByteSink {
  /** Takes all that remains of a buffer. */
  void write(ByteBuffer bytes) throws IOException;
}
