// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class CurveTest {
  @Test
  void shortCurvesKeepEveryStep() {
    Curve curve = new Curve(10);
    for (int step = 1; step <= 10; step++) {
      curve.add(step, step);
    }
    assertThat(curve.points()).hasSize(10).allSatisfy(p -> assertThat(p.count()).isEqualTo(1));
  }

  @Test
  void longCurvesStayBoundedAndKeepExtremesAndMeans() {
    Curve curve = new Curve(1000);
    for (int step = 1; step <= 1_000_000; step++) {
      curve.add(step, step == 765_432 ? 1000 : step % 2);
    }
    List<Curve.Point> points = curve.points();
    assertThat(points).hasSizeBetween(500, 1000);
    assertThat(points.stream().mapToLong(Curve.Point::count).sum()).isEqualTo(1_000_000);
    assertThat(points).filteredOn(p -> p.max() == 1000).hasSize(1);
    assertThat(points)
        .filteredOn(p -> p.max() == 1)
        .allSatisfy(p -> assertThat(p.min()).isZero())
        .allSatisfy(p -> assertThat(p.mean()).isBetween(0.49, 0.51));
    assertThat(points.get(0).step()).isEqualTo(1);
  }

  @Test
  void whatIsNotFiniteIsLeftOut() {
    Curve curve = new Curve(10);
    curve.add(1, Double.NaN);
    curve.add(2, Double.POSITIVE_INFINITY);
    assertThat(curve.isEmpty()).isTrue();
    curve.add(3, 1);
    assertThat(curve.points()).containsExactly(new Curve.Point(3, 1, 1, 1, 1));
  }
}
