// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.preprocess;

import dev.loam.data.internal.BlockLines;
import dev.loam.data.internal.LineBlocks;
import dev.loam.data.internal.Utf8;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;

/** Lines, each a document. A byte order mark at the start of the file is left out. */
record LineBatch(Path file, LineBlocks.Block block, LineTexts texts) implements Batch {
  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

  @Override
  public int weight() {
    return block.bytes().length;
  }

  @Override
  public EncodedBatch encode(DocumentEncoder encoder, boolean stopAtError) {
    List<EncodedBatch.Outcome> outcomes = new ArrayList<>();
    BlockLines lines = new BlockLines(block);
    int line = 0;
    while (lines.next()) {
      if (Thread.currentThread().isInterrupted()) {
        throw new CancellationException("interrupted");
      }
      line++;
      int from = lines.from() + (line == 1 ? markLength(lines.to()) : 0);
      int size = lines.to() - lines.from();
      try {
        checkUtf8(from, lines.to());
        List<List<Utf8Text>> found = texts.of(block.bytes(), from, lines.to());
        outcomes.add(new EncodedBatch.Encoded(encoder.encode(found), size));
      } catch (UnusableException e) {
        outcomes.add(new EncodedBatch.Refused(line, e.problem(), size));
        if (stopAtError) {
          break;
        }
      }
    }
    return new EncodedBatch(file, block.offset() == 0, line, outcomes);
  }

  private int markLength(int lineEnd) {
    if (block.offset() > 0 || lineEnd < BYTE_ORDER_MARK.length) {
      return 0;
    }
    for (int i = 0; i < BYTE_ORDER_MARK.length; i++) {
      if (block.bytes()[i] != BYTE_ORDER_MARK[i]) {
        return 0;
      }
    }
    return BYTE_ORDER_MARK.length;
  }

  private void checkUtf8(int from, int to) throws UnusableException {
    int bad = Utf8.firstIllFormed(block.bytes(), from, to);
    if (bad >= 0) {
      throw new UnusableException(
          "0x%02x at byte %d begins no UTF-8 character; convert the file to UTF-8"
              .formatted(block.bytes()[bad] & 0xff, block.offset() + bad));
    }
  }
}
