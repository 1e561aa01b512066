// SPDX-License-Identifier: Apache-2.0
package dev.loam.lora;

import dev.loam.model.ParameterCatalog;
import dev.loam.model.ParameterCatalog.Division;
import dev.loam.model.ParameterCatalog.Entry;
import dev.loam.model.Qwen3Config;
import dev.loam.tensor.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * All parameters of the adapters of a model, in its order, and how tensor-parallel ranks divide
 * each. Immutable.
 */
public final class LoraCatalog {
  private final Map<String, Entry> entries = new LinkedHashMap<>();

  /**
   * The parameters of adapters.
   *
   * @throws IllegalArgumentException if no module has an adapter, or one that cannot have any
   */
  public LoraCatalog(Qwen3Config config, LoraOptions options) {
    LoraTargets targets = options.targets();
    for (Entry base : new ParameterCatalog(config).entries()) {
      if (targets.includes(base.module())) {
        require(base);
        add(base, options.rank(), targets.fused());
      }
    }
    if (entries.isEmpty()) {
      throw new IllegalArgumentException("no module of the model has an adapter");
    }
    if (targets.includes("lm_head")) {
      throw new IllegalArgumentException(
          "lm_head cannot have an adapter; leave it out of the target modules");
    }
  }

  private static void require(Entry base) {
    if (base.shape().rank() != 2) {
      throw new IllegalArgumentException(
          base.module()
              + " is a norm and cannot have an adapter; leave it out of the target"
              + " modules");
    }
  }

  private void add(Entry base, long rank, boolean fused) {
    long out = base.shape().size(0);
    long in = base.shape().size(1);
    if (base.layer() < 0) {
      put(LoraNames.a(base.module()), Shape.of(out, rank), Division.ROWS, base);
      put(LoraNames.b(base.module()), Shape.of(in, rank), Division.WHOLE, base);
      return;
    }
    boolean rows = base.division() == Division.ROWS;
    String first = fused ? LoraNames.fused(base.module()) : base.module();
    put(LoraNames.a(first), Shape.of(rank, in), rows ? Division.WHOLE : Division.COLUMNS, base);
    put(
        LoraNames.b(base.module()),
        Shape.of(out, rank),
        rows ? Division.ROWS : Division.WHOLE,
        base);
  }

  private void put(String name, Shape shape, Division division, Entry base) {
    entries.put(name, new Entry(name, shape, division, base.layer()));
  }

  /** In the order of the model. */
  public List<Entry> entries() {
    return new ArrayList<>(entries.values());
  }
}
