// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.nd4j;

import static dev.loam.tensor.nd4j.Values.assign;
import static dev.loam.tensor.nd4j.Values.read;

import dev.loam.tensor.AdamW;
import dev.loam.tensor.Tensor;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Adam with decoupled weight decay. */
final class AdamWUpdate {
  private AdamWUpdate() {}

  static void apply(Tensor parameter, Tensor gradient, Tensor first, Tensor second, AdamW u) {
    assign(first, () -> read(first).mul(u.beta1()).add(scaled(gradient, u).mul(1 - u.beta1())));
    assign(
        second,
        () -> {
          INDArray g = scaled(gradient, u);
          return read(second).mul(u.beta2()).add(g.mul(g).mul(1 - u.beta2()));
        });
    assign(
        parameter,
        () -> {
          INDArray mean = read(first).div(1 - Math.pow(u.beta1(), (double) u.step()));
          INDArray variance = read(second).div(1 - Math.pow(u.beta2(), (double) u.step()));
          INDArray step = mean.div(Transforms.sqrt(variance).add(u.eps())).mul(u.lr());
          return read(parameter).mul(1 - u.lr() * u.weightDecay()).sub(step);
        });
  }

  private static INDArray scaled(Tensor gradient, AdamW update) {
    return read(gradient).mul(update.gradientScale());
  }
}
