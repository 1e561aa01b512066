// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What is written: a file over the {@code preset} that it names, and the command line over both.
 */
final class ConfigTree {
  private static final String PRESET = "preset";

  private final Problems problems;
  private final Set<Path> open = new LinkedHashSet<>();

  private ConfigTree(Problems problems) {
    this.problems = problems;
  }

  static ConfigNode.Mapping read(Path file, Map<String, String> overrides, Problems problems) {
    ConfigTree tree = new ConfigTree(problems);
    Map<String, String> values = new LinkedHashMap<>(overrides);
    Optional<Path> preset = Optional.ofNullable(values.remove(PRESET)).map(Path::of);
    ConfigNode.Mapping written = tree.read(file, preset);
    return Overrides.apply(written, values, problems);
  }

  /** Reads a file, over another preset than its own where that is given. */
  private ConfigNode.Mapping read(Path file, Optional<Path> otherPreset) {
    Path absolute = file.toAbsolutePath().normalize();
    if (!open.add(absolute)) {
      List<String> chain = new ArrayList<>(open.stream().map(Path::toString).toList());
      chain.add(absolute.toString());
      throw new ConfigException(
          List.of(file + ": a preset of its own: " + String.join(" -> ", chain)));
    }
    ConfigNode.Mapping written = YamlFile.read(file, problems);
    Optional<Path> preset = otherPreset.or(() -> preset(written, absolute));
    ConfigNode.Mapping own = written.without(PRESET);
    return preset.map(path -> read(path, Optional.empty()).with(own)).orElse(own);
  }

  /** The preset that a file names, in the folder of that file unless it is absolute. */
  private Optional<Path> preset(ConfigNode.Mapping file, Path path) {
    ConfigNode.Entry entry = file.entries().get(PRESET);
    if (entry == null || (entry.value() instanceof ConfigNode.Scalar s && s.isNull())) {
      return Optional.empty();
    }
    if (entry.value() instanceof ConfigNode.Scalar scalar && !scalar.text().isBlank()) {
      return Optional.of(path.resolveSibling(scalar.text()));
    }
    problems.add(entry.value().origin(), PRESET + " must be the path of a YAML file");
    return Optional.empty();
  }
}
