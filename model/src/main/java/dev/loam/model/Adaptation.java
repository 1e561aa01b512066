// SPDX-License-Identifier: Apache-2.0
package dev.loam.model;

import dev.loam.parallel.ProcessGroup;
import dev.loam.tensor.Arena;
import dev.loam.tensor.Kernels;
import dev.loam.tensor.part.Copies;
import dev.loam.tensor.part.Parameter;
import dev.loam.tensor.part.Weight;
import java.util.Optional;

/**
 * Which of a model's weights are trained, and what is added to its layers. Asked while a model is
 * allocated, on every rank, with the same answers. Modules are named as Hugging Face names their
 * parameters, without {@code .weight}.
 */
public interface Adaptation {
  /** A model as it is, all of which is trained. */
  static Adaptation none() {
    return new Adaptation() {
      @Override
      public boolean trains(String parameter) {
        return true;
      }

      @Override
      public boolean adapts(String module) {
        return false;
      }

      @Override
      public Optional<LinearAdapter> linear(Site site) {
        return Optional.empty();
      }

      @Override
      public Optional<EmbeddingAdapter> embedding(Site site) {
        return Optional.empty();
      }
    };
  }

  /** Whether a parameter of the model itself is trained. */
  boolean trains(String parameter);

  /** Whether something is added to a module, so that gradients have to reach it. */
  boolean adapts(String module);

  /** What is added to a linear layer, which may be several modules that were fused. */
  Optional<LinearAdapter> linear(Site site);

  /** What is added to the embedding. */
  Optional<EmbeddingAdapter> embedding(Site site);

  /**
   * A layer that something may be added to.
   *
   * @param arena of the model
   * @param base the layer's weight, this rank's slices of its parameters
   * @param tensorRanks share the layer
   */
  record Site(Kernels kernels, Arena arena, Weight base, ProcessGroup tensorRanks) {
    /** The module of one of the layer's parameters. */
    public static String module(Parameter parameter) {
      return parameter.name().substring(0, parameter.name().length() - ".weight".length());
    }

    /** Whether ranks divide the layer's rows, not its columns. */
    public boolean dividesRows() {
      Parameter first = base.parameters().get(0);
      return first.slice().shape().size(1) == first.globalShape().size(1);
    }

    /** What ranks have of a weight that all of them have and each computes a part of. */
    public Copies whole() {
      return tensorRanks.size() == 1 ? Copies.NONE : Copies.PARTIAL_GRADIENT;
    }
  }
}
