// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.formats;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.checkpoint.safetensors.SafetensorsType;
import dev.loam.checkpoint.safetensors.ShardSize;
import dev.loam.model.Qwen3Config;
import dev.loam.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** From Hugging Face to each other format and back, bit for bit. */
class RoundTripTest {
  private static final ShardSize SMALL = new ShardSize(1500);

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "LOAM, true, F32",
    "LOAM, true, BF16",
    "LOAM, false, F32",
    "LOAM, false, BF16",
    "MINDFORMERS, true, F32",
    "MINDFORMERS, true, BF16",
    "MINDFORMERS, false, F32",
    "MINDFORMERS, false, BF16",
    "HUGGING_FACE, true, F32",
    "HUGGING_FACE, false, BF16",
  })
  void keepsEveryBit(WeightFormat format, boolean tied, DType dtype) {
    TinyWeights weights = TinyWeights.random(TinyWeights.config(tied), dtype);
    SafetensorsType type = SafetensorsType.of(dtype);
    for (ShardSize size : new ShardSize[] {ShardSize.DEFAULT, SMALL}) {
      Path in = weights.huggingFace(folder.resolve("in" + size.bytes()), type, size);
      assertThat(Files.exists(in.resolve("model.safetensors"))).isEqualTo(!size.equals(SMALL));
      Path out = thereAndBack(in, ConversionTarget.of(format));
      assertThat(TinyWeights.contents(out)).isEqualTo(weights.contents());
      assertThat(Qwen3Config.read(out.resolve("config.json"))).isEqualTo(weights.config());
      assertThat(out.resolve("config.json")).hasSameTextualContentAs(in.resolve("config.json"));
    }
  }

  @ParameterizedTest
  @CsvSource({"true, F32", "true, BF16", "false, F32", "false, BF16"})
  void byWayOfTheRanksOfMegatron(boolean tied, DType dtype) {
    TinyWeights weights = TinyWeights.random(TinyWeights.config(tied), dtype);
    Path in = weights.huggingFace(folder.resolve("in"));
    ConversionTarget target = ConversionTarget.of(WeightFormat.MEGATRON);
    for (int pp = 1; pp <= 2; pp++) {
      Path out = thereAndBack(in, target.withRanks(2, pp));
      assertThat(TinyWeights.contents(out)).isEqualTo(weights.contents());
      assertThat(Qwen3Config.read(out.resolve("config.json"))).isEqualTo(weights.config());
    }
  }

  @ParameterizedTest
  @CsvSource({"LOAM, true", "HUGGING_FACE, true", "MINDFORMERS, false", "MEGATRON, false"})
  void theRedundantHeadOfATiedModelStaysWhereTheFormatHasIt(WeightFormat format, boolean kept) {
    TinyWeights weights = TinyWeights.random(TinyWeights.config(true), DType.F32);
    TinyWeights redundant = weights.withRedundantHead();
    Path in = redundant.huggingFace(folder.resolve("in"));
    Path out = thereAndBack(in, ConversionTarget.of(format));
    assertThat(TinyWeights.contents(out))
        .isEqualTo(kept ? redundant.contents() : weights.contents());
  }

  @ParameterizedTest
  @CsvSource({"MINDFORMERS, F16", "HUGGING_FACE, F16", "LOAM, F32"})
  void halfPrecisionIsKeptWhereTheFormatHasIt(WeightFormat format, SafetensorsType type) {
    TinyWeights weights = TinyWeights.counted(TinyWeights.config(false));
    Path in = weights.huggingFace(folder.resolve("in"), SafetensorsType.F16, ShardSize.DEFAULT);
    Path out = thereAndBack(in, ConversionTarget.of(format));
    Map<String, String> expected = weights.contents();
    expected.replaceAll((name, text) -> text.replace("F32 ", type + " "));
    assertThat(TinyWeights.contents(out)).isEqualTo(expected);
    assertThat(out.resolve("config.json"))
        .content()
        .contains("\"" + WeightTypes.huggingFaceName(type) + "\"");
  }

  @Test
  void theFilesOfTheTokenizerComeAlong() throws IOException {
    Path in = TinyWeights.counted(TinyWeights.config(true)).huggingFace(folder.resolve("in"));
    Files.writeString(in.resolve("tokenizer.json"), "{\"a\": 1}");
    Files.writeString(in.resolve("generation_config.json"), "{\"b\": 2}");
    for (WeightFormat format : WeightFormat.values()) {
      Path out = thereAndBack(in, ConversionTarget.of(format));
      assertThat(out.resolve("tokenizer.json")).hasContent("{\"a\": 1}");
      assertThat(out.resolve("generation_config.json")).hasContent("{\"b\": 2}");
    }
  }

  private Path thereAndBack(Path in, ConversionTarget target) {
    Path name =
        in.resolveSibling(in.getFileName() + "-" + target.format() + target.pipelineStages());
    Path other = convert(in, target, name.resolveSibling(name.getFileName() + "-there"));
    assertThat(WeightFormat.detect(other)).contains(target.format());
    return convert(
        other,
        ConversionTarget.of(WeightFormat.HUGGING_FACE),
        name.resolveSibling(name.getFileName() + "-back"));
  }

  static Path convert(Path in, ConversionTarget target, Path out) {
    try (WeightFolder weights = WeightFolder.open(in, Optional.empty())) {
      new WeightConversion(weights, target, PlainArena.likeAnEngine()).run(out);
    }
    return out;
  }
}
