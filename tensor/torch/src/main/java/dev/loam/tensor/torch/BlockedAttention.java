// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.torch;

import dev.loam.tensor.Tensor;
import dev.loam.tensor.Workspace;
import dev.loam.tensor.torch.AttentionViews.Block;
import dev.loam.tensor.torch.AttentionViews.Document;
import dev.loam.tensor.torch.AttentionViews.Turn;
import java.util.List;

/**
 * Causal attention out of batched matrix products, a block of queries after the other: scores of a
 * block with all keys up to its end, softmax, and the product with the values. Of the scores one
 * block exists at a time, and the backward computes them again (Dao, arXiv 2307.08691). Keys after
 * a block are not touched, so that little more than half of all scores is computed. The query heads
 * that share a key/value head are rows of the same product.
 *
 * <p>In shapes: G key/value heads of which a call takes g, J query heads of each, B queries of a
 * block, R = J B, E keys up to the block's end, L tokens of a document.
 */
final class BlockedAttention {
  /**
   * Scores that are computed at once, unless one group of heads has more: they should stay in the
   * cache.
   */
  private static final long SCORES = 1 << 20;

  private static final long QUERIES = 128;

  private final TorchScriptModule module;
  private final MatrixProducts products;

  BlockedAttention(TorchScriptModule module, MatrixProducts products) {
    this.module = module;
    this.products = products;
  }

  /** The most scratch that forward or backward takes at once, in elements. */
  static long scratch(long tokens, long heads, long groups, long headSize) {
    long queries = Math.min(QUERIES, tokens);
    long keys = Workspace.padded(groups * tokens * headSize);
    long block = Workspace.padded(heads * queries * headSize);
    long ofBlock = heads * queries * tokens;
    long scores = Workspace.padded(Math.max(Math.min(SCORES, ofBlock), ofBlock / groups));
    return 2 * keys + 3 * block + 2 * scores;
  }

  /** The output of one document. */
  void forward(
      Document document,
      Tensor qTND,
      Tensor kTGD,
      Tensor vTGD,
      double scale,
      Tensor outTND,
      Workspace workspace) {
    try (Workspace.Frame frame = workspace.frame()) {
      Tensor kGLD = packed(frame, document.heads(kTGD));
      Tensor vGLD = document.heads(vTGD);
      for (Block block : document.blocks(kTGD.size(1), QUERIES)) {
        forward(block, qTND, kGLD, vGLD, scale, outTND, workspace);
      }
    }
  }

  private void forward(
      Block block,
      Tensor qTND,
      Tensor kGLD,
      Tensor vGLD,
      double scale,
      Tensor outTND,
      Workspace workspace) {
    try (Workspace.Frame frame = workspace.frame()) {
      Tensor packedGJBD = packed(frame, block.queries(qTND));
      for (Turn turn : turns(block, packedGJBD)) {
        try (Workspace.Frame scratch = workspace.frame()) {
          Tensor qGRD = turn.rows(packedGJBD);
          Tensor scoresGRE = scratch.take(qGRD.size(0), qGRD.size(1), block.keys());
          products.multiply(qGRD, turn.keys(kGLD).transpose(1, 2), scale, false, scoresGRE);
          module.run("attention_softmax", block.byHead(scoresGRE));
          // The memory of the queries takes the output.
          products.multiply(scoresGRE, turn.keys(vGLD), 1, false, qGRD);
        }
      }
      module.run("copy", packedGJBD, block.queries(outTND));
    }
  }

  /** The gradients of one document. */
  void backward(
      Document document,
      Tensor dOutTND,
      Tensor qTND,
      Tensor kTGD,
      Tensor vTGD,
      double scale,
      Tensor dqTND,
      Tensor dkTGD,
      Tensor dvTGD,
      Workspace workspace) {
    try (Workspace.Frame frame = workspace.frame()) {
      Tensor kGLD = packed(frame, document.heads(kTGD));
      Tensor vGLD = packed(frame, document.heads(vTGD));
      Tensor dkGLD = document.heads(dkTGD);
      Tensor dvGLD = document.heads(dvTGD);
      for (Block block : document.blocksFromTheLast(kTGD.size(1), QUERIES)) {
        backward(block, dOutTND, qTND, kGLD, vGLD, scale, dqTND, dkGLD, dvGLD, workspace);
      }
    }
  }

  private void backward(
      Block block,
      Tensor dOutTND,
      Tensor qTND,
      Tensor kGLD,
      Tensor vGLD,
      double scale,
      Tensor dqTND,
      Tensor dkGLD,
      Tensor dvGLD,
      Workspace workspace) {
    try (Workspace.Frame frame = workspace.frame()) {
      Tensor qGJBD = packed(frame, block.queries(qTND));
      Tensor dOutGJBD = packed(frame, block.queries(dOutTND));
      Tensor dqGJBD = frame.take(qGJBD.shape().toArray());
      // The last block comes first: it has all keys, and the others add to what it writes.
      boolean add = !block.isLast();
      for (Turn turn : turns(block, qGJBD)) {
        try (Workspace.Frame scratch = workspace.frame()) {
          Tensor qGRD = turn.rows(qGJBD);
          Tensor dOutGRD = turn.rows(dOutGJBD);
          Tensor kGED = turn.keys(kGLD);
          Tensor vGED = turn.keys(vGLD);
          Tensor pGRE = scratch.take(qGRD.size(0), qGRD.size(1), block.keys());
          Tensor dpGRE = scratch.take(qGRD.size(0), qGRD.size(1), block.keys());
          products.multiply(qGRD, kGED.transpose(1, 2), scale, false, pGRE);
          module.run("attention_softmax", block.byHead(pGRE));
          products.multiply(pGRE.transpose(1, 2), dOutGRD, 1, add, turn.keys(dvGLD));
          products.multiply(dOutGRD, vGED.transpose(1, 2), 1, false, dpGRE);
          module.run("attention_score_gradient", block.byHead(pGRE), block.byHead(dpGRE));
          products.multiply(dpGRE, kGED, scale, false, turn.rows(dqGJBD));
          products.multiply(dpGRE.transpose(1, 2), qGRD, scale, add, turn.keys(dkGLD));
        }
      }
      module.run("copy", dqGJBD, block.queries(dqTND));
    }
  }

  private static List<Turn> turns(Block block, Tensor qGJBD) {
    long ofGroup = qGJBD.size(1) * qGJBD.size(2) * block.keys();
    return block.turns(Math.max(1, SCORES / ofGroup));
  }

  private Tensor packed(Workspace.Frame frame, Tensor view) {
    Tensor packed = frame.take(view.shape().toArray());
    module.run("copy", view, packed);
    return packed;
  }
}
