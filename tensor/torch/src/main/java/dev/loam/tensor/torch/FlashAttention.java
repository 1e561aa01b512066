// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.torch;

import dev.loam.tensor.Tensor;
import dev.loam.tensor.torch.AttentionViews.Block;
import dev.loam.tensor.torch.AttentionViews.Document;
import dev.loam.tensor.torch.AttentionViews.Turn;
import java.util.List;

/**
 * Causal attention by libtorch's flash kernel (Dao, arXiv 2307.08691), some groups of heads at a
 * time. The kernel allocates its results, which are moved to their places: no more than fits below
 * the size from which memory is given back to the system at once.
 */
final class FlashAttention {
  private static final long RESULT = 1 << 22;

  private final TorchScriptModule module;

  FlashAttention(TorchScriptModule module) {
    this.module = module;
  }

  /** The output of one document. */
  void forward(
      Document document,
      Tensor qTND,
      Tensor kTGD,
      Tensor vTGD,
      double scale,
      Tensor outTND,
      Tensor lseNT) {
    Block whole = document.whole(kTGD.size(1));
    for (Turn turn : turns(whole, qTND)) {
      module
          .call("flash_attention")
          .tensor(turn.of(whole.queries(qTND)))
          .tensor(turn.of(document.heads(kTGD)))
          .tensor(turn.of(document.heads(vTGD)))
          .number(scale)
          .tensor(turn.of(whole.queries(outTND)))
          .tensor(turn.of(whole.rows(lseNT)))
          .run();
    }
  }

  /** The gradients of one document. */
  void backward(
      Document document,
      Tensor dOutTND,
      Tensor qTND,
      Tensor kTGD,
      Tensor vTGD,
      Tensor outTND,
      Tensor lseNT,
      double scale,
      Tensor dqTND,
      Tensor dkTGD,
      Tensor dvTGD) {
    Block whole = document.whole(kTGD.size(1));
    for (Turn turn : turns(whole, qTND)) {
      module
          .call("flash_attention_gradient")
          .tensor(turn.of(whole.queries(dOutTND)))
          .tensor(turn.of(whole.queries(qTND)))
          .tensor(turn.of(document.heads(kTGD)))
          .tensor(turn.of(document.heads(vTGD)))
          .tensor(turn.of(whole.queries(outTND)))
          .tensor(turn.of(whole.rows(lseNT)))
          .number(scale)
          .tensor(turn.of(whole.queries(dqTND)))
          .tensor(turn.of(document.heads(dkTGD)))
          .tensor(turn.of(document.heads(dvTGD)))
          .run();
    }
  }

  private static List<Turn> turns(Block whole, Tensor qTND) {
    long ofGroup = whole.queries() * qTND.size(1) / whole.groups() * qTND.size(2);
    return whole.turns(Math.max(1, RESULT / ofGroup));
  }
}
