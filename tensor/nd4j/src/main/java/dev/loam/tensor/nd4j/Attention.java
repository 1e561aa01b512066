// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.nd4j;

import dev.loam.tensor.CuSeqlens;
import dev.loam.tensor.Tensor;

/** Causal attention within documents, one document and one query head after the other. */
final class Attention {
  private Attention() {}

  static void forward(
      Tensor q, Tensor k, Tensor v, CuSeqlens documents, double scale, Tensor out, Tensor lse) {
    long group = q.size(1) / k.size(1);
    for (int document = 0; document < documents.documents(); document++) {
      long start = documents.start(document);
      long length = documents.length(document);
      for (long n = 0; n < q.size(1); n++) {
        Head head =
            new Head(
                head(q, start, length, n),
                head(k, start, length, n / group),
                head(v, start, length, n / group),
                scale);
        Tensor headLse = lse.rows(n, 1).narrow(1, start, length).view(length);
        head.forward(head(out, start, length, n), headLse);
      }
    }
  }

  static void gradient(
      Tensor dOut,
      Tensor q,
      Tensor k,
      Tensor v,
      Tensor out,
      Tensor lse,
      CuSeqlens documents,
      double scale,
      Tensor dq,
      Tensor dk,
      Tensor dv) {
    long group = q.size(1) / k.size(1);
    for (int document = 0; document < documents.documents(); document++) {
      long start = documents.start(document);
      long length = documents.length(document);
      for (long n = 0; n < q.size(1); n++) {
        Head head =
            new Head(
                head(q, start, length, n),
                head(k, start, length, n / group),
                head(v, start, length, n / group),
                scale);
        head.gradient(
            head(dOut, start, length, n),
            head(out, start, length, n),
            lse.rows(n, 1).narrow(1, start, length).view(length),
            head(dq, start, length, n),
            head(dk, start, length, n / group),
            head(dv, start, length, n / group),
            n % group > 0);
      }
    }
  }

  static void toCache(Tensor q, Tensor k, Tensor v, double scale, Tensor out) {
    long group = q.size(0) / k.size(1);
    long cached = k.size(0);
    for (long n = 0; n < q.size(0); n++) {
      new Head(q.rows(n, 1), head(k, 0, cached, n / group), head(v, 0, cached, n / group), scale)
          .lastToken(out.rows(n, 1));
    }
  }

  /** One head of one document: [length, D]. */
  private static Tensor head(Tensor xTND, long start, long length, long n) {
    return xTND.rows(start, length).narrow(1, n, 1).view(length, xTND.size(2));
  }
}
