// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.mpi;

import dev.loam.parallel.Partition;
import dev.loam.parallel.ProcessGroup;
import dev.loam.tensor.DType;
import dev.loam.tensor.HostMemory;
import dev.loam.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Makes sure that ranks which act together were given the same. Works over every transport. */
public final class Agreement {
  private static final int LONGEST = 1 << 16;

  private Agreement() {}

  /**
   * Compares a value among the members of a group, all of which call this.
   *
   * @param what the value is, for the message: {@code configuration digest}
   * @param value at most 64 KiB of UTF-8; the same on all ranks, or none goes on
   * @throws DisagreementException on every member if values differ, naming who has which
   */
  public static void requireSame(ProcessGroup group, String what, String value) {
    List<String> values = gather(group, what, value);
    Map<String, List<Integer>> ranks = new LinkedHashMap<>();
    for (int member = 0; member < values.size(); member++) {
      ranks
          .computeIfAbsent(values.get(member), v -> new ArrayList<>())
          .add(group.worldRank(member));
    }
    if (ranks.size() > 1) {
      throw new DisagreementException(
          "ranks differ in their "
              + what
              + ", which must be the same on all: "
              + ranks.entrySet().stream()
                  .map(e -> name(e.getValue()) + " '" + e.getKey() + "'")
                  .collect(Collectors.joining(", ")));
    }
  }

  private static String name(List<Integer> ranks) {
    if (ranks.size() == 1) {
      return "rank " + ranks.get(0) + " has";
    }
    return "ranks "
        + ranks.stream().map(Object::toString).collect(Collectors.joining(", "))
        + " have";
  }

  private static List<String> gather(ProcessGroup group, String what, String value) {
    byte[] own = value.getBytes(StandardCharsets.UTF_8);
    if (own.length > LONGEST) {
      throw new IllegalArgumentException(
          what + " of " + own.length + " bytes is too long to compare; give its digest");
    }
    int size = group.size();
    Tensor lengths = HostMemory.allocate(DType.I64, size);
    Tensor unused = lengths.rows(group.rank(), 1).set(new long[] {own.length});
    group.allGather(lengths, Partition.even(size, size), what).await();

    long[] bounds = new long[size + 1];
    ByteBuffer lengthBytes = lengths.window(0, size);
    for (int member = 0; member < size; member++) {
      long bytes = lengthBytes.getLong(member * Long.BYTES);
      bounds[member + 1] = bounds[member] + (bytes + Long.BYTES - 1) / Long.BYTES;
    }
    Partition pieces = Partition.of(bounds);
    Tensor words = HostMemory.allocate(DType.I64, pieces.elements());
    ByteBuffer bytes = words.window(0, words.elements());
    bytes.put(wordOffset(pieces, group.rank()), own);
    group.allGather(words, pieces, what).await();

    List<String> values = new ArrayList<>();
    for (int member = 0; member < size; member++) {
      byte[] text = new byte[(int) lengthBytes.getLong(member * Long.BYTES)];
      bytes.get(wordOffset(pieces, member), text);
      values.add(new String(text, StandardCharsets.UTF_8));
    }
    return values;
  }

  private static int wordOffset(Partition pieces, int member) {
    return Math.toIntExact(pieces.start(member) * Long.BYTES);
  }
}
