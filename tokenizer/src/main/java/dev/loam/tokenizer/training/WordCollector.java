// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.training;

/**
 * Gathers counted words for merging and refuses more than the Java heap can hold, before it is
 * exhausted. For one thread.
 */
final class WordCollector {
  /** Of the places of pairs, and of what the allocation of arrays leaves unused. */
  private static final double SLACK = 1.25;

  private final int[] byteIds;
  private final long heapBytes;
  private final TrainingWords words = new TrainingWords();
  private long distinctWords;
  private long wordBytes;
  private long needed;

  /**
   * A collector without words.
   *
   * @param byteIds the token of each byte
   * @param heapBytes what there is in all
   */
  WordCollector(int[] byteIds, long heapBytes) {
    this.byteIds = byteIds;
    this.heapBytes = heapBytes;
  }

  /**
   * Adds the words of a table, none of which were added before.
   *
   * @throws BpeTrainingException if they do not fit
   */
  void add(WordTable table) {
    table.forEach(
        (slab, entry) -> {
          int length = WordTable.length(slab, entry);
          distinctWords++;
          wordBytes += length;
          needed += TrainingWords.bytes(length) + (long) Integer.BYTES * (length - 1);
        });
    if (SLACK * (double) needed + (double) table.bytes() > (double) heapBytes) {
      throw new BpeTrainingException(
          "merging needs about %d MiB of Java heap for %d or more distinct words of %d bytes, but"
                  .formatted(mebibytes(SLACK * (double) needed), distinctWords, wordBytes)
              + " there are only %d MiB; give more with -Xmx, or train on a part of the text"
                  .formatted(mebibytes((double) heapBytes)));
    }
    table.forEach(
        (slab, entry) -> {
          int length = WordTable.length(slab, entry);
          if (length > 1) { // else there is no pair
            words.add(
                slab, entry + WordTable.HEADER, length, WordTable.count(slab, entry), byteIds);
          }
        });
  }

  private static long mebibytes(double bytes) {
    return (long) Math.ceil(bytes / (1 << 20));
  }

  long distinctWords() {
    return distinctWords;
  }

  TrainingWords words() {
    return words;
  }
}
