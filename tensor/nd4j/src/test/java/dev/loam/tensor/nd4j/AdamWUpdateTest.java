// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.nd4j;

import static dev.loam.tensor.nd4j.Bench.assertClose;

import dev.loam.tensor.AdamW;
import dev.loam.tensor.Tensor;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

final class AdamWUpdateTest {
  @Property
  void followsTheFormulaForManySteps(@ForAll Random random) {
    try (Bench bench = new Bench(random)) {
      double p = random.nextGaussian();
      double m = 0;
      double v = 0;
      Tensor parameter = bench.contiguous(p);
      Tensor first = bench.contiguous(m);
      Tensor second = bench.contiguous(v);
      for (int step = 1; step <= 5; step++) {
        double g = random.nextGaussian();
        AdamW update = new AdamW(1e-2 * step, 0.9, 0.95, 1e-8, 0.1, step, 0.5);
        bench.run(
            k ->
                k.adamW(
                    List.of(parameter),
                    List.of(bench.contiguous(g)),
                    List.of(first),
                    List.of(second),
                    update));
        double scaled = 0.5 * g;
        m = 0.9 * m + 0.1 * scaled;
        v = 0.95 * v + 0.05 * scaled * scaled;
        double mHat = m / (1 - Math.pow(0.9, step));
        double vHat = v / (1 - Math.pow(0.95, step));
        p = p - update.lr() * 0.1 * p - update.lr() * mHat / (Math.sqrt(vHat) + 1e-8);
        assertClose(first, m);
        assertClose(second, v);
        assertClose(parameter, p);
      }
    }
  }

  @Property
  void updatesEveryElementOfEveryTensor(@ForAll Random random) {
    try (Bench bench = new Bench(random)) {
      List<Tensor> parameters = List.of(bench.contiguous(1, 2, 3), bench.contiguous(4, 5));
      List<Tensor> gradients = List.of(bench.contiguous(1, -1, 1), bench.contiguous(-1, 1));
      List<Tensor> first = List.of(bench.contiguous(0, 0, 0), bench.contiguous(0, 0));
      List<Tensor> second = List.of(bench.contiguous(0, 0, 0), bench.contiguous(0, 0));
      AdamW update = new AdamW(0.5, 0.9, 0.95, 0, 0, 1, 1);
      bench.run(k -> k.adamW(parameters, gradients, first, second, update));
      // The first update moves each element by the learning rate, against its gradient's sign.
      assertClose(parameters.get(0), 0.5, 2.5, 2.5);
      assertClose(parameters.get(1), 4.5, 4.5);
    }
  }
}
