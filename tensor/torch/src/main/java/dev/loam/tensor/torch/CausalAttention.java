// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.torch;

import dev.loam.tensor.CuSeqlens;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.Workspace;
import dev.loam.tensor.torch.AttentionViews.Document;

/**
 * Causal attention, each document by the way that is faster at its length: blocks of matrix
 * products, or the flash kernel, which leaves out no scores of short documents but keeps those of
 * long ones in the cache.
 */
final class CausalAttention {
  /** Of documents that long, the flash kernel takes less time. */
  private static final long LONG = 3072;

  private final BlockedAttention blocked;
  private final FlashAttention flash;

  CausalAttention(TorchScriptModule module, MatrixProducts products) {
    blocked = new BlockedAttention(module, products);
    flash = new FlashAttention(module);
  }

  /** The most scratch that forward or backward takes at once, in elements. */
  static long scratch(long tokens, long heads, long groups, long headSize) {
    return BlockedAttention.scratch(Math.min(tokens, LONG - 1), heads, groups, headSize);
  }

  void forward(
      Tensor qTND,
      Tensor kTGD,
      Tensor vTGD,
      CuSeqlens documents,
      double scale,
      Tensor outTND,
      Tensor lseNT,
      Workspace workspace) {
    for (Document document : Document.of(documents)) {
      if (document.length() < LONG) {
        blocked.forward(document, qTND, kTGD, vTGD, scale, outTND, workspace);
      } else {
        flash.forward(document, qTND, kTGD, vTGD, scale, outTND, lseNT);
      }
    }
  }

  void backward(
      Tensor dOutTND,
      Tensor qTND,
      Tensor kTGD,
      Tensor vTGD,
      Tensor outTND,
      Tensor lseNT,
      CuSeqlens documents,
      double scale,
      Tensor dqTND,
      Tensor dkTGD,
      Tensor dvTGD,
      Workspace workspace) {
    for (Document document : Document.of(documents)) {
      if (document.length() < LONG) {
        blocked.backward(
            document, dOutTND, qTND, kTGD, vTGD, scale, dqTND, dkTGD, dvTGD, workspace);
      } else {
        flash.backward(
            document, dOutTND, qTND, kTGD, vTGD, outTND, lseNT, scale, dqTND, dkTGD, dvTGD);
      }
    }
  }
}
