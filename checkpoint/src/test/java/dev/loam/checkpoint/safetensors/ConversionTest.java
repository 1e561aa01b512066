// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.safetensors;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.tensor.Bf16;
import dev.loam.tensor.DType;
import dev.loam.tensor.Tensor;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConversionTest {
  private static final int HALVES = 1 << 16;

  @TempDir Path folder;

  private Tensor readBack(Tensor values, SafetensorsType stored, DType wanted) {
    Path path = folder.resolve("x");
    SafetensorsWriter.write(path, List.of(NamedTensor.of("a", stored, values)), Map.of());
    Tensor back = Samples.tensor(wanted, values.shape().toArray());
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      file.read("a", back);
    }
    return back;
  }

  @Test
  void everyBfloat16SurvivesBeingReadAsFloatAndWrittenAgain() {
    Tensor all = Samples.tensor(DType.F32, HALVES);
    float[] values = new float[HALVES];
    for (int i = 0; i < HALVES; i++) {
      values[i] = Bf16.widen((short) i);
    }
    all.set(values);
    assertThat(readBack(all, SafetensorsType.BF16, DType.F32).toFloats()).isEqualTo(values);
    assertThat(readBack(all, SafetensorsType.BF16, DType.F64).toFloats()).isEqualTo(values);
    assertThat(readBack(all, SafetensorsType.F64, DType.F64).toFloats()).isEqualTo(values);
    assertThat(readBack(all, SafetensorsType.F64, DType.F32).toFloats()).isEqualTo(values);
    Tensor narrow = readBack(all, SafetensorsType.BF16, DType.BF16);
    for (int i = 0; i < HALVES; i++) {
      if (!Float.isNaN(values[i])) {
        assertThat(narrow.window(i, 1).getShort(0)).isEqualTo((short) i);
      }
    }
    assertThat(readBack(narrow, SafetensorsType.F32, DType.F32).toFloats()).isEqualTo(values);
    assertThat(readBack(narrow, SafetensorsType.F64, DType.F64).toFloats()).isEqualTo(values);
  }

  @Test
  void everyFloat16SurvivesBeingWidenedAndRounded() {
    for (int i = 0; i < HALVES; i++) {
      float wide = Float16.widen((short) i);
      if ((i & 0x7fff) > 0x7c00) {
        assertThat(wide).isNaN();
        assertThat(Float16.widen(Float16.round(wide))).isNaN();
      } else {
        assertThat(Float16.round(wide)).as("%x", i).isEqualTo((short) i);
      }
    }
  }

  @Test
  void float16HasTheValuesOfTheStandard() {
    assertThat(Float16.widen((short) 0x3c00)).isEqualTo(1);
    assertThat(Float16.widen((short) 0x7bff)).isEqualTo(65504);
    assertThat(Float16.widen((short) 0x0001)).isEqualTo(0x1p-24f);
    assertThat(Float16.widen((short) 0x03ff)).isEqualTo(1023 * 0x1p-24f);
    assertThat(Float16.widen((short) 0x0400)).isEqualTo(0x1p-14f);
    assertThat(Float16.widen((short) 0xfc00)).isEqualTo(Float.NEGATIVE_INFINITY);
    assertThat(Float.floatToRawIntBits(Float16.widen((short) 0x8000))).isEqualTo(0x80000000);
    assertThat(Float16.round(65519.996f)).isEqualTo((short) 0x7bff);
    assertThat(Float16.round(65520)).isEqualTo((short) 0x7c00);
    assertThat(Float16.round(-1e30f)).isEqualTo((short) 0xfc00);
  }

  @Test
  void float16RoundsToTheNearestAndTiesToEven() {
    for (int i = 0; i < 0x7bff; i++) {
      float low = Float16.widen((short) i);
      float high = Float16.widen((short) (i + 1));
      float middle = (low + high) / 2;
      int even = i % 2 == 0 ? i : i + 1;
      assertThat(Float16.round(middle)).as("%x", i).isEqualTo((short) even);
      assertThat(Float16.round(Math.nextDown(middle))).isEqualTo((short) i);
      assertThat(Float16.round(Math.nextUp(middle))).isEqualTo((short) (i + 1));
      assertThat(Float16.round(-middle)).isEqualTo((short) (even | 0x8000));
    }
  }

  @Test
  void float16FilesAreReadAndWritten() {
    Tensor values = Samples.tensor(DType.F32, 3).set(1, -0.5, 65504);
    assertThat(readBack(values, SafetensorsType.F16, DType.F32).toFloats())
        .containsExactly(1, -0.5f, 65504);
    assertThat(readBack(values, SafetensorsType.F16, DType.F64).toDoubles())
        .containsExactly(1, -0.5, 65504);
  }

  @Test
  void doubleIsRoundedToFloat() {
    Tensor values = Samples.tensor(DType.F64, 2).set(0.1, 1e300);
    assertThat(readBack(values, SafetensorsType.F64, DType.F32).toFloats())
        .containsExactly(0.1f, Float.POSITIVE_INFINITY);
    assertThat(readBack(values, SafetensorsType.F32, DType.F32).toFloats())
        .containsExactly(0.1f, Float.POSITIVE_INFINITY);
  }

  @Test
  void blocksJoinWithoutSeam() {
    float[] values = new float[300_001];
    for (int i = 0; i < values.length; i++) {
      values[i] = Bf16.widen(Bf16.round(i));
    }
    Tensor tensor = Samples.tensor(DType.F32, values.length).set(values);
    assertThat(readBack(tensor, SafetensorsType.BF16, DType.F32).toFloats()).isEqualTo(values);
  }

  @Property
  void bfloat16IsTheNearestToAFiniteFloat(@ForAll float value) {
    short rounded = Bf16.round(value);
    float result = Bf16.widen(rounded);
    if (Float.isInfinite(result)) {
      assertThat(Math.abs(value)).isGreaterThan(Bf16.widen((short) 0x7f7f));
      return;
    }
    BigDecimal error = new BigDecimal(value).subtract(new BigDecimal(result)).abs();
    for (int step : new int[] {-1, 1}) {
      float other = Bf16.widen((short) (rounded + step));
      if (Float.isFinite(other)) {
        assertThat(new BigDecimal(value).subtract(new BigDecimal(other)).abs())
            .isGreaterThanOrEqualTo(error);
      }
    }
  }
}
