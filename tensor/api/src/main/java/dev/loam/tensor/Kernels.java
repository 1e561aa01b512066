// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor;

import java.util.List;

/**
 * The operations models are written with, each with its backward beside it.
 *
 * <p>The contract of all of them: outputs are arguments, nothing is allocated or returned; scratch
 * comes from a {@link Workspace}, and a {@code ...Scratch} method says how many elements a kernel
 * takes of it. All floating-point tensors of a call have the engine's compute type, one device, and
 * a contiguous last dimension; outputs do not overlap inputs. A gradient kernel with {@code
 * accumulate} adds to its output, otherwise it overwrites it, whatever was there. Kernels run on
 * the threads of a {@link ComputeLease} only. Arguments are checked before native code is reached
 * ({@link CheckedKernels}); a wrong one gives an {@link IllegalArgumentException} that names it.
 */
public interface Kernels {
  /** Elements of one block of {@link #sumOfSquares}. */
  int SQUARES_BLOCK = 4096;

  // ---- linear layer

  /** {@code y = x Wᵀ}. */
  void linear(Tensor xTI, Tensor weightOI, Tensor yTO);

  /** {@code y = residual + x Wᵀ}. */
  void linearResidual(Tensor xTI, Tensor weightOI, Tensor residualTO, Tensor yTO);

  /** {@code dx = scale · dy W}. */
  void linearInputGradient(Tensor dyTO, Tensor weightOI, double scale, Tensor dxTI);

  /** {@code y += scale · x Wᵀ}: what an adapter adds to a layer. */
  void addLinear(Tensor xTI, Tensor weightOI, double scale, Tensor yTO);

  /** {@code dx += scale · dy W}: the backward of {@link #addLinear}. */
  void addLinearInputGradient(Tensor dyTO, Tensor weightOI, double scale, Tensor dxTI);

  /** {@code dW (+)= scale · dyᵀ x}. */
  void linearWeightGradient(
      Tensor dyTO, Tensor xTI, double scale, Tensor dWeightOI, boolean accumulate);

  // ---- RMSNorm over the last dimension (Zhang and Sennrich, arXiv 1910.07467)

  /**
   * {@code y = x · r · w} with {@code r = 1 / sqrt(mean(x²) + eps)}.
   *
   * @param x [..., H], of two or three dimensions
   * @param factor r, the shape of x without its last dimension; kept for the backward
   */
  void rmsNorm(Tensor x, Tensor weightH, double eps, Tensor y, Tensor factor);

  /** {@code dx (+)= r · (w·dy − n · mean(n · w·dy))} with {@code n = x · r}. */
  void rmsNormInputGradient(
      Tensor dy,
      Tensor x,
      Tensor weightH,
      Tensor factor,
      Tensor dx,
      boolean accumulate,
      Workspace workspace);

  /** {@code dw (+)= Σ dy · x · r} over all rows. */
  void rmsNormWeightGradient(
      Tensor dy, Tensor x, Tensor factor, Tensor dWeightH, boolean accumulate, Workspace workspace);

  /** Scratch elements of either RMSNorm gradient over that many elements of x. */
  long rmsNormScratch(long elements);

  // ---- rotary position embedding, halves rotated against each other (Su et al., arXiv 2104.09864)

  /**
   * Rotates each pair {@code (x[d], x[d + D/2])} by the angle of its token's position.
   *
   * @param cosPE cosines by position and d, E = D/2
   * @param sinPE sines likewise
   * @param positionsT the row of the tables that each token takes
   */
  void rotary(
      Tensor xTND, Tensor cosPE, Tensor sinPE, Tensor positionsT, Tensor yTND, Workspace workspace);

  /** The rotation by the negative angles, which is the backward of {@link #rotary}. */
  void rotaryInputGradient(
      Tensor dyTND,
      Tensor cosPE,
      Tensor sinPE,
      Tensor positionsT,
      Tensor dxTND,
      Workspace workspace);

  /** Scratch elements of either rotary kernel. */
  long rotaryScratch(long tokens, long headSize);

  // ---- SwiGLU (Shazeer, arXiv 2002.05202)

  /** {@code y = silu(gate) · up}, gate being the first F columns and up the last. */
  void swiGlu(Tensor gateUpT2F, Tensor yTF);

  /** The gradients of gate and up. */
  void swiGluInputGradient(Tensor dyTF, Tensor gateUpT2F, Tensor dGateUpT2F);

  // ---- rows of a table

  /** {@code y[t] = table[ids[t]]}: the embedding, or any gathering of rows. */
  void gatherRows(Tensor tableVH, Tensor idsT, Tensor yTH);

  /**
   * {@code dTable[ids[t]] += dy[t]} in the order of t; without accumulate the rest becomes zero.
   */
  void gatherRowsGradient(Tensor dyTH, Tensor idsT, Tensor dTableVH, boolean accumulate);

  // ---- causal attention with grouped heads (Dao, arXiv 2307.08691, for the way it is computed)

  /**
   * Causal attention within each document: query head n attends with key/value head {@code n·G/N}.
   *
   * @param cuSeqlens the documents, T tokens in all
   * @param scale what scores are multiplied by
   * @param lseNT the log of each softmax's denominator, kept for the backward; unspecified where
   *     the engine's backward computes it again
   */
  void attention(
      Tensor qTND,
      Tensor kTGD,
      Tensor vTGD,
      CuSeqlens cuSeqlens,
      double scale,
      Tensor outTND,
      Tensor lseNT,
      Workspace workspace);

  /** The gradients of queries, keys and values. */
  void attentionGradient(
      Tensor dOutTND,
      Tensor qTND,
      Tensor kTGD,
      Tensor vTGD,
      Tensor outTND,
      Tensor lseNT,
      CuSeqlens cuSeqlens,
      double scale,
      Tensor dqTND,
      Tensor dkTGD,
      Tensor dvTGD,
      Workspace workspace);

  /**
   * Scratch elements of either attention kernel.
   *
   * @param tokens the most tokens of a document
   */
  long attentionScratch(long tokens, long heads, long keyValueHeads, long headSize);

  /** Attention of one new token to all P cached ones, itself included; for generation. */
  void attentionToCache(Tensor qND, Tensor kPGD, Tensor vPGD, double scale, Tensor outND);

  // ---- cross entropy

  /**
   * Turns logits into the gradient of the summed loss, {@code softmax − onehot}, in place, and adds
   * the loss {@code Σ −log softmax[target]} to a sum.
   *
   * @param logitsCV contiguous
   * @param targetsC the label of each row, I64, in [0, V)
   * @param lossSum F64, one element
   */
  void crossEntropy(Tensor logitsCV, Tensor targetsC, Tensor lossSum);

  /**
   * The forward of cross entropy over a vocabulary of which each rank has a slice (Shoeybi et al.,
   * arXiv 1909.08053). Turns the logits into the softmax over the slice alone, in place; the loss
   * of a row is the log-sum-exp over the {@code lse} of all slices less the sum of their {@code
   * targetLogit}.
   *
   * @param logitsCV this slice, of at least one column; contiguous
   * @param targetsC the label of each row, I64: its column here, or -1 if it is in another slice
   * @param lseC F64, {@code log Σ exp} of each row of the slice
   * @param targetLogitC F64, the logit of each row's label, 0 if it is in another slice
   */
  void crossEntropySlice(Tensor logitsCV, Tensor targetsC, Tensor lseC, Tensor targetLogitC);

  /**
   * Turns the softmax over a slice into the slice of the summed loss's gradient, {@code factor ·
   * softmax − onehot}, in place.
   *
   * @param softmaxCV what {@link #crossEntropySlice} left; contiguous
   * @param targetsC the label of each row, as there
   * @param factorC F64, the slice's share of each row: {@code exp(lse of the slice − lse of all)}
   */
  void crossEntropySliceGradient(Tensor softmaxCV, Tensor targetsC, Tensor factorC);

  // ---- whole lists of tensors

  /**
   * {@code Σ x²} over each block of {@link #SQUARES_BLOCK} elements: the norm in the compute type,
   * squared in float64; infinite where a square leaves the compute type's range. A block's value
   * depends on nothing but its elements, bit for bit.
   *
   * @param tensors contiguous, each cut into blocks from its first element on, the last one shorter
   * @param blocksB F64, the blocks of the first tensor, then of the second, and so on
   */
  void sumOfSquares(List<Tensor> tensors, Tensor blocksB);

  /** The blocks of {@link #sumOfSquares} in a tensor of that many elements. */
  static long squaresBlocks(long elements) {
    return (elements + SQUARES_BLOCK - 1) / SQUARES_BLOCK;
  }

  /**
   * One AdamW update of each parameter and its moments; gradients are left as they are or scaled.
   */
  void adamW(
      List<Tensor> parameters,
      List<Tensor> gradients,
      List<Tensor> firstMoments,
      List<Tensor> secondMoments,
      AdamW update);

  // ---- moving values

  /** {@code y = x}, converted where the types differ. */
  void copy(Tensor x, Tensor y);

  /** {@code y += x}, of the same shape. */
  void add(Tensor x, Tensor y);

  /** {@code y = value}. */
  void fill(Tensor y, double value);
}
