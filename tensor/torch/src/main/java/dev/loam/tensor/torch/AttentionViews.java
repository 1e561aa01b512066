// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.torch;

import dev.loam.tensor.CuSeqlens;
import dev.loam.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Parts of the tensors of attention: documents, blocks of their queries, groups of heads. */
final class AttentionViews {
  private AttentionViews() {}

  /** Where a document is. */
  record Document(int start, int length) {
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

    /** All of its queries. */
    Block whole(long groups) {
      return new Block(this, 0, length, groups);
    }

    List<Block> blocks(long groups, long most) {
      return LongStream.iterate(0, first -> first < length, first -> first + most)
          .mapToObj(first -> new Block(this, first, Math.min(most, length - first), groups))
          .toList();
    }

    List<Block> blocksFromTheLast(long groups, long most) {
      List<Block> blocks = new ArrayList<>(blocks(groups, most));
      Collections.reverse(blocks);
      return blocks;
    }
  }

  /** Some queries of a document and the keys up to the last of them. */
  record Block(Document document, long first, long queries, long groups) {
    long keys() {
      return first + queries;
    }

    boolean isLast() {
      return keys() == document.length();
    }

    private long start() {
      return document.start() + first;
    }

    Tensor queries(Tensor xTND) {
      Tensor xBND = xTND.rows(start(), queries);
      Tensor xBGJD = xBND.view(queries, groups, xTND.size(1) / groups, xTND.size(2));
      return xBGJD.transpose(0, 1).transpose(1, 2);
    }

    Tensor rows(Tensor xNT) {
      return xNT.narrow(1, start(), queries).view(groups, xNT.size(0) / groups, queries);
    }

    /** Scores of rows, which are queries of one head after those of the other. */
    Tensor byHead(Tensor scoresGRE) {
      long heads = scoresGRE.size(1) / queries;
      return scoresGRE.view(scoresGRE.size(0), heads, queries, keys());
    }

    /** So many groups at a time, the last time fewer. */
    List<Turn> turns(long most) {
      return LongStream.iterate(0, group -> group < groups, group -> group + most)
          .mapToObj(group -> new Turn(group, Math.min(most, groups - group), keys()))
          .toList();
    }
  }

  /** Some groups of a block. */
  record Turn(long group, long groups, long keys) {
    Tensor of(Tensor xG) {
      return xG.narrow(0, group, groups);
    }

    Tensor rows(Tensor xGJBD) {
      return of(xGJBD).view(groups, xGJBD.size(1) * xGJBD.size(2), xGJBD.size(3));
    }

    Tensor keys(Tensor xGLD) {
      return of(xGLD).narrow(1, 0, keys);
    }
  }
}
