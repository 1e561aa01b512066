// SPDX-License-Identifier: Apache-2.0
package dev.loam.lora.peft;

import dev.loam.checkpoint.safetensors.SafetensorsFile;
import dev.loam.checkpoint.safetensors.SafetensorsType;
import dev.loam.checkpoint.safetensors.TensorEntry;
import dev.loam.checkpoint.safetensors.Text;
import dev.loam.lora.LoraModule;
import dev.loam.lora.LoraModules;
import dev.loam.lora.LoraTargetException;
import dev.loam.tensor.Shape;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Compares an adapter's tensors with what its configuration and a model ask for. */
final class AdapterCheck {
  private static final Set<SafetensorsType> TYPES =
      Set.of(SafetensorsType.F32, SafetensorsType.BF16, SafetensorsType.F16);

  private final SafetensorsFile file;
  private final Map<String, String> storedNames = new HashMap<>();
  private final AdapterProblems problems;

  private AdapterCheck(SafetensorsFile file) {
    this.file = file;
    this.problems = new AdapterProblems(file.path().toString());
  }

  static void check(SafetensorsFile file, AdapterConfig config, LoraModules modules) {
    AdapterCheck check = new AdapterCheck(file);
    check.names();
    try {
      check.shapes(config.rank(), modules.select(config.targets()));
    } catch (LoraTargetException e) {
      check.problems.add("target_modules of its configuration: " + e.getMessage());
    }
    check.problems.report("check that the adapter was trained for this model");
  }

  private void names() {
    for (String stored : file.entries().keySet()) {
      AdapterNames.internal(stored)
          .ifPresentOrElse(
              name -> {
                if (storedNames.put(name, stored) != null) {
                  problems.add(Text.printable(name) + " is there twice");
                }
              },
              () -> {
                if (!AdapterNames.isBaseLayer(stored)) {
                  problems.add(
                      "tensor " + Text.quote(stored) + " is not part of a low-rank adapter");
                }
              });
    }
  }

  private void shapes(int rank, List<LoraModule> selected) {
    Set<String> unknown = new HashSet<>(storedNames.keySet());
    for (LoraModule module : selected) {
      one(module.name(), AdapterNames.A, Shape.of(rank, module.inputs()), unknown);
      one(module.name(), AdapterNames.B, Shape.of(module.outputs(), rank), unknown);
    }
    unknown.stream()
        .sorted()
        .forEach(
            name ->
                problems.add(
                    "tensor "
                        + Text.quote(storedNames.getOrDefault(name, name))
                        + " belongs to no layer that target_modules names"));
  }

  private void one(String module, String matrix, Shape shape, Set<String> unknown) {
    String stored = storedNames.get(module + matrix);
    if (stored == null) {
      problems.add("missing tensor " + AdapterNames.stored(module, matrix));
      return;
    }
    unknown.remove(module + matrix);
    TensorEntry entry = file.entry(stored);
    if (!entry.shape().equals(shape)) {
      problems.add("%s has shape %s where %s is expected".formatted(stored, entry.shape(), shape));
    }
    if (!TYPES.contains(entry.type())) {
      problems.add(stored + " has dtype " + entry.type() + "; adapters are of F32, BF16 or F16");
    }
  }
}
