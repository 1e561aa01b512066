// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.sharded;

import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/** Digests of files as numbers that ranks exchange. */
final class DigestExchange {
  private DigestExchange() {}

  /** The size and the digests of each file, one after the other. */
  static long[] encode(List<FileDigests> files) {
    return files.stream()
        .flatMapToLong(
            file -> LongStream.concat(LongStream.of(file.bytes()), file.blocks().stream()))
        .toArray();
  }

  /** The files of all ranks by name; each rank gave one of each kind. */
  static Map<String, FileDigests> decode(List<long[]> ranks, int blockBytes) {
    Map<String, FileDigests> named = new HashMap<>();
    for (int rank = 0; rank < ranks.size(); rank++) {
      Iterator<FileDigests> files = decode(ranks.get(rank), blockBytes).iterator();
      for (FileNames.Kind kind : FileNames.Kind.values()) {
        FileDigests file = files.next();
        if (file.bytes() > 0) {
          named.put(kind.fileOf(rank, ranks.size()), file);
        }
      }
    }
    return named;
  }

  private static List<FileDigests> decode(long[] numbers, int blockBytes) {
    LongBuffer rest = LongBuffer.wrap(numbers);
    List<FileDigests> files = new ArrayList<>();
    while (rest.hasRemaining()) {
      long bytes = rest.get();
      long count = BlockDigests.count(bytes, blockBytes);
      files.add(
          new FileDigests(
              bytes,
              BlockDigests.of(LongStream.generate(rest::get).limit(count).mapToInt(n -> (int) n))));
    }
    return files;
  }
}
