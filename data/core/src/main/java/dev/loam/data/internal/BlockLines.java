// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.internal;

/**
 * Goes through the lines of a block. Lines end at LF, CR LF or CR and at nothing else. For one
 * thread.
 */
public final class BlockLines {
  private final byte[] bytes;
  private final int length;
  private int from;
  private int to;
  private int next;

  /** Before the first line. */
  public BlockLines(LineBlocks.Block block) {
    this.bytes = block.bytes();
    this.length = block.length();
  }

  /** Goes to the next line, if there is one. */
  public boolean next() {
    if (next >= length) {
      return false;
    }
    from = next;
    int i = ByteSearch.lineEnd(bytes, next, length);
    to = i;
    next = i + (i + 1 < length && bytes[i] == '\r' && bytes[i + 1] == '\n' ? 2 : 1);
    return true;
  }

  /** Where the line begins in the block. */
  public int from() {
    return from;
  }

  /** Where the line ends, before its line end. */
  public int to() {
    return to;
  }

  /** The line end: empty where the file ended instead. */
  public String end() {
    if (to == length) {
      return "";
    }
    if (bytes[to] == '\n') {
      return "\n";
    }
    return next - to == 2 ? "\r\n" : "\r";
  }
}
