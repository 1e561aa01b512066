// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import dev.loam.model.Qwen3Config;
import dev.loam.parallel.Layout;
import java.util.List;
import java.util.Optional;

/** Reads {@code recompute_config}; what else it can say decides about memory only, on devices. */
final class RecomputeSection {
  private static final String KEY = "recompute";

  private RecomputeSection() {}

  static RecomputeConfig read(Section root, Layout layout, Optional<Qwen3Config> model) {
    Section section = root.section("recompute_config");
    section.ignore(
        "select_recompute",
        "select_comm_recompute",
        "select_recompute_exclude",
        "select_comm_recompute_exclude",
        "parallel_optimizer_comm_recompute",
        "mp_comm_recompute",
        "recompute_slice_activation");
    RecomputeConfig config = section.isList(KEY) ? perStage(section, layout, model) : all(section);
    return config;
  }

  private static RecomputeConfig all(Section section) {
    return section.flag(KEY, false) ? RecomputeConfig.ALL : RecomputeConfig.NONE;
  }

  private static RecomputeConfig perStage(
      Section section, Layout layout, Optional<Qwen3Config> model) {
    List<List<Integer>> rows = section.integerRows(KEY);
    List<Integer> layers = rows.size() == 1 ? rows.get(0) : List.of();
    int stages = layout.pipelineStages();
    int most = model.map(Qwen3Config::layers).orElse(Integer.MAX_VALUE);
    if (layers.size() != stages) {
      section.problem(
          KEY,
          "must be True, False or one number of layers for each stage; pipeline_stage is "
              + stages);
      return RecomputeConfig.NONE;
    }
    if (layers.stream().anyMatch(count -> count < 0 || count > most)) {
      section.problem(KEY, "has numbers of layers from 0 to " + most + ", not " + layers);
      return RecomputeConfig.NONE;
    }
    return new RecomputeConfig(false, layers);
  }
}
