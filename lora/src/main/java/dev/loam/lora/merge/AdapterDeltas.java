// SPDX-License-Identifier: Apache-2.0
package dev.loam.lora.merge;

import dev.loam.lora.LoraModule;
import dev.loam.lora.LoraModules;
import dev.loam.lora.peft.AdapterFolder;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What adapters add to the weights of a model together, row by row, in double precision. */
final class AdapterDeltas {
  private static final String WEIGHT = ".weight";

  private final List<AdapterFolder> adapters;
  private final Set<String> names = new LinkedHashSet<>();

  /** What is added to one weight. */
  static final class Delta {
    private final List<LowRankMatrix> parts;

    private Delta(List<LowRankMatrix> parts) {
      this.parts = parts;
    }

    /** Overwrites numbers with a row, from a column on. */
    void row(long row, int firstColumn, double[] numbers) {
      Arrays.fill(numbers, 0);
      parts.forEach(part -> part.addRow(row, firstColumn, numbers));
    }
  }

  /** Adapters of one model, in the order in which they are added. */
  AdapterDeltas(List<AdapterFolder> adapters, LoraModules modules) {
    this.adapters = List.copyOf(adapters);
    for (LoraModule module : modules.all()) {
      if (adapters.stream().anyMatch(adapter -> LowRankMatrix.exists(adapter, module.name()))) {
        names.add(module.name() + WEIGHT);
      }
    }
  }

  /** The weights that change, in the order of the model. */
  Set<String> names() {
    return names;
  }

  /** Reads what is added to a weight. */
  Delta of(String weight) {
    String module = weight.substring(0, weight.length() - WEIGHT.length());
    return new Delta(
        adapters.stream()
            .filter(adapter -> LowRankMatrix.exists(adapter, module))
            .map(adapter -> LowRankMatrix.read(adapter, module))
            .toList());
  }
}
