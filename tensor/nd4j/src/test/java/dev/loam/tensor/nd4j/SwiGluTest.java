// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.nd4j;

import static dev.loam.tensor.nd4j.Bench.assertClose;
import static dev.loam.tensor.nd4j.Bench.dot;

import dev.loam.tensor.Tensor;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

final class SwiGluTest {
  @Property
  void gatesWithSilu(
      @ForAll @IntRange(max = 4) int tokens,
      @ForAll @IntRange(min = 1, max = 5) int size,
      @ForAll Random random) {
    try (Bench bench = new Bench(random)) {
      Tensor gateUp = bench.random(tokens, 2L * size);
      Tensor y = bench.output(tokens, size);
      bench.run(k -> k.swiGlu(gateUp, y));
      double[] expected = new double[tokens * size];
      for (int i = 0; i < expected.length; i++) {
        double gate = gateUp.toDoubles()[i / size * 2 * size + i % size];
        double up = gateUp.toDoubles()[i / size * 2 * size + size + i % size];
        expected[i] = gate / (1 + Math.exp(-gate)) * up;
      }
      assertClose(y, expected);
    }
  }

  @Example
  void staysFiniteFarOut(@ForAll Random random) {
    try (Bench bench = new Bench(random)) {
      Tensor gateUp = bench.random(2, 2).set(-1e4, 3, 1e4, 3);
      Tensor y = bench.output(2, 1);
      bench.run(k -> k.swiGlu(gateUp, y));
      assertClose(y, 0, 3e4);
    }
  }

  @Property
  void gradient(
      @ForAll @IntRange(max = 4) int tokens,
      @ForAll @IntRange(min = 1, max = 5) int size,
      @ForAll Random random) {
    try (Bench bench = new Bench(random)) {
      Tensor gateUp = bench.random(tokens, 2L * size);
      Tensor dGateUp = bench.output(tokens, 2L * size);
      Tensor y = bench.output(tokens, size);
      Tensor dy = bench.random(tokens, size);
      bench.run(k -> k.swiGluInputGradient(dy, gateUp, dGateUp));
      bench.assertGradient(
          gateUp,
          dGateUp,
          () -> {
            bench.run(k -> k.swiGlu(gateUp, y));
            return dot(dy, y);
          });
    }
  }
}
