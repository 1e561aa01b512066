// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.nd4j;

import dev.loam.tensor.AdamW;
import dev.loam.tensor.CuSeqlens;
import dev.loam.tensor.Kernels;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.Workspace;
import java.util.List;

/** Leads each kernel to the class that holds its mathematics. None takes scratch. */
final class ReferenceKernels implements Kernels {
  @Override
  public void linear(Tensor xTI, Tensor weightOI, Tensor yTO) {
    Linear.forward(xTI, weightOI, yTO);
  }

  @Override
  public void linearResidual(Tensor xTI, Tensor weightOI, Tensor residualTO, Tensor yTO) {
    Linear.forwardResidual(xTI, weightOI, residualTO, yTO);
  }

  @Override
  public void linearInputGradient(Tensor dyTO, Tensor weightOI, double scale, Tensor dxTI) {
    Linear.inputGradient(dyTO, weightOI, scale, dxTI);
  }

  @Override
  public void addLinear(Tensor xTI, Tensor weightOI, double scale, Tensor yTO) {
    Linear.add(xTI, weightOI, scale, yTO);
  }

  @Override
  public void addLinearInputGradient(Tensor dyTO, Tensor weightOI, double scale, Tensor dxTI) {
    Linear.addInputGradient(dyTO, weightOI, scale, dxTI);
  }

  @Override
  public void linearWeightGradient(
      Tensor dyTO, Tensor xTI, double scale, Tensor dWeightOI, boolean accumulate) {
    Linear.weightGradient(dyTO, xTI, scale, dWeightOI, accumulate);
  }

  @Override
  public void rmsNorm(Tensor x, Tensor weightH, double eps, Tensor y, Tensor factor) {
    RmsNorm.forward(x, weightH, eps, y, factor);
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
    RmsNorm.inputGradient(dy, x, weightH, factor, dx, accumulate);
  }

  @Override
  public void rmsNormWeightGradient(
      Tensor dy,
      Tensor x,
      Tensor factor,
      Tensor dWeightH,
      boolean accumulate,
      Workspace workspace) {
    RmsNorm.weightGradient(dy, x, factor, dWeightH, accumulate);
  }

  @Override
  public long rmsNormScratch(long elements) {
    return 0;
  }

  @Override
  public void rotary(
      Tensor xTND,
      Tensor cosPE,
      Tensor sinPE,
      Tensor positionsT,
      Tensor yTND,
      Workspace workspace) {
    Rotary.forward(xTND, cosPE, sinPE, positionsT, yTND);
  }

  @Override
  public void rotaryInputGradient(
      Tensor dyTND,
      Tensor cosPE,
      Tensor sinPE,
      Tensor positionsT,
      Tensor dxTND,
      Workspace workspace) {
    Rotary.inputGradient(dyTND, cosPE, sinPE, positionsT, dxTND);
  }

  @Override
  public long rotaryScratch(long tokens, long headSize) {
    return 0;
  }

  @Override
  public void swiGlu(Tensor gateUpT2F, Tensor yTF) {
    SwiGlu.forward(gateUpT2F, yTF);
  }

  @Override
  public void swiGluInputGradient(Tensor dyTF, Tensor gateUpT2F, Tensor dGateUpT2F) {
    SwiGlu.inputGradient(dyTF, gateUpT2F, dGateUpT2F);
  }

  @Override
  public void gatherRows(Tensor tableVH, Tensor idsT, Tensor yTH) {
    Rows.gather(tableVH, idsT, yTH);
  }

  @Override
  public void gatherRowsGradient(Tensor dyTH, Tensor idsT, Tensor dTableVH, boolean accumulate) {
    Rows.gatherGradient(dyTH, idsT, dTableVH, accumulate);
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
    Attention.forward(qTND, kTGD, vTGD, cuSeqlens, scale, outTND, lseNT);
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
    Attention.gradient(
        dOutTND, qTND, kTGD, vTGD, outTND, lseNT, cuSeqlens, scale, dqTND, dkTGD, dvTGD);
  }

  @Override
  public long attentionScratch(long tokens, long heads, long keyValueHeads, long headSize) {
    return 0;
  }

  @Override
  public void attentionToCache(Tensor qND, Tensor kPGD, Tensor vPGD, double scale, Tensor outND) {
    Attention.toCache(qND, kPGD, vPGD, scale, outND);
  }

  @Override
  public void crossEntropy(Tensor logitsCV, Tensor targetsC, Tensor lossSum) {
    CrossEntropy.lossAndGradient(logitsCV, targetsC, lossSum);
  }

  @Override
  public void crossEntropySlice(
      Tensor logitsCV, Tensor targetsC, Tensor lseC, Tensor targetLogitC) {
    CrossEntropySlice.forward(logitsCV, targetsC, lseC, targetLogitC);
  }

  @Override
  public void crossEntropySliceGradient(Tensor softmaxCV, Tensor targetsC, Tensor factorC) {
    CrossEntropySlice.gradient(softmaxCV, targetsC, factorC);
  }

  @Override
  public void sumOfSquares(List<Tensor> tensors, Tensor blocksB) {
    SumOfSquares.ofBlocks(tensors, blocksB);
  }

  @Override
  public void adamW(
      List<Tensor> parameters,
      List<Tensor> gradients,
      List<Tensor> firstMoments,
      List<Tensor> secondMoments,
      AdamW update) {
    for (int i = 0; i < parameters.size(); i++) {
      AdamWUpdate.apply(
          parameters.get(i), gradients.get(i), firstMoments.get(i), secondMoments.get(i), update);
    }
  }

  @Override
  public void copy(Tensor x, Tensor y) {
    Copies.copy(x, y);
  }

  @Override
  public void add(Tensor x, Tensor y) {
    Copies.add(x, y);
  }

  @Override
  public void fill(Tensor y, double value) {
    Copies.fill(y, value);
  }
}
