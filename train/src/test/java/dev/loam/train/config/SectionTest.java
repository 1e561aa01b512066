// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a section remembers of what it was asked. */
class SectionTest {
  private final Problems problems = new Problems();

  private Section section(String yaml) {
    ConfigNode.Mapping root = (ConfigNode.Mapping) YamlFile.value(yaml, "--test", problems);
    return new Section(root, problems);
  }

  @Test
  void aKeyThatIsObeyedIsSupportedWhateverElseWasAsked() {
    Section section = section("{a: 1, b: 2, c: 3}");
    section.ignore("a", "b", "c");
    section.integer("a");
    section.only("b", "2", "");
    section.reject("c", "");
    assertThat(section.view().keys())
        .isEqualTo(
            Map.of(
                "a", new SectionView.Key(KeyStatus.SUPPORTED, ""),
                "b", new SectionView.Key(KeyStatus.FIXED, "2"),
                "c", new SectionView.Key(KeyStatus.REJECTED, "")));
  }

  @Test
  void sectionsAreAlwaysTheSame() {
    Section section = section("{a: {x: 1, y: 2}, b: [{x: 1}]}");
    assertThat(section.section("a")).isSameAs(section.section("a"));
    assertThat(section.sections("b").get(0)).isSameAs(section.sections("b").get(0));
    section.section("a").integer("x");
    section.section("a").integer("y");
    section.finish();
    assertThatThrownBy(problems::throwIfAny).hasMessage("--test: unknown key b.x");
    assertThat(section.view().keys()).containsKeys("a.x", "a.y");
  }

  @Test
  void anOverrideLeavesASectionWhereItIs() {
    ConfigNode.Mapping root = (ConfigNode.Mapping) YamlFile.value("{a: {x: 1}}", "file", problems);
    ConfigNode value = YamlFile.value("2", "--a.y", problems);
    Section section = new Section(root.with(List.of("a", "y"), value), problems);
    assertThat(section.section("a").place("z").toString()).isEqualTo("file:1:2");
    assertThat(section.section("a").place("y").toString()).isEqualTo("--a.y");
  }
}
