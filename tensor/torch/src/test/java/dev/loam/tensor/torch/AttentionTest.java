// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.torch;

import static dev.loam.tensor.torch.Twin.assertClose;

import dev.loam.tensor.CuSeqlens;
import dev.loam.tensor.torch.Twin.Pair;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

final class AttentionTest {
  /** Measured over 500 tries: 6.7e-7. */
  private static final double FORWARD = 2e-6;

  /** Measured over 500 tries: 7.9e-7. */
  private static final double GRADIENT = 3e-6;

  /** Measured over a few tries: 2.7e-6, gradients of keys being sums over 3105 queries. */
  private static final double GRADIENT_OF_THOUSANDS = 1e-5;

  @Property
  void agrees(
      @ForAll @IntRange(min = 1, max = 5) int documents,
      @ForAll @IntRange(min = 1, max = 2) int groups,
      @ForAll @IntRange(min = 1, max = 3) int perGroup,
      @ForAll @IntRange(min = 1, max = 40) int size,
      @ForAll Random random) {
    try (Twin twin = new Twin(random)) {
      check(twin, twin.documents(documents, 40), groups, perGroup, size, GRADIENT);
    }
  }

  /** Several blocks of queries, the last one shorter. */
  @Example
  void agreesOverALongDocument(@ForAll Random random) {
    try (Twin twin = new Twin(random)) {
      check(twin, CuSeqlens.of(0, 3, 1100), 1, 2, 16, GRADIENT);
    }
  }

  /** More scores than are computed at once, so that groups of heads take turns. */
  @Example
  void agreesWhereGroupsTakeTurns(@ForAll Random random) {
    try (Twin twin = new Twin(random)) {
      check(twin, CuSeqlens.of(0, 1100), 2, 9, 4, GRADIENT);
    }
  }

  /** Beside a short document one that is left to the flash kernel. */
  @Example
  void agreesOverAVeryLongDocument(@ForAll Random random) {
    try (Twin twin = new Twin(random)) {
      check(twin, CuSeqlens.of(0, 5, 3105), 1, 2, 8, GRADIENT_OF_THOUSANDS);
    }
  }

  private static void check(
      Twin twin, CuSeqlens documents, int groups, int perGroup, int size, double limit) {
    int tokens = documents.tokens();
    int heads = groups * perGroup;
    int longest = IntStream.range(0, documents.documents()).map(documents::length).max().orElse(0);
    double scale = 1 / Math.sqrt(size);
    // One buffer for q, k and v, and one for their gradients, as a model has.
    Pair qkv = twin.random(tokens, heads + 2L * groups, size);
    Pair q = qkv.narrow(1, 0, heads);
    Pair k = qkv.narrow(1, heads, groups);
    Pair v = qkv.narrow(1, heads + groups, groups);
    Pair out = twin.output(tokens, heads, size);
    Pair lse = twin.output(heads, tokens);
    twin.run(
        (kernels, on) ->
            kernels.attention(
                on.of(q),
                on.of(k),
                on.of(v),
                documents,
                scale,
                on.of(out),
                on.of(lse),
                on.workspace(kernels.attentionScratch(longest, heads, groups, size))));
    assertClose(out, FORWARD);

    Pair dOut = twin.random(tokens, heads, size);
    Pair dqkv = twin.output(tokens, heads + 2L * groups, size);
    twin.run(
        (kernels, on) ->
            kernels.attentionGradient(
                on.of(dOut),
                on.of(q),
                on.of(k),
                on.of(v),
                on.of(out),
                on.of(lse),
                documents,
                scale,
                on.of(dqkv.narrow(1, 0, heads)),
                on.of(dqkv.narrow(1, heads, groups)),
                on.of(dqkv.narrow(1, heads + groups, groups)),
                on.workspace(kernels.attentionScratch(longest, heads, groups, size))));
    assertClose(dqkv, limit);
  }

  @Property
  void toCacheAgrees(
      @ForAll @IntRange(min = 1, max = 70) int cached,
      @ForAll @IntRange(min = 1, max = 3) int groups,
      @ForAll @IntRange(min = 1, max = 3) int perGroup,
      @ForAll @IntRange(min = 1, max = 40) int size,
      @ForAll Random random) {
    try (Twin twin = new Twin(random)) {
      Pair q = twin.random(groups * (long) perGroup, size);
      Pair k = twin.random(cached, groups, size);
      Pair v = twin.random(cached, groups, size);
      Pair out = twin.output(groups * (long) perGroup, size);
      twin.run(
          (kernels, on) ->
              kernels.attentionToCache(
                  on.of(q), on.of(k), on.of(v), 1 / Math.sqrt(size), on.of(out)));
      assertClose(out, FORWARD);
    }
  }
}
