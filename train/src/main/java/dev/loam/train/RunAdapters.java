// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import dev.loam.lora.LoraAdaptation;
import dev.loam.lora.LoraAdapters;
import dev.loam.lora.peft.AdapterConfig;
import dev.loam.lora.peft.AdapterFolder;
import dev.loam.model.Adaptation;
import dev.loam.model.Qwen3Model;
import dev.loam.model.formats.WeightFolder;
import dev.loam.tensor.part.Parameter;
import dev.loam.train.config.PetConfig;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/** What a run that trains adapters does otherwise than one that trains all of a model. */
record RunAdapters(PetConfig pet, long seed) {
  /** What is trained of a model, and added to it. */
  Adaptation adaptation() {
    return new LoraAdaptation(pet.options(), seed, pet::trains);
  }

  /**
   * Sets the weights of the model itself, which checkpoints do not have, and adapters that have no
   * effect yet.
   */
  void begin(Qwen3Model model) {
    if (pet.base().isPresent()) {
      try (WeightFolder folder =
          WeightFolder.open(pet.base().get(), Optional.of(model.config()))) {
        model.load(folder.weights());
      }
    } else {
      model.initialize(seed);
    }
    adapters(model).initialize(seed, pet.init());
  }

  private LoraAdapters adapters(Qwen3Model model) {
    return LoraAdapters.of(model, pet.options());
  }

  /** Writes a PEFT folder; all ranks call it. */
  void export(Qwen3Model model, Path folder) {
    adapters(model).export(folder, pet.base());
  }

  /** A line for people. */
  String summary(Qwen3Model model) {
    long trained =
        model.parameters().values().stream()
            .filter(Parameter::trainable)
            .mapToLong(p -> p.globalShape().elements())
            .sum();
    return String.format(
        Locale.ROOT,
        "adapters: rank %d, alpha %s, dropout %s, on %s; %,d parameters are trained%s",
        pet.options().rank(),
        pet.options().alpha(),
        pet.options().dropout(),
        pet.options().targets(),
        trained,
        model.groups().layout().pipelineStages() > 1 ? " on the first stage" : "");
  }
}
