// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.checkpoint.CheckpointException;
import dev.loam.checkpoint.TensorSource;
import dev.loam.checkpoint.safetensors.SafetensorsType;
import dev.loam.tensor.Arena;
import dev.loam.tensor.DType;
import dev.loam.tensor.Shape;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Slice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What conversion writes, refuses, and leaves behind when it fails. */
class WeightConversionTest {
  private static final TinyWeights WEIGHTS = TinyWeights.counted(TinyWeights.config(true));

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "HUGGING_FACE, F32, BF16",
    "HUGGING_FACE, BF16, F32",
    "HUGGING_FACE, BF16, F16",
    "HUGGING_FACE, F16, BF16",
    "MINDFORMERS, F32, BF16",
    "MINDFORMERS, F32, F16",
    "LOAM, F32, BF16",
    "LOAM, BF16, F32",
    "MEGATRON, F32, BF16",
    "MEGATRON, F16, F32",
  })
  void storesTheTypeThatIsAskedFor(WeightFormat format, SafetensorsType from, SafetensorsType to) {
    // Whole numbers up to 256 have the same value in all types.
    TinyWeights small = TinyWeights.counted(WEIGHTS.config());
    small
        .tensors()
        .values()
        .forEach(
            tensor -> {
              float[] values = tensor.toFloats();
              for (int i = 0; i < values.length; i++) {
                values[i] %= 256;
              }
              tensor.set(values);
            });
    Path in =
        small.huggingFace(
            folder.resolve("in"), from, dev.loam.checkpoint.safetensors.ShardSize.DEFAULT);
    Path out =
        RoundTripTest.convert(in, ConversionTarget.of(format).withType(to), folder.resolve("out"));
    try (WeightFolder written = WeightFolder.open(out, Optional.empty())) {
      small
          .tensors()
          .forEach(
              (name, tensor) -> {
                assertThat(written.weights().type(name)).isEqualTo(to);
                Tensor values =
                    TinyWeights.read(written.weights(), name, Slice.whole(tensor.shape()));
                assertThat(values.toFloats()).isEqualTo(tensor.toFloats());
              });
    }
  }

  @Test
  void roundsToTheNearestEven() {
    float half = Float.intBitsToFloat(0x3f808000); // between two BF16
    WEIGHTS.tensors();
    TinyWeights weights = TinyWeights.counted(WEIGHTS.config());
    float[] values = new float[6];
    values[0] = half;
    values[1] = Float.intBitsToFloat(0x3f818000);
    weights.get("model.norm.weight").set(values);
    Path out =
        RoundTripTest.convert(
            weights.huggingFace(folder.resolve("in")),
            ConversionTarget.of(WeightFormat.HUGGING_FACE).withType(SafetensorsType.BF16),
            folder.resolve("out"));
    assertThat(TinyWeights.contents(out))
        .containsEntry("model.norm.weight", "BF16 [6] 803f823f0000000000000000");
  }

  @Test
  void saysWhatWasWritten() {
    Path in = WEIGHTS.huggingFace(folder.resolve("in"));
    ConversionTarget target =
        ConversionTarget.of(WeightFormat.HUGGING_FACE).withType(SafetensorsType.BF16);
    try (WeightFolder weights = WeightFolder.open(in, Optional.empty())) {
      WeightConversion.Summary summary =
          new WeightConversion(weights, target, new PlainArena()).run(folder.resolve("out"));
      long count = WEIGHTS.config().parameterCount();
      assertThat(summary).isEqualTo(new WeightConversion.Summary(46, count, 2 * count));
    }
  }

  @Test
  void takesMemoryForTheLargestTensorAlone() {
    Path in = WEIGHTS.huggingFace(folder.resolve("in"));
    for (WeightFormat format : Set.of(WeightFormat.HUGGING_FACE, WeightFormat.MINDFORMERS)) {
      Arena arena = new PlainArena();
      try (WeightFolder weights = WeightFolder.open(in, Optional.empty())) {
        new WeightConversion(weights, ConversionTarget.of(format), arena)
            .run(folder.resolve("out" + format));
      }
      long largest = format == WeightFormat.MINDFORMERS ? 32 * 6 : 24 * 6;
      assertThat(arena.allocatedBytes()).isEqualTo(4 * largest);
    }
  }

  @ParameterizedTest
  @EnumSource(WeightFormat.class)
  void aFailureMidwayLeavesNothingBehind(WeightFormat format) throws IOException {
    Path in = WEIGHTS.huggingFace(folder.resolve("in"));
    Path parent = Files.createDirectory(folder.resolve("parent"));
    try (WeightFolder weights = WeightFolder.open(in, Optional.empty())) {
      WeightFolder failing =
          new WeightFolder(
              weights.format(),
              weights.path(),
              weights.config(),
              new Failing(weights.weights()),
              List.of());
      WeightConversion conversion =
          new WeightConversion(failing, ConversionTarget.of(format), new PlainArena());
      assertThatThrownBy(() -> conversion.run(parent.resolve("out")))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("the disk is on fire");
    }
    try (Stream<Path> left = Files.list(parent)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void theOutputMustBeAbsentOrEmpty() throws IOException {
    Path in = WEIGHTS.huggingFace(folder.resolve("in"));
    Path out = Files.createDirectory(folder.resolve("out"));
    RoundTripTest.convert(in, ConversionTarget.of(WeightFormat.HUGGING_FACE), out);
    assertThat(TinyWeights.contents(out)).isEqualTo(WEIGHTS.contents());
    for (Path taken : List.of(out, in, in.resolve("config.json"))) {
      assertThat(WeightConversion.isFree(taken)).isFalse();
      assertThatThrownBy(
              () -> RoundTripTest.convert(in, ConversionTarget.of(WeightFormat.MINDFORMERS), taken))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining(taken + ": already exists and is not an empty folder");
    }
    assertThat(TinyWeights.contents(in)).isEqualTo(WEIGHTS.contents());
  }

  @Test
  void theHeadOfATiedModelMustBeItsEmbedding() {
    Map<String, Tensor> tensors = new TreeMap<>(WEIGHTS.tensors());
    Tensor head = TinyWeights.floats(Shape.of(24, 6), new float[24 * 6]);
    head.set(WEIGHTS.get("model.embed_tokens.weight").toFloats());
    tensors.put(TinyWeights.HEAD, head);
    Path in = new TinyWeights(WEIGHTS.config(), tensors).huggingFace(folder.resolve("same"));
    RoundTripTest.convert(in, ConversionTarget.of(WeightFormat.LOAM), folder.resolve("out"));
    head.rows(17, 1).set(new float[6]);
    Path other = new TinyWeights(WEIGHTS.config(), tensors).huggingFace(folder.resolve("other"));
    for (WeightFormat format : WeightFormat.values()) {
      assertThatThrownBy(
              () ->
                  RoundTripTest.convert(
                      other, ConversionTarget.of(format), folder.resolve("refused")))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContainingAll("row 17 of lm_head.weight", "tie_word_embeddings to false");
    }
    assertThat(folder.resolve("refused")).doesNotExist();
  }

  @Test
  void weightsOfAnotherModel() {
    Path in = WEIGHTS.huggingFace(folder.resolve("in"));
    TinyWeights.config(false).write(in.resolve("config.json"), "float32");
    assertThatThrownBy(
            () ->
                RoundTripTest.convert(
                    in, ConversionTarget.of(WeightFormat.LOAM), folder.resolve("out")))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("missing tensor lm_head.weight; check that config.json");
  }

  @Test
  void anIntegerIsNoWeight() {
    Map<String, Tensor> tensors = new TreeMap<>(WEIGHTS.tensors());
    tensors.put("model.norm.weight", new PlainArena().allocate(DType.I64, 6));
    Path in = folder.resolve("in");
    PlainSafetensors.write(in.resolve("model.safetensors"), tensors, Map.of());
    WEIGHTS.config().write(in.resolve("config.json"), "float32");
    assertThatThrownBy(
            () ->
                RoundTripTest.convert(
                    in, ConversionTarget.of(WeightFormat.LOAM), folder.resolve("out")))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("model.norm.weight has dtype I64");
  }

  /** Can be read but for one tensor late in the model. */
  private record Failing(TensorSource source) implements TensorSource {
    @Override
    public String description() {
      return source.description();
    }

    @Override
    public Set<String> names() {
      return source.names();
    }

    @Override
    public Shape shape(String name) {
      return source.shape(name);
    }

    @Override
    public SafetensorsType type(String name) {
      return source.type(name);
    }

    @Override
    public void read(String name, Slice slice, Tensor destination) {
      if (name.equals("model.layers.3.mlp.up_proj.weight")) {
        throw new CheckpointException("the disk is on fire");
      }
      source.read(name, slice, destination);
    }

    @Override
    public void close() {
      source.close();
    }
  }
}
