// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.preprocess;

import dev.loam.data.internal.LineBlocks;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** Whole lines, unread. */
final class LineSource implements BatchSource {
  private static final int BLOCK = 1 << 16;

  private final Path file;
  private final LineTexts texts;
  private final LineBlocks blocks;

  LineSource(Path file, LineTexts texts) throws IOException {
    this(file, texts, BLOCK);
  }

  LineSource(Path file, LineTexts texts, int blockSize) throws IOException {
    this.file = file;
    this.texts = texts;
    this.blocks = new LineBlocks(file, blockSize);
  }

  @Override
  public Optional<Batch> next() throws IOException {
    return blocks.next().map(block -> new LineBatch(file, block, texts));
  }

  @Override
  public long bytesRead() {
    return blocks.bytesRead();
  }

  @Override
  public long size() {
    return blocks.size();
  }

  @Override
  public void close() throws IOException {
    blocks.close();
  }
}
