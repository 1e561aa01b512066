// SPDX-License-Identifier: Apache-2.0
package dev.loam.model;

import dev.loam.tensor.Arena;
import dev.loam.tensor.DType;
import dev.loam.tensor.Kernels;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.Workspace;
import dev.loam.tensor.part.Gradients;
import dev.loam.tensor.part.Weight;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The token embedding. Tensor-parallel ranks have a run of its rows each: a rank looks up the
 * tokens it has, and the sum over ranks is the embedding of all.
 *
 * @param firstRow the token id of the table's first row
 */
record Embedding(
    Kernels kernels,
    TensorParallel ranks,
    Weight table,
    Optional<EmbeddingAdapter> adapter,
    long firstRow) {
  private static final String WHAT = "embedding of the tokens";

  /** Which tokens of a micro batch have their row here, and which rows; kept for the backward. */
  static final class Lookup {
    private final Tensor tokens;
    private final Tensor rows;
    private int count;

    Lookup(Arena arena, int maxTokens) {
      tokens = arena.allocate(DType.I64, maxTokens);
      rows = arena.allocate(DType.I64, maxTokens);
    }

    private Tensor tokensC() {
      return tokens.rows(0, count);
    }

    private Tensor rowsC() {
      return rows.rows(0, count);
    }

    private void select(Tensor idsT, long firstRow, long rowCount) {
      long size = idsT.size(0);
      ByteBuffer ids = idsT.window(0, size);
      ByteBuffer foundTokens = tokens.window(0, size);
      ByteBuffer foundRows = rows.window(0, size);
      count = 0;
      for (int t = 0; t < size; t++) {
        long row = ids.getLong(t * Long.BYTES) - firstRow;
        if (row >= 0 && row < rowCount) {
          foundTokens.putLong(count * Long.BYTES, t);
          foundRows.putLong(count++ * Long.BYTES, row);
        }
      }
    }
  }

  List<Weight> weights() {
    List<Weight> weights = new ArrayList<>(List.of(table));
    adapter.ifPresent(a -> weights.addAll(a.weights()));
    return weights;
  }

  boolean isTrained() {
    return weights().stream().anyMatch(Weight::trainable);
  }

  void forward(Workspace workspace, Tensor idsT, Lookup own, Tensor ySH) {
    if (ranks.isAlone()) {
      look(workspace, idsT, ySH);
      return;
    }
    own.select(idsT, firstRow, table.value().size(0));
    try (Workspace.Frame frame = workspace.frame()) {
      Tensor partialTH = frame.take(idsT.size(0), ySH.size(1));
      Tensor ownCH = frame.take(own.count, ySH.size(1));
      look(workspace, own.rowsC(), ownCH);
      kernels.gatherRowsGradient(ownCH, own.tokensC(), partialTH, false);
      kernels.copy(ranks.summed(partialTH, WHAT), ySH);
    }
  }

  private void look(Workspace workspace, Tensor rows, Tensor y) {
    kernels.gatherRows(table.value(), rows, y);
    adapter.ifPresent(a -> a.forward(workspace, rows, y));
  }

  void backward(Workspace workspace, Tensor dySH, Tensor idsT, Lookup own, Gradients gradients) {
    if (!isTrained()) {
      return;
    }
    if (ranks.isAlone()) {
      contribute(workspace, dySH, idsT, gradients);
      return;
    }
    try (Workspace.Frame frame = workspace.frame()) {
      Tensor dyTH = ranks.gathered(frame, dySH, WHAT);
      Tensor ownCH = frame.take(own.count, dySH.size(1));
      kernels.gatherRows(dyTH, own.tokensC(), ownCH);
      contribute(workspace, ownCH, own.rowsC(), gradients);
    }
  }

  private void contribute(Workspace workspace, Tensor dy, Tensor rows, Gradients gradients) {
    gradients.contribute(
        table, (dTable, accumulate) -> kernels.gatherRowsGradient(dy, rows, dTable, accumulate));
    adapter.ifPresent(a -> a.weightGradients(workspace, dy, rows, gradients));
  }
}
