// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.nd4j;

import static dev.loam.tensor.nd4j.Bench.assertClose;
import static dev.loam.tensor.nd4j.Bench.dot;
import static dev.loam.tensor.nd4j.Bench.subtract;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.tensor.Tensor;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

final class RowsTest {
  @Example
  void gathersRowsAndAddsDuplicates(@ForAll Random random) {
    try (Bench bench = new Bench(random)) {
      Tensor table = bench.random(3, 2).set(1, 2, 3, 4, 5, 6);
      Tensor ids = bench.ids(2, 0, 2);
      Tensor y = bench.output(3, 2);
      bench.run(k -> k.gatherRows(table, ids, y));
      assertClose(y, 5, 6, 1, 2, 5, 6);
      Tensor dTable = bench.output(3, 2);
      bench.run(k -> k.gatherRowsGradient(y, ids, dTable, false));
      assertClose(dTable, 1, 2, 0, 0, 10, 12);
      bench.run(k -> k.gatherRowsGradient(y, ids, dTable, true));
      assertClose(dTable, 2, 4, 0, 0, 20, 24);
    }
  }

  @Property
  void gradient(
      @ForAll @IntRange(max = 6) int tokens,
      @ForAll @IntRange(min = 1, max = 4) int vocabulary,
      @ForAll @IntRange(min = 1, max = 4) int size,
      @ForAll boolean accumulate,
      @ForAll Random random) {
    try (Bench bench = new Bench(random)) {
      Tensor table = bench.random(vocabulary, size);
      Tensor ids = bench.randomIds(tokens, vocabulary);
      Tensor y = bench.output(tokens, size);
      Tensor dy = bench.random(tokens, size);
      Tensor dTable = accumulate ? bench.random(vocabulary, size) : bench.output(vocabulary, size);
      double[] earlier = accumulate ? dTable.toDoubles() : new double[vocabulary * size];
      bench.run(k -> k.gatherRowsGradient(dy, ids, dTable, accumulate));
      subtract(dTable, earlier);
      bench.assertGradient(
          table,
          dTable,
          () -> {
            bench.run(k -> k.gatherRows(table, ids, y));
            return dot(dy, y);
          });
    }
  }

  @Property
  void idsMustBeInTheTable(@ForAll @IntRange(min = -3, max = 6) int id, @ForAll Random random) {
    try (Bench bench = new Bench(random)) {
      Tensor table = bench.random(3, 2);
      Tensor ids = bench.ids(0, id);
      Tensor y = bench.output(2, 2);
      if (id >= 0 && id < 3) {
        bench.run(k -> k.gatherRows(table, ids, y));
      } else {
        assertThatThrownBy(() -> bench.run(k -> k.gatherRows(table, ids, y)))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage("gatherRows: ids[1] is " + id + ", not in [0, 3)");
        assertThatThrownBy(() -> bench.run(k -> k.gatherRowsGradient(y, ids, table, false)))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage("gatherRowsGradient: ids[1] is " + id + ", not in [0, 3)");
      }
    }
  }
}
