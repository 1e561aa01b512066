// SPDX-License-Identifier: Apache-2.0
package dev.loam.model;

import dev.loam.checkpoint.TensorSource;
import dev.loam.checkpoint.safetensors.SafetensorsFolder;
import dev.loam.parallel.LayerRange;
import dev.loam.parallel.Layout;
import dev.loam.parallel.RankGroups;
import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.Device;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.ModelPart;
import dev.loam.tensor.part.Parameter;
import dev.loam.tensor.part.Weight;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * A Qwen3 model in memory, or the share of it that one rank of several has. It owns its parameters
 * and everything computed with them; closing it frees all. Used by the thread of its compute lease.
 */
public final class Qwen3Model implements AutoCloseable {
  private final ComputeLease lease;
  private final Qwen3Config config;
  private final RankGroups groups;
  private final Arena arena;
  private final List<Qwen3Part> parts = new ArrayList<>();

  private Qwen3Model(
      ComputeLease lease,
      Qwen3Config config,
      int headChunkRows,
      RankGroups groups,
      int recomputedLayers,
      Adaptation adaptation) {
    this.lease = lease;
    this.config = config;
    this.groups = groups;
    this.arena = lease.newArena(Device.cpu());
    try {
      lease.run(() -> allocateParts(headChunkRows, recomputedLayers, adaptation));
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /**
   * Allocates a model; its weights are unspecified until {@link #initialize} or {@link #load}.
   *
   * @param lease runs the model; not closed with it
   * @param headChunkRows how many rows of logits exist at once, at least 1
   */
  public static Qwen3Model allocate(ComputeLease lease, Qwen3Config config, int headChunkRows) {
    return share(lease, config, headChunkRows, RankGroups.single());
  }

  /**
   * Allocates what one rank has of a model: of some layers, or some runs of layers, this tensor
   * rank's slices.
   *
   * @param groups whom it works with
   */
  public static Qwen3Model share(
      ComputeLease lease, Qwen3Config config, int headChunkRows, RankGroups groups) {
    return share(lease, config, headChunkRows, groups, 0);
  }

  /**
   * Likewise, of a model that recomputes layers: they keep only their input for the backward pass,
   * which runs their forward once more. That changes no bit of any result.
   *
   * @param recomputedLayers how many of the layers of this rank's stage are recomputed: the first
   *     ones, through all its runs of layers in the order of the model
   */
  public static Qwen3Model share(
      ComputeLease lease,
      Qwen3Config config,
      int headChunkRows,
      RankGroups groups,
      int recomputedLayers) {
    return share(lease, config, headChunkRows, groups, recomputedLayers, Adaptation.none());
  }

  /**
   * Likewise, of a model of which not all is trained, or to whose layers something is added.
   *
   * @param adaptation says what; the same on all ranks
   */
  public static Qwen3Model share(
      ComputeLease lease,
      Qwen3Config config,
      int headChunkRows,
      RankGroups groups,
      int recomputedLayers,
      Adaptation adaptation) {
    return new Qwen3Model(lease, config, headChunkRows, groups, recomputedLayers, adaptation);
  }

  /** Loads a Hugging Face folder: {@code config.json} and safetensors weights. */
  public static Qwen3Model open(ComputeLease lease, Path folder, int headChunkRows) {
    Qwen3Config config = Qwen3Config.read(folder.resolve("config.json"));
    Qwen3Model model = allocate(lease, config, headChunkRows);
    try {
      model.load(folder);
      return model;
    } catch (RuntimeException | Error e) {
      model.close();
      throw e;
    }
  }

  private void allocateParts(int headChunkRows, int recomputedLayers, Adaptation adaptation) {
    Layout layout = groups.layout();
    int stage = groups.position().stage();
    TensorParallel ranks =
        new TensorParallel(lease.kernels(), groups.tensor(), layout.sequenceParallel());
    int recomputed = recomputedLayers;
    for (int chunk = 0; chunk < layout.virtualStages(); chunk++) {
      LayerRange layers = layout.layers(stage, chunk, config.layers());
      PartPlan plan =
          new PartPlan(
              layers.first(),
              layers.count(),
              layers.first() == 0,
              layers.end() == config.layers(),
              headChunkRows,
              Math.min(recomputed, layers.count()));
      recomputed -= plan.recomputedLayers();
      parts.add(new Qwen3Part(lease, arena, config, plan, ranks, adaptation));
    }
  }

  /**
   * Sets norms to one and draws all other weights from a normal distribution with the
   * configuration's standard deviation. Values depend on the seed, the parameter's name and the
   * element only, not on the ranks the model is spread over. What an adaptation has added is left
   * as it is.
   */
  public void initialize(long seed) {
    Map<String, Parameter> own = parameters();
    own.keySet().retainAll(new ParameterCatalog(config).names());
    lease.run(
        () -> {
          for (Parameter parameter : own.values()) {
            if (parameter.globalShape().rank() == 1) {
              lease.kernels().fill(parameter.value(), 1);
            } else {
              new NormalInitializer(seed, parameter.name(), config.initializerRange())
                  .fill(parameter.value(), parameter.slice(), parameter.globalShape().size(1));
            }
          }
        });
  }

  /** Overwrites all weights here with those of a Hugging Face folder, single file or sharded. */
  public void load(Path folder) {
    try (TensorSource files = SafetensorsFolder.open(folder)) {
      load(files);
    }
  }

  /**
   * Overwrites all weights here, reading the slices that are here and no others. A tied model may
   * store its head as well, which is then the embedding once more and is not read.
   *
   * @param source has the model's parameters under their Hugging Face names
   * @throws ModelConfigException if names or shapes are not those of the model, with all
   *     differences
   */
  public void load(TensorSource source) {
    HuggingFaceWeights.load(source, this);
  }

  /**
   * Writes a Hugging Face folder: {@code config.json} and safetensors weights, sharded where large.
   * All ranks call it; the first writes, the others send it their slices, parameter by parameter.
   *
   * @param dtype the type of the weights in the files
   */
  public void save(Path folder, WeightType dtype) {
    HuggingFaceWeights.save(this, folder, dtype);
  }

  /**
   * Hands whole parameters to the first rank, one after the other. All ranks call it.
   *
   * @param entries which, of the model itself or of what was added to it
   * @param taker is given each on the first rank; the tensor is the next one's afterwards
   */
  public void gather(
      List<ParameterCatalog.Entry> entries, BiConsumer<ParameterCatalog.Entry, Tensor> taker) {
    try (Arena scratch = lease.newArena(Device.cpu())) {
      WeightGathering gathering = new WeightGathering(this, scratch, entries);
      for (ParameterCatalog.Entry entry : entries) {
        if (groups.world().rank() == 0) {
          taker.accept(entry, gathering.whole(entry));
        } else {
          gathering.contribute(entry.name());
        }
      }
    }
  }

  /** The shape of the whole model. */
  public Qwen3Config config() {
    return config;
  }

  /** The thread this model computes on. */
  public ComputeLease lease() {
    return lease;
  }

  /** Whom this rank works with. */
  public RankGroups groups() {
    return groups;
  }

  /** What this rank has of the layers, in their order. */
  public List<ModelPart> parts() {
    return List.copyOf(parts);
  }

  /**
   * All of a model that is on one rank.
   *
   * @throws IllegalStateException if it is spread over several
   */
  public ModelPart part() {
    if (groups.layout().worldSize() > 1) {
      throw new IllegalStateException("the model is spread over ranks: " + groups.layout());
    }
    return parts.get(0);
  }

  /** The weights here, part by part; one that is used twice is listed twice. */
  public List<Weight> weights() {
    return parts.stream().flatMap(part -> part.weights().stream()).toList();
  }

  /** Memory for what is computed with this model; freed with it. */
  public Arena arena() {
    return arena;
  }

  /** The memory that layers use one after the other, once activations have been made. */
  public long scratchBytes() {
    return parts.stream().mapToLong(Qwen3Part::scratchBytes).sum();
  }

  /** All parameters here by name, in the order of the model, a tied embedding once. */
  public Map<String, Parameter> parameters() {
    Map<String, Parameter> all = new LinkedHashMap<>();
    weights().forEach(w -> w.parameters().forEach(p -> all.put(p.name(), p)));
    return all;
  }

  @Override
  public void close() {
    parts.forEach(Qwen3Part::close);
    arena.close();
  }
}
