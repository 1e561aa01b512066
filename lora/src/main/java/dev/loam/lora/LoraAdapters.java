// SPDX-License-Identifier: Apache-2.0
package dev.loam.lora;

import dev.loam.checkpoint.CheckpointException;
import dev.loam.checkpoint.TensorSource;
import dev.loam.model.ParameterCatalog.Entry;
import dev.loam.model.Qwen3Config;
import dev.loam.model.Qwen3Model;
import dev.loam.parallel.RankGroups;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Parameter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.BiConsumer;

/**
 * The adapters of a model that was allocated with a {@link LoraAdaptation}, or what one rank of
 * several has of them. They are the model's and are used on its thread.
 */
public final class LoraAdapters {
  private final Qwen3Model model;
  private final LoraOptions options;
  private final List<Entry> entries;

  private LoraAdapters(Qwen3Model model, LoraOptions options) {
    this.model = model;
    this.options = options;
    entries = new LoraCatalog(model.config(), options).entries();
  }

  /**
   * The adapters of a model.
   *
   * @param options those of its adaptation
   */
  public static LoraAdapters of(Qwen3Model model, LoraOptions options) {
    return new LoraAdapters(model, options);
  }

  /**
   * Allocates a model with adapters, all on one rank, to be used without training. Weights and
   * adapters are unspecified until they are loaded.
   */
  public static Qwen3Model allocate(
      ComputeLease lease, Qwen3Config config, int headChunkRows, LoraOptions options) {
    return Qwen3Model.share(
        lease, config, headChunkRows, RankGroups.single(), 0, new LoraAdaptation(options));
  }

  /** What they are like. */
  public LoraOptions options() {
    return options;
  }

  /** All parameters of the adapters of the whole model. */
  public List<Entry> entries() {
    return List.copyOf(entries);
  }

  /** What is here of the adapters, by name. */
  public Map<String, Parameter> parameters() {
    Map<String, Parameter> own = new LinkedHashMap<>(model.parameters());
    own.keySet().removeIf(name -> !LoraNames.isAdapter(name));
    return own;
  }

  /** Sets adapters that have no effect yet. */
  public void initialize(long seed, LoraInit init) {
    model
        .lease()
        .run(
            () -> {
              for (Parameter parameter : parameters().values()) {
                if (LoraNames.isFirst(parameter.name())) {
                  init.fill(parameter, seed, inputs(parameter));
                } else {
                  model.lease().kernels().fill(parameter.value(), 0);
                }
              }
            });
  }

  /** The size of what a first matrix is multiplied with. */
  private static long inputs(Parameter first) {
    boolean embedding = first.name().startsWith(LoraNames.EMBEDDING);
    return first.globalShape().size(embedding ? 0 : 1);
  }

  /**
   * Overwrites all adapters here.
   *
   * @param source has them under their names, and nothing else
   * @throws CheckpointException if names or shapes are others, with all differences
   */
  public void load(TensorSource source) {
    check(source);
    Map<String, Parameter> own = parameters();
    // In the source's order, which is that of its files.
    for (String name : source.names()) {
      Parameter parameter = own.get(name);
      if (parameter != null) {
        source.read(name, parameter.slice(), parameter.value());
      }
    }
  }

  private void check(TensorSource source) {
    List<String> problems = new ArrayList<>();
    TreeSet<String> unknown = new TreeSet<>(source.names());
    for (Entry entry : entries) {
      if (!unknown.remove(entry.name())) {
        problems.add("has no " + entry.name());
      } else if (!source.shape(entry.name()).equals(entry.shape())) {
        problems.add(
            entry.name()
                + " has shape "
                + source.shape(entry.name())
                + ", the model's adapters need "
                + entry.shape());
      }
    }
    unknown.forEach(name -> problems.add("has " + name + ", which the model's adapters have not"));
    if (!problems.isEmpty()) {
      throw new CheckpointException(
          source.description() + ": holds other adapters: " + String.join("; ", problems));
    }
  }

  /** Hands all adapters, whole, to the first rank, see {@link Qwen3Model#gather}. */
  public void gather(BiConsumer<Entry, Tensor> taker) {
    model.gather(entries, taker);
  }
}
