// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.torch;

import static dev.loam.tensor.torch.Twin.assertClose;

import dev.loam.tensor.torch.Twin.Pair;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

final class SwiGluTest {
  /** Measured over 1000 tries: 1.5e-7. */
  private static final double LIMIT = 6e-7;

  @Property
  void agrees(
      @ForAll @IntRange(max = 40) int tokens,
      @ForAll @IntRange(min = 1, max = 100) int size,
      @ForAll Random random) {
    try (Twin twin = new Twin(random)) {
      check(twin, twin.random(tokens, 2L * size));
    }
  }

  @Example
  void agreesFarOut(@ForAll Random random) {
    try (Twin twin = new Twin(random)) {
      check(twin, twin.random(3, 2).set(-1e4, 1, 1e4, 1, 0, 1));
    }
  }

  private static void check(Twin twin, Pair gateUp) {
    long tokens = gateUp.shape().size(0);
    long columns = gateUp.shape().size(1);
    Pair y = twin.output(tokens, columns / 2);
    twin.run((k, on) -> k.swiGlu(on.of(gateUp), on.of(y)));
    assertClose(y, LIMIT);
    Pair dy = twin.random(tokens, columns / 2);
    Pair dGateUp = twin.output(tokens, columns);
    twin.run((k, on) -> k.swiGluInputGradient(on.of(dy), on.of(gateUp), on.of(dGateUp)));
    assertClose(dGateUp, LIMIT);
  }
}
