// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.blend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.data.DataFormatException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DataPathsTest {
  private static DataPaths paths(String... entries) {
    return DataPaths.parse(List.of(entries));
  }

  @Test
  void weightsStandBeforeTheirDatasets() {
    assertThat(paths("30", " /d/a ", "7e1", "/d/b"))
        .isEqualTo(
            new DataPaths(
                List.of(Path.of("/d/a"), Path.of("/d/b")), Optional.of(List.of(30.0, 70.0))));
    assertThat(paths("1", "/d/a").weights()).contains(List.of(1.0));
  }

  @Test
  void datasetsMayHaveNoWeights() {
    assertThat(paths("/d/a").weights()).isEmpty();
    assertThat(paths("/d/a", "/d/b").prefixes()).containsExactly(Path.of("/d/a"), Path.of("/d/b"));
    assertThat(paths("/d/a", "/d/b", "/d/c").prefixes()).hasSize(3);
    assertThat(paths("1d", "/d/b").weights()).isEmpty();
  }

  @Test
  void refusesUnusableLists() {
    assertThatThrownBy(() -> paths("0.5", "/d/a", "/d/b", "/d/c"))
        .isInstanceOf(DataFormatException.class)
        .hasMessageContaining("some datasets only");
    assertThatThrownBy(() -> paths("0", "/d/a")).hasMessageContaining("weight 0.0");
    assertThatThrownBy(() -> paths("-1", "/d/a")).hasMessageContaining("weight -1.0");
    assertThatThrownBy(() -> paths("1e999", "/d/a")).hasMessageContaining("weight Infinity");
    assertThatThrownBy(DataPathsTest::paths).hasMessageContaining("no dataset");
  }
}
