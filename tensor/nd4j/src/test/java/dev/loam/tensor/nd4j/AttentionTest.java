// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.nd4j;

import static dev.loam.tensor.nd4j.Bench.assertClose;
import static dev.loam.tensor.nd4j.Bench.dot;

import dev.loam.tensor.CuSeqlens;
import dev.loam.tensor.Tensor;
import java.util.Random;
import java.util.function.DoubleSupplier;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

final class AttentionTest {
  private static final double SCALE = 0.6;

  @Property
  void attendsToEarlierTokensOfTheDocument(
      @ForAll @IntRange(min = 1, max = 4) int documents,
      @ForAll @IntRange(min = 1, max = 2) int groups,
      @ForAll @IntRange(min = 1, max = 3) int perGroup,
      @ForAll @IntRange(min = 1, max = 3) int size,
      @ForAll Random random) {
    try (Bench bench = new Bench(random)) {
      CuSeqlens cuSeqlens = bench.documents(documents, 5);
      int tokens = cuSeqlens.tokens();
      int heads = groups * perGroup;
      Tensor q = bench.random(tokens, heads, size);
      Tensor k = bench.random(tokens, groups, size);
      Tensor v = bench.random(tokens, groups, size);
      Tensor out = bench.output(tokens, heads, size);
      Tensor lse = bench.output(heads, tokens);
      bench.run(
          kernels -> kernels.attention(q, k, v, cuSeqlens, SCALE, out, lse, bench.workspace()));

      double[] expected = new double[tokens * heads * size];
      double[] expectedLse = new double[heads * tokens];
      for (int n = 0; n < heads; n++) {
        for (int document = 0; document < documents; document++) {
          int start = cuSeqlens.start(document);
          for (int i = start; i < start + cuSeqlens.length(document); i++) {
            double denominator = 0;
            for (int j = start; j <= i; j++) {
              double score = 0;
              for (int d = 0; d < size; d++) {
                score += at(q, i, n, d) * at(k, j, n / perGroup, d);
              }
              denominator += Math.exp(SCALE * score);
              for (int d = 0; d < size; d++) {
                expected[(i * heads + n) * size + d] +=
                    Math.exp(SCALE * score) * at(v, j, n / perGroup, d);
              }
            }
            for (int d = 0; d < size; d++) {
              expected[(i * heads + n) * size + d] /= denominator;
            }
            expectedLse[n * tokens + i] = Math.log(denominator);
          }
        }
      }
      assertClose(out, expected);
      assertClose(lse, expectedLse);
    }
  }

  private static double at(Tensor x, int t, int n, int d) {
    return x.rows(t, 1).narrow(1, n, 1).narrow(2, d, 1).toDoubles()[0];
  }

  @Property
  void gradients(
      @ForAll @IntRange(min = 1, max = 4) int documents,
      @ForAll @IntRange(min = 1, max = 2) int groups,
      @ForAll @IntRange(min = 1, max = 3) int perGroup,
      @ForAll @IntRange(min = 1, max = 3) int size,
      @ForAll Random random) {
    try (Bench bench = new Bench(random)) {
      CuSeqlens cuSeqlens = bench.documents(documents, 5);
      int tokens = cuSeqlens.tokens();
      int heads = groups * perGroup;
      // One buffer for q, k and v and one for their gradients, as a model has.
      long[] fused = {tokens, heads + 2 * groups, size};
      Tensor qkv = bench.random(fused);
      Tensor dqkv = bench.output(fused);
      Tensor q = qkv.narrow(1, 0, heads);
      Tensor k = qkv.narrow(1, heads, groups);
      Tensor v = qkv.narrow(1, heads + groups, groups);
      Tensor dOut = bench.random(tokens, heads, size);
      Tensor out = bench.output(tokens, heads, size);
      Tensor lse = bench.output(heads, tokens);
      DoubleSupplier loss =
          () -> {
            bench.run(
                kernels ->
                    kernels.attention(q, k, v, cuSeqlens, SCALE, out, lse, bench.workspace()));
            return dot(dOut, out);
          };
      bench.run(
          kernels -> {
            kernels.attention(q, k, v, cuSeqlens, SCALE, out, lse, bench.workspace());
            kernels.attentionGradient(
                dOut,
                q,
                k,
                v,
                out,
                lse,
                cuSeqlens,
                SCALE,
                dqkv.narrow(1, 0, heads),
                dqkv.narrow(1, heads, groups),
                dqkv.narrow(1, heads + groups, groups),
                bench.workspace());
          });
      bench.assertGradient(q, dqkv.narrow(1, 0, heads), loss);
      bench.assertGradient(k, dqkv.narrow(1, heads, groups), loss);
      bench.assertGradient(v, dqkv.narrow(1, heads + groups, groups), loss);
    }
  }

  @Property
  void ofTheLastTokenEqualsAttentionToTheCache(
      @ForAll @IntRange(min = 1, max = 6) int tokens,
      @ForAll @IntRange(min = 1, max = 2) int groups,
      @ForAll @IntRange(min = 1, max = 3) int perGroup,
      @ForAll Random random) {
    try (Bench bench = new Bench(random)) {
      int heads = groups * perGroup;
      Tensor q = bench.random(tokens, heads, 2);
      Tensor k = bench.random(tokens, groups, 2);
      Tensor v = bench.random(tokens, groups, 2);
      Tensor out = bench.output(tokens, heads, 2);
      Tensor lse = bench.output(heads, tokens);
      Tensor last = bench.output(heads, 2);
      bench.run(
          kernels -> {
            kernels.attention(q, k, v, CuSeqlens.of(0, tokens), SCALE, out, lse, bench.workspace());
            kernels.attentionToCache(q.rows(tokens - 1, 1).view(heads, 2), k, v, SCALE, last);
          });
      assertClose(last, out.rows(tokens - 1, 1).toDoubles());
    }
  }
}
