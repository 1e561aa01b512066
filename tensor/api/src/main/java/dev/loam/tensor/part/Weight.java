// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.part;

import dev.loam.tensor.Tensor;
import java.util.List;

/**
 * A tensor that kernels take whole: one parameter, or several that are stacked by rows so that one
 * matrix product serves them all (q, k and v; gate and up). Its parameters are all trainable or
 * none, all decayed or none. Two model parts that use the same weight (a tied embedding) share one
 * object.
 *
 * @param value the whole
 * @param parameters views of its row ranges, in order, covering it
 * @param copies what other tensor-parallel ranks have of it
 */
public record Weight(Tensor value, List<Parameter> parameters, Copies copies) {
  /** A weight that no other rank has. */
  public Weight(Tensor value, List<Parameter> parameters) {
    this(value, parameters, Copies.NONE);
  }

  /** Checks that the parameters cover the value and are treated alike. */
  public Weight {
    parameters = List.copyOf(parameters);
    long elements = parameters.stream().mapToLong(p -> p.value().elements()).sum();
    Parameter first = parameters.get(0);
    boolean alike =
        parameters.stream()
            .allMatch(p -> p.trainable() == first.trainable() && p.decayed() == first.decayed());
    if (elements != value.elements() || !alike) {
      throw new IllegalArgumentException(
          "parameters from " + first.name() + " on do not make up one weight of " + value.shape());
    }
  }

  /** Whether it has a gradient. */
  public boolean trainable() {
    return parameters.get(0).trainable();
  }

  /** Whether weight decay applies to it. */
  public boolean decayed() {
    return parameters.get(0).decayed();
  }

  /**
   * The part of a tensor shaped like this weight (a gradient, a moment) that belongs to a
   * parameter.
   */
  public Tensor partOf(Tensor whole, Parameter parameter) {
    long start = 0;
    for (Parameter p : parameters) {
      if (p.name().equals(parameter.name())) {
        return whole.rows(start, p.value().size(0));
      }
      start += p.value().size(0);
    }
    throw new IllegalArgumentException(parameter.name() + " is not part of this weight");
  }

  // Identity, not contents: tensors have no value equality, and a tied weight is one object.

  @Override
  public boolean equals(Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }
}
