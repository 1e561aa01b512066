// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.torch;

import dev.loam.tensor.CuSeqlens;
import dev.loam.tensor.Shape;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.Workspace;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Causal attention out of batched matrix products, a block of queries after the other: scores of a
 * block with all keys up to its end, softmax, and the product with the values. Of the scores one
 * block exists at a time, and the backward computes them again from the kept log-sum-exp (Dao,
 * arXiv 2307.08691). Keys after a block are not touched, so that little more than half of all
 * scores is computed. The query heads that share a key/value head are rows of the same product.
 *
 * <p>In shapes: G key/value heads of which a call takes g, J query heads of each, B queries of a
 * block, E keys up to the block's end, L tokens of a document.
 */
final class BlockedAttention {
  /**
   * Scores that are computed at once, unless one group of heads has more: they should stay in the
   * cache.
   */
  private static final long SCORES = 1 << 21;

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
    long scores = Workspace.padded(Math.max(SCORES, heads / groups * queries * tokens));
    return 4 * keys + 4 * block + 2 * scores + Workspace.padded(heads * queries);
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
      try (Workspace.Frame frame = workspace.frame()) {
        Tensor kGLD = packed(frame, document.heads(kTGD));
        Tensor vGLD = packed(frame, document.heads(vTGD));
        for (Block block : document.blocks(qTND, kTGD)) {
          forward(
              block.queries(qTND),
              block.keys(kGLD),
              block.keys(vGLD),
              scale,
              block.queries(outTND),
              block.rows(lseNT),
              workspace);
        }
      }
    }
  }

  private void forward(
      Tensor qGJBD,
      Tensor kGED,
      Tensor vGED,
      double scale,
      Tensor outGJBD,
      Tensor lseGJB,
      Workspace workspace) {
    long groups = kGED.size(0);
    long rows = qGJBD.size(1) * qGJBD.size(2);
    try (Workspace.Frame frame = workspace.frame()) {
      Tensor packedGJBD = packed(frame, qGJBD);
      Tensor packedGRD = packedGJBD.view(groups, rows, qGJBD.size(3));
      Tensor scoresGRE = frame.take(groups, rows, kGED.size(1));
      products.multiply(packedGRD, kGED.transpose(1, 2), scale, false, scoresGRE);
      softmax(scoresGRE, lseGJB);
      // The memory of the queries takes the output.
      products.multiply(scoresGRE, vGED, 1, false, packedGRD);
      copy(packedGJBD, outGJBD);
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
      try (Workspace.Frame frame = workspace.frame()) {
        Tensor kGLD = packed(frame, document.heads(kTGD));
        Tensor vGLD = packed(frame, document.heads(vTGD));
        Tensor dkGLD = zeros(frame, kGLD.shape());
        Tensor dvGLD = zeros(frame, vGLD.shape());
        for (Block block : document.blocks(qTND, kTGD)) {
          backward(
              block.queries(dOutTND),
              block.queries(qTND),
              block.keys(kGLD),
              block.keys(vGLD),
              block.queries(outTND),
              block.rows(lseNT),
              scale,
              block.queries(dqTND),
              block.keys(dkGLD),
              block.keys(dvGLD),
              workspace);
        }
        copy(dkGLD, document.heads(dkTGD));
        copy(dvGLD, document.heads(dvTGD));
      }
    }
  }

  private void backward(
      Tensor dOutGJBD,
      Tensor qGJBD,
      Tensor kGED,
      Tensor vGED,
      Tensor outGJBD,
      Tensor lseGJB,
      double scale,
      Tensor dqGJBD,
      Tensor dkGED,
      Tensor dvGED,
      Workspace workspace) {
    long groups = kGED.size(0);
    long rows = qGJBD.size(1) * qGJBD.size(2);
    long[] packed = {groups, rows, qGJBD.size(3)};
    try (Workspace.Frame frame = workspace.frame()) {
      Tensor qGRD = packed(frame, qGJBD).view(packed);
      Tensor packedDOutGJBD = packed(frame, dOutGJBD);
      Tensor dOutGRD = packedDOutGJBD.view(packed);
      Tensor dqPackedGJBD = frame.take(qGJBD.shape().toArray());
      Tensor deltaGJB = frame.take(lseGJB.shape().toArray());
      module
          .call("attention_delta")
          .tensor(packedDOutGJBD)
          .tensor(outGJBD)
          .tensor(dqPackedGJBD)
          .tensor(deltaGJB)
          .run();
      Tensor scoresGRE = frame.take(groups, rows, kGED.size(1));
      Tensor dScoresGRE = frame.take(groups, rows, kGED.size(1));
      products.multiply(qGRD, kGED.transpose(1, 2), scale, false, scoresGRE);
      probabilities(scoresGRE, lseGJB);
      products.multiply(scoresGRE.transpose(1, 2), dOutGRD, 1, true, dvGED);
      products.multiply(dOutGRD, vGED.transpose(1, 2), 1, false, dScoresGRE);
      module
          .call("attention_score_gradient")
          .tensor(byHead(scoresGRE, deltaGJB))
          .tensor(deltaGJB)
          .tensor(byHead(dScoresGRE, deltaGJB))
          .run();
      products.multiply(dScoresGRE, kGED, scale, false, dqPackedGJBD.view(packed));
      products.multiply(dScoresGRE.transpose(1, 2), qGRD, scale, true, dkGED);
      copy(dqPackedGJBD, dqGJBD);
    }
  }

  private void softmax(Tensor scoresGRE, Tensor lseGJB) {
    module.call("attention_softmax").tensor(byHead(scoresGRE, lseGJB)).tensor(lseGJB).run();
  }

  private void probabilities(Tensor scoresGRE, Tensor lseGJB) {
    module.call("attention_probabilities").tensor(byHead(scoresGRE, lseGJB)).tensor(lseGJB).run();
  }

  private static Tensor byHead(Tensor scoresGRE, Tensor rowsGJB) {
    return scoresGRE.view(rowsGJB.size(0), rowsGJB.size(1), rowsGJB.size(2), scoresGRE.size(2));
  }

  private Tensor packed(Workspace.Frame frame, Tensor view) {
    Tensor packed = frame.take(view.shape().toArray());
    copy(view, packed);
    return packed;
  }

  private Tensor zeros(Workspace.Frame frame, Shape shape) {
    Tensor zeros = frame.take(shape.toArray());
    module.call("fill").tensor(zeros).number(0).run();
    return zeros;
  }

  private void copy(Tensor x, Tensor y) {
    module.call("copy").tensor(x).tensor(y).run();
  }

  /** Where a document is. */
  private record Document(int start, int length) {
    static List<Document> of(CuSeqlens documents) {
      return IntStream.range(0, documents.documents())
          .mapToObj(i -> new Document(documents.start(i), documents.length(i)))
          .filter(document -> document.length > 0)
          .toList();
    }

    /** Its keys or values, by head. */
    Tensor heads(Tensor xTGD) {
      return xTGD.rows(start, length).transpose(0, 1);
    }

    /** The blocks in the order in which they are added up. */
    List<Block> blocks(Tensor qTND, Tensor kTGD) {
      long groups = kTGD.size(1);
      long perGroup = qTND.size(1) / groups;
      List<Block> blocks = new ArrayList<>();
      for (long first = 0; first < length; first += QUERIES) {
        long queries = Math.min(QUERIES, length - first);
        long together = Math.max(1, SCORES / (perGroup * queries * (first + queries)));
        for (long group = 0; group < groups; group += together) {
          long taken = Math.min(together, groups - group);
          blocks.add(new Block(start + first, queries, first + queries, groups, group, taken));
        }
      }
      return blocks;
    }
  }

  /** Some queries of some groups of heads, and the keys up to the last of them. */
  private record Block(
      long first, long queries, long keys, long groups, long group, long together) {
    Tensor queries(Tensor xTND) {
      Tensor xBND = xTND.rows(first, queries);
      Tensor xBGJD = xBND.view(queries, groups, xTND.size(1) / groups, xTND.size(2));
      return xBGJD.transpose(0, 1).transpose(1, 2).narrow(0, group, together);
    }

    Tensor rows(Tensor xNT) {
      Tensor xNB = xNT.narrow(1, first, queries);
      return xNB.view(groups, xNT.size(0) / groups, queries).narrow(0, group, together);
    }

    Tensor keys(Tensor xGLD) {
      return xGLD.narrow(0, group, together).narrow(1, 0, keys);
    }
  }
}
