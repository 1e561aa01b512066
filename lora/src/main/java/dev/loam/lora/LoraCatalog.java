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
import java.util.Set;
import java.util.stream.Collectors;

/**
 * All parameters of the adapters of a model, in its order, and how tensor-parallel ranks divide
 * each. Immutable.
 */
public final class LoraCatalog {
  private final Map<String, Entry> entries = new LinkedHashMap<>();

  /**
   * The parameters of adapters.
   *
   * @throws LoraTargetException if no module has an adapter, or one is to have one that cannot
   */
  public LoraCatalog(Qwen3Config config, LoraOptions options) {
    Set<String> modules =
        new LoraModules(config)
            .select(options.targets()).stream().map(LoraModule::name).collect(Collectors.toSet());
    new ParameterCatalog(config)
        .entries().stream()
            .filter(base -> modules.contains(base.module()))
            .forEach(base -> add(base, options.rank(), options.targets().fused()));
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
