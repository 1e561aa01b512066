// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor;

import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Checks every argument of a kernel, then calls the engine's. Engines hand out kernels wrapped so.
 */
public final class CheckedKernels implements Kernels {
  private final Kernels kernels;
  private final DType computeType;
  private final BooleanSupplier onLeasedThread;

  /**
   * Wraps an engine's kernels.
   *
   * @param onLeasedThread whether the caller is on the thread these kernels may be called from
   */
  public CheckedKernels(Kernels kernels, DType computeType, BooleanSupplier onLeasedThread) {
    this.kernels = kernels;
    this.computeType = computeType;
    this.onLeasedThread = onLeasedThread;
  }

  private KernelArguments check(String kernel) {
    if (!onLeasedThread.getAsBoolean()) {
      throw new IllegalStateException(
          kernel + " was called outside its compute lease, on " + Thread.currentThread().getName());
    }
    return new KernelArguments(kernel, computeType);
  }

  @Override
  public void linear(Tensor xTI, Tensor weightOI, Tensor yTO) {
    check("linear")
        .input("x", xTI, "T", "I")
        .input("weight", weightOI, "O", "I")
        .output("y", yTO, "T", "O");
    kernels.linear(xTI, weightOI, yTO);
  }

  @Override
  public void linearResidual(Tensor xTI, Tensor weightOI, Tensor residualTO, Tensor yTO) {
    check("linearResidual")
        .input("x", xTI, "T", "I")
        .input("weight", weightOI, "O", "I")
        .input("residual", residualTO, "T", "O")
        .output("y", yTO, "T", "O");
    kernels.linearResidual(xTI, weightOI, residualTO, yTO);
  }

  @Override
  public void linearInputGradient(Tensor dyTO, Tensor weightOI, double scale, Tensor dxTI) {
    check("linearInputGradient")
        .input("dy", dyTO, "T", "O")
        .input("weight", weightOI, "O", "I")
        .output("dx", dxTI, "T", "I");
    kernels.linearInputGradient(dyTO, weightOI, scale, dxTI);
  }

  @Override
  public void addLinear(Tensor xTI, Tensor weightOI, double scale, Tensor yTO) {
    check("addLinear")
        .input("x", xTI, "T", "I")
        .input("weight", weightOI, "O", "I")
        .output("y", yTO, "T", "O");
    kernels.addLinear(xTI, weightOI, scale, yTO);
  }

  @Override
  public void addLinearInputGradient(Tensor dyTO, Tensor weightOI, double scale, Tensor dxTI) {
    check("addLinearInputGradient")
        .input("dy", dyTO, "T", "O")
        .input("weight", weightOI, "O", "I")
        .output("dx", dxTI, "T", "I");
    kernels.addLinearInputGradient(dyTO, weightOI, scale, dxTI);
  }

  @Override
  public void linearWeightGradient(
      Tensor dyTO, Tensor xTI, double scale, Tensor dWeightOI, boolean accumulate) {
    check("linearWeightGradient")
        .input("dy", dyTO, "T", "O")
        .input("x", xTI, "T", "I")
        .output("dWeight", dWeightOI, "O", "I");
    kernels.linearWeightGradient(dyTO, xTI, scale, dWeightOI, accumulate);
  }

  @Override
  public void rmsNorm(Tensor x, Tensor weightH, double eps, Tensor y, Tensor factor) {
    check("rmsNorm")
        .rows("x", x, "H")
        .input("weight", weightH, "H")
        .output("y", y, dimensions(x, "H"))
        .output("factor", factor, dimensions(x));
    kernels.rmsNorm(x, weightH, eps, y, factor);
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
    check("rmsNormInputGradient")
        .rows("x", x, "H")
        .input("dy", dy, dimensions(x, "H"))
        .input("weight", weightH, "H")
        .input("factor", factor, dimensions(x))
        .output("dx", dx, dimensions(x, "H"));
    kernels.rmsNormInputGradient(dy, x, weightH, factor, dx, accumulate, workspace);
  }

  @Override
  public void rmsNormWeightGradient(
      Tensor dy,
      Tensor x,
      Tensor factor,
      Tensor dWeightH,
      boolean accumulate,
      Workspace workspace) {
    check("rmsNormWeightGradient")
        .rows("x", x, "H")
        .input("dy", dy, dimensions(x, "H"))
        .input("factor", factor, dimensions(x))
        .output("dWeight", dWeightH, "H");
    kernels.rmsNormWeightGradient(dy, x, factor, dWeightH, accumulate, workspace);
  }

  @Override
  public long rmsNormScratch(long elements) {
    return kernels.rmsNormScratch(elements);
  }

  @Override
  public void rotary(
      Tensor xTND,
      Tensor cosPE,
      Tensor sinPE,
      Tensor positionsT,
      Tensor yTND,
      Workspace workspace) {
    checkRotary("rotary", xTND, cosPE, sinPE, positionsT, yTND);
    kernels.rotary(xTND, cosPE, sinPE, positionsT, yTND, workspace);
  }

  @Override
  public void rotaryInputGradient(
      Tensor dyTND,
      Tensor cosPE,
      Tensor sinPE,
      Tensor positionsT,
      Tensor dxTND,
      Workspace workspace) {
    checkRotary("rotaryInputGradient", dyTND, cosPE, sinPE, positionsT, dxTND);
    kernels.rotaryInputGradient(dyTND, cosPE, sinPE, positionsT, dxTND, workspace);
  }

  private void checkRotary(
      String kernel, Tensor x, Tensor cosPE, Tensor sinPE, Tensor positionsT, Tensor y) {
    check(kernel)
        .input("x", x, "T", "N", "D")
        .dimension("E", x.size(-1) / 2)
        .even("head size", x.size(-1))
        .input("cos", cosPE, "P", "E")
        .input("sin", sinPE, "P", "E")
        .ids("positions", positionsT, "T")
        .output("y", y, "T", "N", "D");
  }

  @Override
  public long rotaryScratch(long tokens, long headSize) {
    return kernels.rotaryScratch(tokens, headSize);
  }

  @Override
  public void swiGlu(Tensor gateUpT2F, Tensor yTF) {
    check("swiGlu")
        .input("gateUp", gateUpT2F, "T", "2F")
        .even("gateUp columns", gateUpT2F.size(-1))
        .dimension("F", gateUpT2F.size(-1) / 2)
        .output("y", yTF, "T", "F");
    kernels.swiGlu(gateUpT2F, yTF);
  }

  @Override
  public void swiGluInputGradient(Tensor dyTF, Tensor gateUpT2F, Tensor dGateUpT2F) {
    check("swiGluInputGradient")
        .input("gateUp", gateUpT2F, "T", "2F")
        .even("gateUp columns", gateUpT2F.size(-1))
        .dimension("F", gateUpT2F.size(-1) / 2)
        .input("dy", dyTF, "T", "F")
        .output("dGateUp", dGateUpT2F, "T", "2F");
    kernels.swiGluInputGradient(dyTF, gateUpT2F, dGateUpT2F);
  }

  @Override
  public void gatherRows(Tensor tableVH, Tensor idsT, Tensor yTH) {
    check("gatherRows")
        .input("table", tableVH, "V", "H")
        .ids("ids", idsT, "T")
        .output("y", yTH, "T", "H");
    kernels.gatherRows(tableVH, idsT, yTH);
  }

  @Override
  public void gatherRowsGradient(Tensor dyTH, Tensor idsT, Tensor dTableVH, boolean accumulate) {
    check("gatherRowsGradient")
        .input("dy", dyTH, "T", "H")
        .ids("ids", idsT, "T")
        .output("dTable", dTableVH, "V", "H");
    kernels.gatherRowsGradient(dyTH, idsT, dTableVH, accumulate);
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
    checkHeads("attention", qTND, kTGD, vTGD)
        .segments("cuSeqlens", cuSeqlens, "T")
        .output("out", outTND, "T", "N", "D")
        .output("lse", lseNT, "N", "T");
    kernels.attention(qTND, kTGD, vTGD, cuSeqlens, scale, outTND, lseNT, workspace);
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
    checkHeads("attentionGradient", qTND, kTGD, vTGD)
        .segments("cuSeqlens", cuSeqlens, "T")
        .input("dOut", dOutTND, "T", "N", "D")
        .input("out", outTND, "T", "N", "D")
        .input("lse", lseNT, "N", "T")
        .output("dq", dqTND, "T", "N", "D")
        .output("dk", dkTGD, "T", "G", "D")
        .output("dv", dvTGD, "T", "G", "D");
    kernels.attentionGradient(
        dOutTND, qTND, kTGD, vTGD, outTND, lseNT, cuSeqlens, scale, dqTND, dkTGD, dvTGD, workspace);
  }

  @Override
  public long attentionScratch(long tokens, long heads, long keyValueHeads, long headSize) {
    return kernels.attentionScratch(tokens, heads, keyValueHeads, headSize);
  }

  private KernelArguments checkHeads(String kernel, Tensor q, Tensor k, Tensor v) {
    return check(kernel)
        .input("q", q, "T", "N", "D")
        .input("k", k, "T", "G", "D")
        .input("v", v, "T", "G", "D")
        .multiple("N", "G");
  }

  @Override
  public void attentionToCache(Tensor qND, Tensor kPGD, Tensor vPGD, double scale, Tensor outND) {
    check("attentionToCache")
        .input("q", qND, "N", "D")
        .input("k", kPGD, "P", "G", "D")
        .input("v", vPGD, "P", "G", "D")
        .multiple("N", "G")
        .output("out", outND, "N", "D");
    kernels.attentionToCache(qND, kPGD, vPGD, scale, outND);
  }

  @Override
  public void crossEntropy(Tensor logitsCV, Tensor targetsC, Tensor lossSum) {
    check("crossEntropy")
        .output("logits", logitsCV, "C", "V")
        .contiguous("logits", logitsCV)
        .ids("targets", targetsC, "C")
        .sum("lossSum", lossSum);
    kernels.crossEntropy(logitsCV, targetsC, lossSum);
  }

  @Override
  public void crossEntropySlice(
      Tensor logitsCV, Tensor targetsC, Tensor lseC, Tensor targetLogitC) {
    check("crossEntropySlice")
        .input("logits", logitsCV, "C", "V")
        .contiguous("logits", logitsCV)
        .positive("V")
        .ids("targets", targetsC, "C")
        .doublesOutput("lse", lseC, "C")
        .doublesOutput("targetLogit", targetLogitC, "C");
    kernels.crossEntropySlice(logitsCV, targetsC, lseC, targetLogitC);
  }

  @Override
  public void crossEntropySliceGradient(Tensor softmaxCV, Tensor targetsC, Tensor factorC) {
    check("crossEntropySliceGradient")
        .doubles("factor", factorC, "C")
        .output("softmax", softmaxCV, "C", "V")
        .contiguous("softmax", softmaxCV)
        .positive("V")
        .ids("targets", targetsC, "C");
    kernels.crossEntropySliceGradient(softmaxCV, targetsC, factorC);
  }

  @Override
  public void sumOfSquares(List<Tensor> tensors, Tensor blocksB) {
    KernelArguments arguments = check("sumOfSquares");
    long blocks = 0;
    for (Tensor tensor : tensors) {
      arguments.contiguous("tensor", tensor);
      blocks += Kernels.squaresBlocks(tensor.elements());
    }
    arguments.dimension("B", blocks).doublesOutput("blocks", blocksB, "B");
    kernels.sumOfSquares(tensors, blocksB);
  }

  @Override
  public void adamW(
      List<Tensor> parameters,
      List<Tensor> gradients,
      List<Tensor> firstMoments,
      List<Tensor> secondMoments,
      AdamW update) {
    KernelArguments arguments = check("adamW");
    arguments.sameCount("gradients", gradients, parameters);
    arguments.sameCount("first moments", firstMoments, parameters);
    arguments.sameCount("second moments", secondMoments, parameters);
    for (int i = 0; i < parameters.size(); i++) {
      arguments
          .contiguous("parameter", parameters.get(i))
          .likewise("gradient", gradients.get(i), parameters.get(i))
          .likewise("first moment", firstMoments.get(i), parameters.get(i))
          .likewise("second moment", secondMoments.get(i), parameters.get(i));
    }
    if (!parameters.isEmpty()) {
      kernels.adamW(parameters, gradients, firstMoments, secondMoments, update);
    }
  }

  @Override
  public void copy(Tensor x, Tensor y) {
    check("copy").sameShape("y", y, x);
    kernels.copy(x, y);
  }

  @Override
  public void add(Tensor x, Tensor y) {
    String[] dimensions = new String[x.rank()];
    Arrays.setAll(dimensions, d -> "dimension " + d);
    check("add").sameShape("y", y, x).input("x", x, dimensions).output("y", y, dimensions);
    kernels.add(x, y);
  }

  @Override
  public void fill(Tensor y, double value) {
    check("fill").open("y", y);
    kernels.fill(y, value);
  }

  /** Names of the dimensions of a tensor with the rows of x, then the given ones. */
  private static String[] dimensions(Tensor x, String... last) {
    String[] rows = x.rank() == 3 ? new String[] {"T", "N"} : new String[] {"T"};
    String[] all = new String[rows.length + last.length];
    System.arraycopy(rows, 0, all, 0, rows.length);
    System.arraycopy(last, 0, all, rows.length, last.length);
    return all;
  }
}
