// SPDX-License-Identifier: Apache-2.0
package dev.loam.lora;

import dev.loam.lora.LoraModule.Kind;
import dev.loam.model.ParameterCatalog;
import dev.loam.model.Qwen3Config;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** The modules of a model, and which of them some targets mean. Immutable. */
public final class LoraModules {
  private static final String EMBEDDING = "model.embed_tokens";
  private static final String HEAD = "lm_head";

  private final List<LoraModule> modules = new ArrayList<>();
  private final List<String> others = new ArrayList<>();

  /** The modules of a model; its head as well, whether or not it has a weight of its own. */
  public LoraModules(Qwen3Config config) {
    for (ParameterCatalog.Entry entry : new ParameterCatalog(config).entries()) {
      String name = entry.module();
      if (entry.shape().rank() == 2 && !name.equals(HEAD)) {
        modules.add(module(name, entry.shape().size(0), entry.shape().size(1)));
      } else if (entry.shape().rank() == 1) {
        others.add(name);
      }
    }
    modules.add(new LoraModule(HEAD, Kind.HEAD, config.vocabSize(), config.hiddenSize()));
    others.addAll(List.of("model", "model.layers", "model.rotary_emb"));
    for (int i = 0; i < config.layers(); i++) {
      String layer = "model.layers." + i;
      others.addAll(List.of(layer, layer + ".self_attn", layer + ".mlp", layer + ".mlp.act_fn"));
    }
  }

  private static LoraModule module(String name, long rows, long columns) {
    return name.equals(EMBEDDING)
        ? new LoraModule(name, Kind.EMBEDDING, columns, rows)
        : new LoraModule(name, Kind.LINEAR, rows, columns);
  }

  /** All of them, in the order of the model. */
  public List<LoraModule> all() {
    return List.copyOf(modules);
  }

  /** The module of a name. */
  public Optional<LoraModule> find(String name) {
    return modules.stream().filter(module -> module.name().equals(name)).findFirst();
  }

  /**
   * The modules that targets mean, in the order of the model.
   *
   * @throws LoraTargetException if there are none, one of a list of names means none, or one is
   *     meant that can have no adapter
   */
  public List<LoraModule> select(LoraTargets targets) {
    List<LoraModule> selected =
        modules.stream().filter(module -> targets.includes(module.name())).toList();
    List<String> unused = targets instanceof PeftTargets peft ? peft.unused(names()) : List.of();
    if (!unused.isEmpty()) {
      throw nothing("'" + String.join("', '", unused) + "'");
    }
    if (selected.isEmpty()) {
      throw nothing(targets.toString());
    }
    for (LoraModule module : selected) {
      if (module.kind() == Kind.HEAD) {
        throw new LoraTargetException(
            targets + " includes the head (" + HEAD + "), which can have no adapter; leave it out");
      }
    }
    for (String other : others) {
      if (targets instanceof PeftTargets && targets.includes(other)) {
        throw new LoraTargetException(
            "%s includes %s, which is neither a linear layer nor the embedding; possible are %s"
                .formatted(targets, other, possible(name -> name)));
      }
    }
    return selected;
  }

  private LoraTargetException nothing(String what) {
    return new LoraTargetException(
        "%s matches no layer of the model; possible are %s, or as MindFormers calls them %s"
            .formatted(what, possible(name -> name), possible(MindFormersTargets::name)));
  }

  private List<String> names() {
    return modules.stream().map(LoraModule::name).toList();
  }

  private String possible(UnaryOperator<String> called) {
    return modules.stream()
        .filter(module -> module.kind() != Kind.HEAD)
        .map(module -> called.apply(module.ownName()))
        .distinct()
        .collect(Collectors.joining(", "));
  }
}
