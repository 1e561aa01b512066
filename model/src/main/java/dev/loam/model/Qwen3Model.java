// SPDX-License-Identifier: Apache-2.0
package dev.loam.model;

import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.Device;
import dev.loam.tensor.part.ModelPart;
import dev.loam.tensor.part.Parameter;
import dev.loam.tensor.part.Weight;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A Qwen3 model in memory. It owns its parameters and everything computed with them; closing it
 * frees all. Used by the thread of its compute lease.
 */
public final class Qwen3Model implements AutoCloseable {
  private final ComputeLease lease;
  private final Qwen3Config config;
  private final Arena arena;
  private final Qwen3Part part;

  private Qwen3Model(ComputeLease lease, Qwen3Config config, int headChunkRows) {
    this.lease = lease;
    this.config = config;
    this.arena = lease.newArena(Device.cpu());
    try {
      this.part = lease.call(() -> new Qwen3Part(lease, arena, config, headChunkRows));
    } catch (RuntimeException | Error e) {
      arena.close();
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
    return new Qwen3Model(lease, config, headChunkRows);
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

  /**
   * Sets norms to one and draws all other weights from a normal distribution with the
   * configuration's standard deviation. Values depend on the seed, the parameter's name and the
   * element only.
   */
  public void initialize(long seed) {
    lease.run(
        () -> {
          for (Parameter parameter : parameters().values()) {
            if (parameter.globalShape().rank() == 1) {
              lease.kernels().fill(parameter.value(), 1);
            } else {
              new NormalInitializer(seed, parameter.name(), config.initializerRange())
                  .fill(parameter.value());
            }
          }
        });
  }

  /** Overwrites all weights with those of a Hugging Face folder, single file or sharded. */
  public void load(Path folder) {
    HuggingFaceWeights.load(folder, this);
  }

  /**
   * Writes a Hugging Face folder: {@code config.json} and safetensors weights, sharded where large.
   *
   * @param dtype the type of the weights in the files
   */
  public void save(Path folder, WeightType dtype) {
    HuggingFaceWeights.save(this, folder, dtype);
  }

  /** The shape of the model. */
  public Qwen3Config config() {
    return config;
  }

  /** The thread this model computes on. */
  public ComputeLease lease() {
    return lease;
  }

  /** All of it as one pipeline stage. */
  public ModelPart part() {
    return part;
  }

  /** Memory for what is computed with this model; freed with it. */
  public Arena arena() {
    return arena;
  }

  /** All parameters by name, in the order of the model, a tied embedding once. */
  public Map<String, Parameter> parameters() {
    Map<String, Parameter> all = new LinkedHashMap<>();
    List<Weight> weights = part.weights();
    weights.forEach(w -> w.parameters().forEach(p -> all.put(p.name(), p)));
    return all;
  }

  @Override
  public void close() {
    part.close();
    arena.close();
  }
}
