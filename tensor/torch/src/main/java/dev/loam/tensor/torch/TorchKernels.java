// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.torch;

import dev.loam.tensor.AdamW;
import dev.loam.tensor.CuSeqlens;
import dev.loam.tensor.Kernels;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.Workspace;
import java.util.List;

/** Calls the TorchScript kernels, giving them their scratch. */
final class TorchKernels implements Kernels {
  private final TorchScriptModule module;

  private final MatrixProducts products;
  private final CausalAttention attention;

  TorchKernels(TorchScriptModule module, MatrixProducts products) {
    this.module = module;
    this.products = products;
    attention = new CausalAttention(module, products);
  }

  @Override
  public void linear(Tensor xTI, Tensor weightOI, Tensor yTO) {
    products.multiply(xTI, weightOI.transpose(0, 1), 1, false, yTO);
  }

  @Override
  public void linearResidual(Tensor xTI, Tensor weightOI, Tensor residualTO, Tensor yTO) {
    copy(residualTO, yTO);
    addLinear(xTI, weightOI, 1, yTO);
  }

  @Override
  public void linearInputGradient(Tensor dyTO, Tensor weightOI, double scale, Tensor dxTI) {
    products.multiply(dyTO, weightOI, scale, false, dxTI);
  }

  @Override
  public void addLinear(Tensor xTI, Tensor weightOI, double scale, Tensor yTO) {
    products.multiply(xTI, weightOI.transpose(0, 1), scale, true, yTO);
  }

  @Override
  public void addLinearInputGradient(Tensor dyTO, Tensor weightOI, double scale, Tensor dxTI) {
    products.multiply(dyTO, weightOI, scale, true, dxTI);
  }

  @Override
  public void linearWeightGradient(
      Tensor dyTO, Tensor xTI, double scale, Tensor dWeightOI, boolean accumulate) {
    products.multiply(dyTO.transpose(0, 1), xTI, scale, accumulate, dWeightOI);
  }

  @Override
  public void rmsNorm(Tensor x, Tensor weightH, double eps, Tensor y, Tensor factor) {
    if (TokenKernels.takes(x, weightH, y, factor)) {
      TokenKernels.rmsNorm(x, weightH, eps, y, factor);
      return;
    }
    module.call("rms_norm").tensor(x).tensor(weightH).number(eps).tensor(y).tensor(factor).run();
  }

  @Override
  public void rmsNormInputGradient(
      Tensor dy,
      Tensor x,
      Tensor weightH,
      Tensor factor,
      Tensor dx,
      boolean accumulate,
      Workspace workspace) {
    long[] shape = x.shape().toArray();
    try (Workspace.Frame frame = workspace.frame()) {
      module
          .call("rms_norm_input_gradient")
          .tensor(dy)
          .tensor(x)
          .tensor(weightH)
          .tensor(factor)
          .tensor(dx)
          .flag(accumulate)
          .tensor(frame.take(shape))
          .tensor(frame.take(shape))
          .tensor(frame.take(shape))
          .tensor(frame.take(factor.shape().toArray()))
          .run();
    }
  }

  @Override
  public void rmsNormWeightGradient(
      Tensor dy,
      Tensor x,
      Tensor factor,
      Tensor dWeightH,
      boolean accumulate,
      Workspace workspace) {
    try (Workspace.Frame frame = workspace.frame()) {
      module
          .call("rms_norm_weight_gradient")
          .tensor(dy)
          .tensor(x)
          .tensor(factor)
          .tensor(dWeightH)
          .flag(accumulate)
          .tensor(frame.take(x.shape().toArray()))
          .run();
    }
  }

  @Override
  public long rmsNormScratch(long elements) {
    return 4 * Workspace.padded(elements);
  }

  @Override
  public void rotary(
      Tensor xTND,
      Tensor cosPE,
      Tensor sinPE,
      Tensor positionsT,
      Tensor yTND,
      Workspace workspace) {
    if (TokenKernels.rotates(xTND, cosPE, sinPE, yTND)) {
      TokenKernels.rotary(xTND, cosPE, sinPE, positionsT, yTND);
      return;
    }
    rotate(xTND, cosPE, sinPE, positionsT, 1, yTND, workspace);
  }

  @Override
  public void rotaryInputGradient(
      Tensor dyTND,
      Tensor cosPE,
      Tensor sinPE,
      Tensor positionsT,
      Tensor dxTND,
      Workspace workspace) {
    rotate(dyTND, cosPE, sinPE, positionsT, -1, dxTND, workspace);
  }

  private void rotate(
      Tensor x,
      Tensor cosPE,
      Tensor sinPE,
      Tensor positionsT,
      double direction,
      Tensor y,
      Workspace workspace) {
    try (Workspace.Frame frame = workspace.frame()) {
      module
          .call("rotary")
          .tensor(x)
          .tensor(cosPE)
          .tensor(sinPE)
          .tensor(positionsT)
          .number(direction)
          .tensor(y)
          .tensor(frame.take(x.size(0), cosPE.size(1)))
          .tensor(frame.take(x.size(0), cosPE.size(1)))
          .run();
    }
  }

  @Override
  public long rotaryScratch(long tokens, long headSize) {
    return 2 * Workspace.padded(tokens * (headSize / 2));
  }

  @Override
  public void swiGlu(Tensor gateUpT2F, Tensor yTF) {
    module.run("swiglu", gateUpT2F, yTF);
  }

  @Override
  public void swiGluInputGradient(Tensor dyTF, Tensor gateUpT2F, Tensor dGateUpT2F) {
    module.run("swiglu_input_gradient", dyTF, gateUpT2F, dGateUpT2F);
  }

  @Override
  public void gatherRows(Tensor tableVH, Tensor idsT, Tensor yTH) {
    module.run("gather_rows", tableVH, idsT, yTH);
  }

  @Override
  public void gatherRowsGradient(Tensor dyTH, Tensor idsT, Tensor dTableVH, boolean accumulate) {
    module
        .call("gather_rows_gradient")
        .tensor(dyTH)
        .tensor(idsT)
        .tensor(dTableVH)
        .flag(accumulate)
        .run();
  }

  @Override
  public void attention(
      Tensor qTND,
      Tensor kTGD,
      Tensor vTGD,
      CuSeqlens cuSeqlens,
      double scale,
      Tensor outTND,
      Tensor lseNT,
      Workspace workspace) {
    attention.forward(qTND, kTGD, vTGD, cuSeqlens, scale, outTND, lseNT, workspace);
  }

  @Override
  public void attentionGradient(
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
      Workspace workspace) {
    attention.backward(
        dOutTND, qTND, kTGD, vTGD, outTND, lseNT, cuSeqlens, scale, dqTND, dkTGD, dvTGD, workspace);
  }

  @Override
  public long attentionScratch(long tokens, long heads, long keyValueHeads, long headSize) {
    return CausalAttention.scratch(tokens, heads, keyValueHeads, headSize);
  }

  @Override
  public void attentionToCache(Tensor qND, Tensor kPGD, Tensor vPGD, double scale, Tensor outND) {
    module
        .call("attention_to_cache")
        .tensor(qND)
        .tensor(kPGD)
        .tensor(vPGD)
        .number(scale)
        .tensor(outND)
        .run();
  }

  @Override
  public void crossEntropy(Tensor logitsCV, Tensor targetsC, Tensor lossSum) {
    module.run("cross_entropy", logitsCV, targetsC, lossSum);
  }

  @Override
  public void crossEntropySlice(
      Tensor logitsCV, Tensor targetsC, Tensor lseC, Tensor targetLogitC) {
    module.run("cross_entropy_slice", logitsCV, targetsC, lseC, targetLogitC);
  }

  @Override
  public void crossEntropySliceGradient(Tensor softmaxCV, Tensor targetsC, Tensor factorC) {
    module.run("cross_entropy_slice_gradient", softmaxCV, targetsC, factorC);
  }

  @Override
  public void sumOfSquares(List<Tensor> tensors, Tensor blocksB) {
    module.call("sum_of_squares").tensors(tensors).integer(SQUARES_BLOCK).tensor(blocksB).run();
  }

  @Override
  public void adamW(
      List<Tensor> parameters,
      List<Tensor> gradients,
      List<Tensor> firstMoments,
      List<Tensor> secondMoments,
      AdamW update) {
    module
        .call("adamw")
        .tensors(parameters)
        .tensors(gradients)
        .tensors(firstMoments)
        .tensors(secondMoments)
        .number(update.lr())
        .number(update.beta1())
        .number(update.beta2())
        .number(update.eps())
        .number(update.weightDecay())
        .number((double) update.step())
        .number(update.gradientScale())
        .run();
  }

  @Override
  public void copy(Tensor x, Tensor y) {
    if (TokenKernels.copies(x, y)) {
      TokenKernels.copy(x, y);
    } else {
      module.run("copy", x, y);
    }
  }

  @Override
  public void add(Tensor x, Tensor y) {
    module.run("add", x, y);
  }

  @Override
  public void fill(Tensor y, double value) {
    module.call("fill").tensor(y).number(value).run();
  }
}
