// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import dev.loam.lora.LoraAdaptation;
import dev.loam.lora.LoraAdapters;
import dev.loam.lora.LoraModules;
import dev.loam.lora.peft.AdaptedModel;
import dev.loam.lora.peft.AdapterFolder;
import dev.loam.model.Adaptation;
import dev.loam.model.ParameterCatalog;
import dev.loam.model.ParameterCatalog.Entry;
import dev.loam.model.Qwen3Model;
import dev.loam.model.formats.WeightFolder;
import dev.loam.train.config.PetConfig;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

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
      try (WeightFolder folder = WeightFolder.open(pet.base().get(), Optional.of(model.config()))) {
        model.load(folder.weights());
      }
    } else {
      model.initialize(seed);
    }
    LoraAdapters adapters = adapters(model);
    adapters.initialize(seed, pet.init());
    if (pet.adapter().isPresent()) {
      try (AdapterFolder folder =
          AdapterFolder.open(pet.adapter().get(), new LoraModules(model.config()))) {
        adapters.load(folder.tensors());
      }
    }
  }

  private LoraAdapters adapters(Qwen3Model model) {
    return LoraAdapters.of(model, pet.options());
  }

  /** Writes a PEFT folder; all ranks call it. */
  void export(Qwen3Model model, Path folder) {
    AdaptedModel.save(model, adapters(model), folder, pet.base());
  }

  /** A line for people. */
  String summary(Qwen3Model model) {
    Stream<Entry> base =
        new ParameterCatalog(model.config())
            .entries().stream().filter(entry -> pet.trains(entry.name()));
    long trained =
        Stream.concat(base, adapters(model).entries().stream())
            .mapToLong(entry -> entry.shape().elements())
            .sum();
    return String.format(
        Locale.ROOT,
        "adapters: rank %d, alpha %s, dropout %s, on %s; %,d parameters are trained",
        pet.options().rank(),
        pet.options().alpha(),
        pet.options().dropout(),
        pet.options().targets(),
        trained);
  }
}
