// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.sharded;

import dev.loam.checkpoint.TensorPiece;
import dev.loam.checkpoint.safetensors.NamedTensor;
import dev.loam.checkpoint.safetensors.SafetensorsType;
import dev.loam.tensor.part.Slice;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Gives boxes their keys. A box that begins where its tensor does and is the only one of it, over
 * all ranks, is the whole tensor.
 */
final class BoxNames {
  private final Map<String, Integer> counts = new HashMap<>();
  private final Set<Long> elsewhere = new HashSet<>();

  /**
   * Compares the names of all ranks, all of which call it.
   *
   * @param pieces all boxes of this rank
   */
  BoxNames(Exchange exchange, List<TensorPiece> pieces) {
    for (TensorPiece piece : pieces) {
      int rank = piece.slice().shape().rank();
      if (!BoxKey.isName(piece.name()) || rank < 1 || rank > 2) {
        throw new IllegalArgumentException(
            "'" + piece.name() + "' " + piece.slice() + " is no vector or matrix, or has brackets");
      }
      counts.merge(piece.name(), 1, Integer::sum);
    }
    long[] names = counts.keySet().stream().mapToLong(BoxNames::hash).toArray();
    for (long[] others : exchange.gatherOthers("names in a checkpoint", names)) {
      for (long other : others) {
        elsewhere.add(other);
      }
    }
  }

  /** Two names may have the same; the key then has ranges that it could do without. */
  private static long hash(String name) {
    return name.hashCode();
  }

  /** What is stored of a box. */
  NamedTensor named(TensorPiece piece) {
    Slice slice = piece.slice();
    boolean only =
        counts.getOrDefault(piece.name(), 0) == 1 && !elsewhere.contains(hash(piece.name()));
    boolean whole = only && slice.equals(Slice.whole(slice.shape()));
    String key = whole ? piece.name() : BoxKey.withRanges(piece.name(), slice);
    SafetensorsType type = SafetensorsType.of(piece.dtype());
    return NamedTensor.deferred(key, type, slice.shape(), piece.dtype(), piece::values);
  }
}
