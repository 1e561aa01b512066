// SPDX-License-Identifier: Apache-2.0
package dev.loam.model;

import dev.loam.parallel.Partition;
import dev.loam.parallel.ProcessGroup;
import dev.loam.parallel.Reduction;
import dev.loam.tensor.Kernels;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.Workspace;
import dev.loam.tensor.part.Context;
import dev.loam.tensor.part.Copies;

/**
 * How the ranks that share each layer exchange what they compute (Shoeybi et al., arXiv
 * 1909.08053). Between column-parallel and row-parallel layers every rank has all tokens of its own
 * heads or columns; the residual stream is the same on all ranks, or, with sequence parallelism
 * (Korthikanti et al., arXiv 2205.05198), each rank has an equal run of its rows. Without other
 * ranks all of this is nothing.
 */
final class TensorParallel {
  private final Kernels kernels;
  private final ProcessGroup group;
  private final boolean sequence;

  /**
   * The exchange of one rank.
   *
   * @param sequence whether ranks divide the rows of the residual stream
   */
  TensorParallel(Kernels kernels, ProcessGroup group, boolean sequence) {
    this.kernels = kernels;
    this.group = group;
    this.sequence = sequence && group.size() > 1;
  }

  ProcessGroup group() {
    return group;
  }

  int rank() {
    return group.rank();
  }

  int size() {
    return group.size();
  }

  boolean isAlone() {
    return group.size() == 1;
  }

  /** What other ranks have of a norm over the residual stream. */
  Copies streamNorm() {
    if (isAlone()) {
      return Copies.NONE;
    }
    return sequence ? Copies.PARTIAL_GRADIENT : Copies.SAME_GRADIENT;
  }

  /** What other ranks have of a norm over heads. */
  Copies headNorm() {
    return isAlone() ? Copies.NONE : Copies.PARTIAL_GRADIENT;
  }

  /**
   * The rows of the residual stream that this rank has.
   *
   * @throws IllegalArgumentException if the tokens cannot be divided
   */
  long streamRows(long tokens) {
    if (!sequence) {
      return tokens;
    }
    if (tokens % size() != 0) {
      throw new IllegalArgumentException(
          "sequence parallelism divides the tokens of a micro batch by "
              + size()
              + ", which "
              + tokens
              + " are not a multiple of");
    }
    return tokens / size();
  }

  /** This rank's part of a tensor that has rows for all tokens. */
  Tensor streamPart(Tensor xTH) {
    if (!sequence) {
      return xTH;
    }
    long rows = xTH.size(0) / size();
    return xTH.rows(rank() * rows, rows);
  }

  /** The rows of all tokens; they were in their ranks' parts. */
  void gatherInPlace(Tensor xTH, String what) {
    if (sequence) {
      group.allGather(xTH, Partition.even(xTH.elements(), size()), what).await();
    }
  }

  /** The rows of all tokens of a residual stream. */
  Tensor gathered(Workspace.Frame frame, Tensor xSH, String what) {
    if (!sequence) {
      return xSH;
    }
    Tensor xTH = frame.take(xSH.size(0) * size(), xSH.size(1));
    kernels.copy(xSH, streamPart(xTH));
    gatherInPlace(xTH, what);
    return xTH;
  }

  /** Sums over ranks what each computed for all tokens; gives this rank's rows of the sum. */
  Tensor summed(Tensor partialTH, String what) {
    if (sequence) {
      group.reduceScatter(partialTH, Partition.even(partialTH.elements(), size()), what).await();
    } else if (!isAlone()) {
      group.allReduce(partialTH, Reduction.SUM, what).await();
    }
    return streamPart(partialTH);
  }

  /** A row-parallel layer: {@code y = residual + Σ x Wᵀ}, summed over the ranks' columns of W. */
  void linearResidual(
      Workspace workspace,
      Context context,
      Tensor xTI,
      Linear linear,
      Tensor residualSH,
      Tensor ySH) {
    String what = linear.name();
    if (sequence) {
      try (Workspace.Frame frame = workspace.frame()) {
        Tensor partialTH = frame.take(xTI.size(0), ySH.size(1));
        linear.forward(workspace, context, xTI, partialTH);
        kernels.add(residualSH, streamPart(partialTH));
        kernels.copy(summed(partialTH, what), ySH);
      }
    } else if (rank() == 0) {
      linear.forwardResidual(workspace, context, xTI, residualSH, ySH);
      summed(ySH, what);
    } else {
      linear.forward(workspace, context, xTI, ySH);
      summed(ySH, what);
    }
  }
}
