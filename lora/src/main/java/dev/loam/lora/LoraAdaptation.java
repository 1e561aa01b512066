// SPDX-License-Identifier: Apache-2.0
package dev.loam.lora;

import dev.loam.model.Adaptation;
import dev.loam.model.EmbeddingAdapter;
import dev.loam.model.LinearAdapter;
import dev.loam.tensor.Arena;
import dev.loam.tensor.Shape;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Copies;
import dev.loam.tensor.part.DropoutKeys;
import dev.loam.tensor.part.Parameter;
import dev.loam.tensor.part.Slice;
import dev.loam.tensor.part.Weight;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Puts adapters beside the layers of a model, and says which of the model's own weights are trained
 * beside them: none, usually. {@link LoraNames} has the names of the adapters' parameters; their
 * values are unspecified until they are set.
 */
public final class LoraAdaptation implements Adaptation {
  private final LoraOptions options;
  private final long seed;
  private final Predicate<String> trained;

  /** Adapters beside a model that stays as it is, for use without training. */
  public LoraAdaptation(LoraOptions options) {
    this(options, 0, parameter -> false);
  }

  /**
   * Adapters.
   *
   * @param seed of dropout
   * @param trained which parameters of the model itself are trained, by their Hugging Face names
   */
  public LoraAdaptation(LoraOptions options, long seed, Predicate<String> trained) {
    this.options = options;
    this.seed = seed;
    this.trained = trained;
  }

  /** What the adapters are like. */
  public LoraOptions options() {
    return options;
  }

  @Override
  public boolean trains(String parameter) {
    return trained.test(parameter);
  }

  @Override
  public boolean adapts(String module) {
    return options.targets().includes(module);
  }

  @Override
  public Optional<LinearAdapter> linear(Site site) {
    List<Parameter> adapted =
        site.base().parameters().stream().filter(p -> adapts(Site.module(p))).toList();
    if (adapted.isEmpty()) {
      return Optional.empty();
    }
    Weight a = first(site, adapted);
    List<LoraLinear.Branch> branches = new ArrayList<>();
    long row = 0;
    long inner = 0;
    for (Parameter parameter : site.base().parameters()) {
      if (adapted.contains(parameter)) {
        branches.add(new LoraLinear.Branch(second(site, parameter), row, inner));
        inner += options.targets().fused() ? 0 : options.rank();
      }
      row += parameter.value().size(0);
    }
    return Optional.of(
        new LoraLinear(site.kernels(), options.scale(), dropout(site), a, branches, row));
  }

  private Optional<Dropout> dropout(Site site) {
    if (options.dropout() == 0) {
      return Optional.empty();
    }
    Parameter first = site.base().parameters().get(0);
    long key = DropoutKeys.mix(DropoutKeys.mix(seed) ^ LoraNames.hash(first.name()));
    return Optional.of(new Dropout(options.dropout(), key, first.slice().start().size(1)));
  }

  /** The first matrices [r, in] of all modules, stacked; or the one that they share. */
  private Weight first(Site site, List<Parameter> modules) {
    Parameter any = modules.get(0);
    long rank = options.rank();
    boolean fused = options.targets().fused();
    long count = fused ? 1 : modules.size();
    Tensor value = allocate(site.arena(), any.value(), count * rank, any.slice().shape().size(1));
    List<Parameter> parameters = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String module = Site.module(modules.get(i));
      parameters.add(
          parameter(
              LoraNames.a(fused ? LoraNames.fused(module) : module),
              Shape.of(rank, any.globalShape().size(1)),
              Shape.of(0, any.slice().start().size(1)),
              value.rows(i * rank, rank)));
    }
    return new Weight(value, parameters, site.dividesRows() ? site.whole() : Copies.NONE);
  }

  /** The second matrix [out, r] of a module. */
  private Weight second(Site site, Parameter module) {
    long rank = options.rank();
    Tensor value = allocate(site.arena(), module.value(), module.value().size(0), rank);
    Parameter parameter =
        parameter(
            LoraNames.b(Site.module(module)),
            Shape.of(module.globalShape().size(0), rank),
            Shape.of(module.slice().start().size(0), 0),
            value);
    return new Weight(value, List.of(parameter), site.dividesRows() ? Copies.NONE : site.whole());
  }

  @Override
  public Optional<EmbeddingAdapter> embedding(Site site) {
    Parameter table = site.base().parameters().get(0);
    String module = Site.module(table);
    if (!adapts(module)) {
      return Optional.empty();
    }
    long rank = options.rank();
    long hidden = table.value().size(1);
    Tensor a = allocate(site.arena(), table.value(), table.value().size(0), rank);
    Tensor b = allocate(site.arena(), table.value(), hidden, rank);
    Parameter rows =
        parameter(
            LoraNames.a(module),
            Shape.of(table.globalShape().size(0), rank),
            Shape.of(table.slice().start().size(0), 0),
            a);
    Parameter whole = parameter(LoraNames.b(module), b.shape(), Shape.of(0, 0), b);
    return Optional.of(
        new LoraEmbedding(
            site.kernels(),
            options.scale(),
            new Weight(a, List.of(rows)),
            new Weight(b, List.of(whole), site.whole())));
  }

  private static Tensor allocate(Arena arena, Tensor like, long rows, long columns) {
    return arena.allocate(like.dtype(), rows, columns);
  }

  private static Parameter parameter(String name, Shape global, Shape start, Tensor value) {
    return new Parameter(name, global, new Slice(start, value.shape()), value, true, true);
  }
}
