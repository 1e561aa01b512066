// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class PythonJsonTest {
  @Test
  void indentsAsPython() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("a", 1);
    map.put("b", List.of(List.of(0, 1.0), Optional.empty()));
    map.put("c", Optional.of("x"));
    map.put("d", List.of());
    map.put("e", Map.of());
    assertThat(PythonJson.dumps(map))
        .isEqualTo(
            """
            {
                "a": 1,
                "b": [
                    [
                        0,
                        1.0
                    ],
                    null
                ],
                "c": "x",
                "d": [],
                "e": {}
            }""");
  }

  @Test
  void textIsAscii() {
    assertThat(PythonJson.dumps("/d\u00e4ta/\ud83d\ude00\"\\\n\u007f"))
        .isEqualTo("\"/d\\u00e4ta/\\ud83d\\ude00\\\"\\\\\\n\u007f\"");
  }

  @Test
  void numbersAreThoseOfRepr() {
    assertThat(PythonJson.repr(0.1)).isEqualTo("0.1");
    assertThat(PythonJson.repr(0.7 + 0.2)).isEqualTo("0.8999999999999999");
    assertThat(PythonJson.repr(1.0 / 3)).isEqualTo("0.3333333333333333");
    assertThat(PythonJson.repr(2e-3)).isEqualTo("0.002");
    assertThat(PythonJson.repr(1e-4)).isEqualTo("0.0001");
    assertThat(PythonJson.repr(1.25e-5)).isEqualTo("1.25e-05");
    assertThat(PythonJson.repr(1e15)).isEqualTo("1000000000000000.0");
    assertThat(PythonJson.repr(1e16)).isEqualTo("1e+16");
    assertThat(PythonJson.repr(2.0e-300)).isEqualTo("2e-300");
    assertThat(PythonJson.repr(9007199254740992.0)).isEqualTo("9007199254740992.0");
    assertThat(PythonJson.repr(-2.5)).isEqualTo("-2.5");
    assertThat(PythonJson.repr(0)).isEqualTo("0.0");
    assertThat(PythonJson.repr(4.35)).isEqualTo("4.35");
  }

  @Property(tries = 300)
  void everyNumberIsReadBack(@ForAll double value) {
    assertThat(Double.parseDouble(PythonJson.repr(value))).isEqualTo(value);
  }
}
