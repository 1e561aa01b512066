// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.torch;

import static dev.loam.tensor.torch.Twin.assertClose;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.tensor.torch.Twin.Pair;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

final class RowsTest {
  /** Measured over 1000 tries: 1.1e-6, up to 80 rows being added one after the other. */
  private static final double GRADIENT = 4e-6;

  @Property
  void agrees(
      @ForAll @IntRange(max = 80) int tokens,
      @ForAll @IntRange(min = 1, max = 60) int vocabulary,
      @ForAll @IntRange(min = 1, max = 60) int size,
      @ForAll boolean accumulate,
      @ForAll Random random) {
    try (Twin twin = new Twin(random)) {
      Pair table = twin.random(vocabulary, size);
      Pair ids = twin.randomIds(tokens, vocabulary);
      Pair y = twin.output(tokens, size);
      twin.run((k, on) -> k.gatherRows(on.of(table), on.of(ids), on.of(y)));
      assertClose(y, 0);
      Pair dTable = twin.output(accumulate, vocabulary, size);
      twin.run((k, on) -> k.gatherRowsGradient(on.of(y), on.of(ids), on.of(dTable), accumulate));
      assertClose(dTable, GRADIENT);
    }
  }

  @Property
  void idsOutOfTheTableAreRefused(
      @ForAll @IntRange(max = 3) int at, @ForAll long id, @ForAll Random random) {
    long wrong = id >= 0 && id < 5 ? 5 : id;
    try (Twin twin = new Twin(random)) {
      Pair table = twin.random(5, 3);
      long[] values = {1, 2, 3, 4};
      values[at] = wrong;
      Pair ids = twin.ids(values);
      Pair y = twin.random(4, 3);
      assertThatThrownBy(
              () -> twin.run((k, on) -> k.gatherRows(on.of(table), on.of(ids), on.of(y))))
          .isInstanceOf(RuntimeException.class);
      assertThatThrownBy(
              () ->
                  twin.run(
                      (k, on) -> k.gatherRowsGradient(on.of(y), on.of(ids), on.of(table), false)))
          .isInstanceOf(RuntimeException.class);
    }
  }
}
