// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.plan;

import dev.loam.tensor.AdamW;
import dev.loam.tensor.CuSeqlens;
import dev.loam.tensor.Kernels;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.Workspace;
import java.util.List;

/**
 * Kernels that count what they would do: operations of matrix products, and for all others the
 * bytes they would read and write, since those wait for memory.
 */
final class CountingKernels implements Kernels {
  private final Kernels sizes;
  private double operations;
  private double movedBytes;

  /**
   * Starts at zero.
   *
   * @param sizes says how much scratch kernels take
   */
  CountingKernels(Kernels sizes) {
    this.sizes = sizes;
  }

  /** Multiplications and additions of matrix products, attention included. */
  double operations() {
    return operations;
  }

  /** Bytes read and written by all other kernels. */
  double movedBytes() {
    return movedBytes;
  }

  private void product(long a, long b, long c) {
    operations += 2.0 * a * b * c;
  }

  private void move(Tensor... tensors) {
    for (Tensor tensor : tensors) {
      movedBytes += (double) tensor.elements() * tensor.dtype().bytes();
    }
  }

  @Override
  public void linear(Tensor x, Tensor weight, Tensor y) {
    product(x.size(0), weight.size(0), weight.size(1));
  }

  @Override
  public void linearResidual(Tensor x, Tensor weight, Tensor residual, Tensor y) {
    linear(x, weight, y);
    move(residual, y);
  }

  @Override
  public void linearInputGradient(Tensor dy, Tensor weight, double scale, Tensor dx) {
    product(dy.size(0), weight.size(0), weight.size(1));
  }

  @Override
  public void addLinear(Tensor x, Tensor weight, double scale, Tensor y) {
    linear(x, weight, y);
  }

  @Override
  public void addLinearInputGradient(Tensor dy, Tensor weight, double scale, Tensor dx) {
    linearInputGradient(dy, weight, scale, dx);
  }

  @Override
  public void linearWeightGradient(
      Tensor dy, Tensor x, double scale, Tensor dWeight, boolean accumulate) {
    product(dy.size(0), dWeight.size(0), dWeight.size(1));
  }

  @Override
  public void rmsNorm(Tensor x, Tensor weight, double eps, Tensor y, Tensor factor) {
    move(x, x, y);
  }

  @Override
  public void rmsNormInputGradient(
      Tensor dy,
      Tensor x,
      Tensor weight,
      Tensor factor,
      Tensor dx,
      boolean accumulate,
      Workspace workspace) {
    move(dy, x, dx, dx, dx);
  }

  @Override
  public void rmsNormWeightGradient(
      Tensor dy, Tensor x, Tensor factor, Tensor dWeight, boolean accumulate, Workspace workspace) {
    move(dy, x, x, x);
  }

  @Override
  public long rmsNormScratch(long elements) {
    return sizes.rmsNormScratch(elements);
  }

  @Override
  public void rotary(
      Tensor x, Tensor cos, Tensor sin, Tensor positions, Tensor y, Workspace workspace) {
    move(x, x, y, y);
  }

  @Override
  public void rotaryInputGradient(
      Tensor dy, Tensor cos, Tensor sin, Tensor positions, Tensor dx, Workspace workspace) {
    move(dy, dy, dx, dx);
  }

  @Override
  public long rotaryScratch(long tokens, long headSize) {
    return sizes.rotaryScratch(tokens, headSize);
  }

  @Override
  public void swiGlu(Tensor gateUp, Tensor y) {
    move(gateUp, y, y);
  }

  @Override
  public void swiGluInputGradient(Tensor dy, Tensor gateUp, Tensor dGateUp) {
    move(dy, gateUp, gateUp, dGateUp, dGateUp);
  }

  @Override
  public void gatherRows(Tensor table, Tensor ids, Tensor y) {
    move(y, y);
  }

  @Override
  public void gatherRowsGradient(Tensor dy, Tensor ids, Tensor dTable, boolean accumulate) {
    move(dy, dy, dy);
    if (!accumulate) {
      move(dTable);
    }
  }

  @Override
  public void attention(
      Tensor q,
      Tensor k,
      Tensor v,
      CuSeqlens cuSeqlens,
      double scale,
      Tensor out,
      Tensor lse,
      Workspace workspace) {
    operations += 2 * scores(q, cuSeqlens);
  }

  @Override
  public void attentionGradient(
      Tensor dOut,
      Tensor q,
      Tensor k,
      Tensor v,
      Tensor out,
      Tensor lse,
      CuSeqlens cuSeqlens,
      double scale,
      Tensor dq,
      Tensor dk,
      Tensor dv,
      Workspace workspace) {
    operations += 5 * scores(q, cuSeqlens);
  }

  @Override
  public long attentionScratch(long tokens, long heads, long keyValueHeads, long headSize) {
    return sizes.attentionScratch(tokens, heads, keyValueHeads, headSize);
  }

  /** The operations of one product of all queries with the keys before them. */
  private static double scores(Tensor q, CuSeqlens cuSeqlens) {
    double pairs = 0;
    for (int i = 0; i < cuSeqlens.documents(); i++) {
      double length = cuSeqlens.length(i);
      pairs += length * (length + 1) / 2;
    }
    return 2 * pairs * q.size(1) * q.size(2);
  }

  @Override
  public void attentionToCache(Tensor q, Tensor k, Tensor v, double scale, Tensor out) {
    operations += 4.0 * q.elements() * k.size(0);
  }

  @Override
  public void crossEntropy(Tensor logits, Tensor targets, Tensor lossSum) {
    move(logits, logits, logits);
  }

  @Override
  public void crossEntropySlice(Tensor logits, Tensor targets, Tensor lse, Tensor targetLogit) {
    move(logits, logits, logits);
  }

  @Override
  public void crossEntropySliceGradient(Tensor softmax, Tensor targets, Tensor factor) {
    move(softmax, softmax);
  }

  @Override
  public void sumOfSquares(List<Tensor> tensors, Tensor blocks) {
    tensors.forEach(this::move);
  }

  @Override
  public void adamW(
      List<Tensor> parameters,
      List<Tensor> gradients,
      List<Tensor> firstMoments,
      List<Tensor> secondMoments,
      AdamW update) {
    parameters.forEach(p -> move(p, p, p, p, p, p, p));
  }

  @Override
  public void copy(Tensor x, Tensor y) {
    move(x, y);
  }

  @Override
  public void add(Tensor x, Tensor y) {
    move(x, y, y);
  }

  @Override
  public void fill(Tensor y, double value) {
    move(y);
  }
}
