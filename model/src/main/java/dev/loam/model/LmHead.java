// SPDX-License-Identifier: Apache-2.0
package dev.loam.model;

import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.DType;
import dev.loam.tensor.Kernels;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.Workspace;
import dev.loam.tensor.part.Gradients;
import dev.loam.tensor.part.LossHead;
import dev.loam.tensor.part.Weight;
import java.util.function.IntToLongFunction;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * The language-model head fused with its loss. Rows with a label are gathered, then taken in
 * chunks: logits, loss and both gradients of one chunk, then the next, so that only one chunk of
 * logits exists. Tensor-parallel ranks have a run of the vocabulary each, and never see the logits
 * of the others.
 */
final class LmHead implements LossHead {
  private static final String WHAT = "hidden states of the head";

  private final Kernels kernels;
  private final TensorParallel ranks;
  private final Supplier<Workspace> workspace;
  private final Weight weight;
  private final CrossEntropy crossEntropy;
  private final int chunkRows;
  private final Tensor logitsCV;
  private final Tensor hiddenCH;
  private final Tensor dHiddenCH;
  private final Tensor rowsC;

  /**
   * A head.
   *
   * @param firstRow the token id of the weight's first row
   */
  LmHead(
      ComputeLease lease,
      Arena arena,
      TensorParallel ranks,
      Supplier<Workspace> workspace,
      Weight weight,
      long firstRow,
      int chunkRows) {
    if (chunkRows < 1) {
      throw new IllegalArgumentException(
          "the head works on at least 1 row at once, not " + chunkRows);
    }
    this.kernels = lease.kernels();
    this.ranks = ranks;
    this.workspace = workspace;
    this.weight = weight;
    this.chunkRows = chunkRows;
    DType dtype = lease.computeType();
    long vocabulary = weight.value().size(0);
    long hidden = weight.value().size(1);
    crossEntropy = new CrossEntropy(kernels, arena, ranks, firstRow, vocabulary, chunkRows);
    logitsCV = arena.allocate(dtype, chunkRows, vocabulary);
    hiddenCH = arena.allocate(dtype, chunkRows, hidden);
    dHiddenCH = arena.allocate(dtype, chunkRows, hidden);
    rowsC = arena.allocate(DType.I64, chunkRows);
  }

  @Override
  public void logits(Tensor hiddenSH, Tensor logitsTV) {
    try (Workspace.Frame frame = workspace.get().frame()) {
      kernels.linear(ranks.gathered(frame, hiddenSH, WHAT), weight.value(), logitsTV);
    }
  }

  @Override
  public double loss(Tensor hiddenSH, long[] labels) {
    try (Workspace.Frame frame = workspace.get().frame()) {
      return chunks(ranks.gathered(frame, hiddenSH, WHAT), labels, (rows, hidden, dLogits) -> {});
    }
  }

  @Override
  public double lossAndGradient(
      Tensor hiddenSH, long[] labels, double scale, Tensor dHiddenSH, Gradients gradients) {
    try (Workspace.Frame frame = workspace.get().frame()) {
      Tensor hiddenTH = ranks.gathered(frame, hiddenSH, WHAT);
      boolean divided = dHiddenSH.size(0) < hiddenTH.size(0);
      Tensor dHiddenTH = divided ? frame.take(hiddenTH.shape().toArray()) : dHiddenSH;
      double loss = lossAndPartialGradient(hiddenTH, labels, scale, dHiddenTH, gradients);
      Tensor summedSH = ranks.summed(dHiddenTH, WHAT);
      if (divided) {
        kernels.copy(summedSH, dHiddenSH);
      }
      return loss;
    }
  }

  @Override
  public long logitBytes() {
    return logitsCV.elements() * logitsCV.dtype().bytes();
  }

  /** The gradient of the hidden states through this rank's part of the vocabulary. */
  private double lossAndPartialGradient(
      Tensor hiddenTH, long[] labels, double scale, Tensor dHiddenTH, Gradients gradients) {
    kernels.fill(dHiddenTH, 0);
    double[] sum = new double[1];
    if (weight.trainable()) {
      gradients.contribute(
          weight,
          (dWeight, accumulate) -> {
            boolean[] add = {accumulate};
            sum[0] =
                chunks(
                    hiddenTH,
                    labels,
                    (rows, hidden, dLogits) -> {
                      inputGradient(rows, dLogits, scale, dHiddenTH);
                      kernels.linearWeightGradient(dLogits, hidden, scale, dWeight, add[0]);
                      add[0] = true;
                    });
            if (!add[0]) {
              kernels.fill(dWeight, 0);
            }
          });
    } else {
      sum[0] =
          chunks(
              hiddenTH,
              labels,
              (rows, hidden, dLogits) -> inputGradient(rows, dLogits, scale, dHiddenTH));
    }
    return sum[0];
  }

  private void inputGradient(Tensor rows, Tensor dLogits, double scale, Tensor dHiddenTH) {
    Tensor dHidden = dHiddenCH.rows(0, rows.size(0));
    kernels.linearInputGradient(dLogits, weight.value(), scale, dHidden);
    kernels.gatherRowsGradient(dHidden, rows, dHiddenTH, true);
  }

  private interface Chunk {
    void take(Tensor rows, Tensor hidden, Tensor dLogits);
  }

  private double chunks(Tensor hiddenTH, long[] labels, Chunk each) {
    int[] rows = IntStream.range(0, labels.length).filter(t -> labels[t] != IGNORED).toArray();
    crossEntropy.begin();
    for (int start = 0; start < rows.length; start += chunkRows) {
      int count = Math.min(chunkRows, rows.length - start);
      Tensor taken = rowsC.rows(0, count).set(longs(start, count, i -> rows[i]));
      Tensor hidden = hiddenCH.rows(0, count);
      Tensor logits = logitsCV.rows(0, count);
      kernels.gatherRows(hiddenTH, taken, hidden);
      kernels.linear(hidden, weight.value(), logits);
      crossEntropy.lossAndGradient(logits, longs(start, count, i -> labels[rows[i]]));
      each.take(taken, hidden, logits);
    }
    return crossEntropy.loss();
  }

  private static long[] longs(int start, int count, IntToLongFunction value) {
    return IntStream.range(start, start + count).mapToLong(value).toArray();
  }
}
