// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.monitor;

import dev.loam.train.config.TrainingConfig;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** A configuration as text, section by section, for people. */
final class ConfigText {
  /** The section of what stands alone. */
  private static final String RUN = "run";

  private ConfigText() {}

  /** Lines {@code name: value} of each section. */
  static Map<String, List<String>> sections(TrainingConfig config) {
    Map<String, List<String>> sections = new LinkedHashMap<>();
    List<String> run = new ArrayList<>();
    sections.put(RUN, run);
    for (RecordComponent component : TrainingConfig.class.getRecordComponents()) {
      Object value = inside(valueOf(component, config));
      if (value instanceof Record section) {
        List<String> lines = new ArrayList<>();
        addComponents(lines, "", section);
        sections.put(name(component), lines);
      } else {
        add(run, name(component), value);
      }
    }
    return sections;
  }

  private static void addComponents(List<String> lines, String prefix, Record section) {
    for (RecordComponent component : section.getClass().getRecordComponents()) {
      add(lines, prefix + name(component), inside(valueOf(component, section)));
    }
  }

  private static void add(List<String> lines, String name, Object value) {
    boolean isOurs = value.getClass().getName().startsWith("dev.loam.");
    if (value instanceof Record nested && isOurs) {
      addComponents(lines, name + ".", nested);
    } else {
      lines.add(name + ": " + value);
    }
  }

  /** What there may be, or that it is not there. */
  private static Object inside(Object value) {
    return value instanceof Optional<?> optional
        ? optional.map(Object.class::cast).orElse("none")
        : value;
  }

  private static Object valueOf(RecordComponent component, Record of) {
    try {
      return component.getAccessor().invoke(of);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(component + " is not public", e);
    }
  }

  /** {@code maxGradientNorm} as {@code max_gradient_norm}. */
  private static String name(RecordComponent component) {
    return component.getName().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
  }
}
