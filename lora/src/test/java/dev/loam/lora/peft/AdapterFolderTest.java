// SPDX-License-Identifier: Apache-2.0
package dev.loam.lora.peft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.checkpoint.CheckpointException;
import dev.loam.checkpoint.safetensors.NamedTensor;
import dev.loam.checkpoint.safetensors.SafetensorsType;
import dev.loam.checkpoint.safetensors.SafetensorsWriter;
import dev.loam.lora.LoraModules;
import dev.loam.lora.LoraOptions;
import dev.loam.lora.PetTargets;
import dev.loam.model.Qwen3Config;
import dev.loam.tensor.DType;
import dev.loam.tensor.HostMemory;
import dev.loam.tensor.Shape;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Slice;
import dev.loam.testkit.GoldenTensors;
import dev.loam.testkit.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** PEFT's folders in and out. */
class AdapterFolderTest {
  private static final LoraModules MODEL = model("01-model-b-untied");
  private static final Path EMBED = TestData.golden("04-lora-embed").resolve("adapter_final");
  private static final String PREFIX = "base_model.model.";
  @TempDir private Path temporary;

  private static LoraModules model(String golden) {
    return new LoraModules(Qwen3Config.read(TestData.golden(golden).resolve("hf/config.json")));
  }

  @Test
  void theNamesAndShapesOfAModel() {
    try (AdapterFolder adapter = AdapterFolder.open(EMBED, MODEL)) {
      assertThat(adapter.options().rank()).isEqualTo(4);
      assertThat(adapter.options().scale()).isEqualTo(4);
      assertThat(adapter.tensors().names()).hasSize(14);
      assertThat(adapter.tensors().shape("model.embed_tokens.lora_A.weight"))
          .isEqualTo(Shape.of(331, 4));
      assertThat(adapter.tensors().shape("model.embed_tokens.lora_B.weight"))
          .isEqualTo(Shape.of(48, 4));
      GoldenTensors stored = new GoldenTensors(EMBED.resolve(AdapterFolder.WEIGHTS));
      String q = "model.layers.1.self_attn.q_proj.lora_A.weight";
      assertThat(values(adapter, q).toDoubles()).isEqualTo(stored.doubles(PREFIX + q));
      double[] a = stored.doubles(PREFIX + "model.embed_tokens.lora_embedding_A");
      Tensor box = HostMemory.allocate(DType.F64, 5, 3).narrow(1, 1, 2);
      adapter
          .tensors()
          .read(
              "model.embed_tokens.lora_A.weight", new Slice(Shape.of(200, 2), Shape.of(5, 2)), box);
      for (int row = 0; row < 5; row++) {
        for (int column = 0; column < 2; column++) {
          assertThat(box.toDoubles()[row * 2 + column])
              .isEqualTo(a[(2 + column) * 331 + 200 + row]);
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"b0,01-model-a-tied", "brand,01-model-b-untied"})
  void whatPeftWroteIsWrittenToTheByte(String golden, String model) {
    Path from = TestData.golden("04-lora-" + golden).resolve("adapter_final");
    Path to = temporary.resolve("copy");
    try (AdapterFolder adapter = AdapterFolder.open(from, model(model))) {
      AdapterFolder.write(to, adapter.config(), all(adapter));
    }
    for (String file : List.of(AdapterConfig.NAME, AdapterFolder.WEIGHTS)) {
      assertThat(to.resolve(file)).hasSameBinaryContentAs(from.resolve(file));
    }
    assertThat(temporary).isDirectoryNotContaining(path -> !path.equals(to));
  }

  @Test
  void theAdapterOfTheEmbeddingComesBack() {
    Path to = temporary.resolve("copy");
    try (AdapterFolder adapter = AdapterFolder.open(EMBED, MODEL)) {
      AdapterFolder.write(to, adapter.config(), all(adapter));
      try (AdapterFolder copy = AdapterFolder.open(to, MODEL)) {
        assertThat(copy.config()).isEqualTo(adapter.config());
        assertSame(all(copy), all(adapter));
      }
    }
    GoldenTensors was = new GoldenTensors(EMBED.resolve(AdapterFolder.WEIGHTS));
    GoldenTensors is = new GoldenTensors(to.resolve(AdapterFolder.WEIGHTS));
    for (String name : is.names()) {
      assertThat(is.shape(name)).isEqualTo(was.shape(name));
      assertThat(is.doubles(name)).as(name).isEqualTo(was.doubles(name));
    }
    assertThat(was.names()).as("all but the copy of the model's").hasSize(is.names().size() + 1);
  }

  @Test
  void aSharedMatrixIsCopiedToEach() {
    LoraOptions options =
        new LoraOptions(2, 4, 0, false, PetTargets.parse("linear_(qkv|fc1)", List.of(), false));
    AdapterConfig config = AdapterConfig.of(options, MODEL, Optional.empty());
    assertThat(config.targets().modules())
        .hasToString("[q_proj, k_proj, v_proj, gate_proj, up_proj]");
    SplittableRandom random = new SplittableRandom(5);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    MODEL
        .select(options.targets())
        .forEach(
            module -> {
              tensors.put(module.name() + ".lora_B.weight", random(random, module.outputs(), 2));
              String shared =
                  module
                      .name()
                      .replaceAll("[qkv]_proj", "linear_qkv")
                      .replaceAll("(gate|up)_proj", "linear_fc1");
              tensors.computeIfAbsent(
                  shared + ".lora_A.weight", name -> random(random, 2, module.inputs()));
            });
    assertThat(tensors).hasSize(3 * (5 + 2));
    AdapterFolder.write(temporary.resolve("a"), config, tensors);
    try (AdapterFolder adapter = AdapterFolder.open(temporary.resolve("a"), MODEL)) {
      assertThat(adapter.tensors().names()).hasSize(3 * 10);
      for (String layer : List.of("model.layers.0.", "model.layers.2.")) {
        float[] qkv = floats(tensors, layer + "self_attn.linear_qkv.lora_A.weight");
        for (String module : List.of("q_proj", "k_proj", "v_proj")) {
          assertThat(values(adapter, layer + "self_attn." + module + ".lora_A.weight").toFloats())
              .isEqualTo(qkv);
          String second = layer + "self_attn." + module + ".lora_B.weight";
          assertThat(values(adapter, second).toFloats()).isEqualTo(floats(tensors, second));
        }
        assertThat(values(adapter, layer + "mlp.up_proj.lora_A.weight").toFloats())
            .isEqualTo(floats(tensors, layer + "mlp.linear_fc1.lora_A.weight"));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = SafetensorsType.class,
      names = {"F32", "BF16", "F16"})
  void anyTypeIsRead(SafetensorsType type) throws IOException {
    Path folder = changed(type, tensors -> {});
    try (AdapterFolder adapter = AdapterFolder.open(folder, MODEL);
        AdapterFolder exact = AdapterFolder.open(EMBED, MODEL)) {
      // Half a unit of the last place; half precision has a smallest unit.
      float relative =
          switch (type) {
            case F16 -> 0x1p-11f;
            case BF16 -> 0x1p-8f;
            default -> 0;
          };
      float least = type == SafetensorsType.F16 ? 0x1p-25f : 0;
      for (String name : adapter.tensors().names()) {
        float[] is = values(adapter, name).toFloats();
        float[] was = values(exact, name).toFloats();
        for (int i = 0; i < is.length; i++) {
          assertThat(Math.abs(is[i] - was[i]))
              .isLessThanOrEqualTo(Math.max(relative * Math.abs(was[i]), least));
        }
      }
    }
  }

  @Test
  void namesWithTheAdaptersNameInThem() throws IOException {
    Path folder =
        changed(
            SafetensorsType.F32,
            tensors -> {
              Map<String, Tensor> renamed = new LinkedHashMap<>();
              tensors.forEach(
                  (name, tensor) ->
                      renamed.put(
                          name.replaceAll("(lora_(embedding_)?[AB])", "$1.default"), tensor));
              tensors.clear();
              tensors.putAll(renamed);
            });
    try (AdapterFolder adapter = AdapterFolder.open(folder, MODEL);
        AdapterFolder exact = AdapterFolder.open(EMBED, MODEL)) {
      assertSame(all(adapter), all(exact));
    }
  }

  @Test
  void allThatDoesNotFitIsToldAtOnce() throws IOException {
    String q = PREFIX + "model.layers.0.self_attn.q_proj.lora_";
    Path folder =
        changed(
            SafetensorsType.F32,
            tensors -> {
              tensors.remove(q + "A.weight");
              tensors.put(q + "B.weight", HostMemory.allocate(DType.F32, 96, 5));
              tensors.put(
                  PREFIX + "model.layers.0.self_attn.v_proj.lora_B.weight",
                  HostMemory.allocate(DType.I64, 32, 4));
              tensors.put(
                  PREFIX + "model.layers.7.self_attn.q_proj.lora_A.weight",
                  HostMemory.allocate(DType.F32, 4, 48));
              tensors.put(PREFIX + "lm_head.weight", HostMemory.allocate(DType.F32, 1));
              tensors.put(
                  PREFIX + "model.layers.0.self_attn.q_proj.lora_magnitude_vector",
                  HostMemory.allocate(DType.F32, 1));
            });
    assertThatThrownBy(() -> AdapterFolder.open(folder, MODEL))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith(folder.resolve(AdapterFolder.WEIGHTS) + ": 6 problems")
        .hasMessageContaining("missing tensor " + q + "A.weight")
        .hasMessageContaining(q + "B.weight has shape [96, 5] where [96, 4] is expected")
        .hasMessageContaining("v_proj.lora_B.weight has dtype I64")
        .hasMessageContaining("layers.7.self_attn.q_proj.lora_A.weight' belongs to no layer")
        .hasMessageContaining("'base_model.model.lm_head.weight' is not part of a low-rank")
        .hasMessageContaining("lora_magnitude_vector' is not part of a low-rank adapter");
  }

  @Test
  void anAdapterOfAnotherModel() {
    assertThatThrownBy(() -> AdapterFolder.open(EMBED, model("01-model-a-tied")))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("lora_embedding_A has shape [4, 331] where [4, 512] is expected")
        .hasMessageContaining("missing tensor base_model.model.model.layers.3.self_attn.q_proj")
        .hasMessageEndingWith("check that the adapter was trained for this model");
  }

  @Test
  void whatIsNoAdapter() throws IOException {
    assertThatThrownBy(() -> AdapterFolder.open(temporary.resolve("absent"), MODEL))
        .hasMessageContaining("absent: no such folder");
    assertThatThrownBy(() -> AdapterFolder.open(temporary, MODEL))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("has no adapter_config.json; name the folder of an adapter");
    Path named = Files.createDirectory(temporary.resolve("chinese"));
    Files.copy(EMBED.resolve(AdapterConfig.NAME), named.resolve(AdapterConfig.NAME));
    assertThat(AdapterFolder.names(temporary)).containsExactly("chinese");
    assertThatThrownBy(() -> AdapterFolder.open(temporary, MODEL))
        .hasMessageContaining("name the folder of one: chinese");
    assertThatThrownBy(() -> AdapterFolder.open(named, MODEL))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("has no adapter_model.safetensors; copy it again");
    Files.writeString(named.resolve("adapter_model.bin"), "");
    assertThatThrownBy(() -> AdapterFolder.open(named, MODEL))
        .hasMessageContaining("but adapter_model.bin; save it with PEFT");
  }

  @Test
  void whatIsThereIsNotOverwritten() throws IOException {
    Files.writeString(temporary.resolve("mine"), "precious");
    try (AdapterFolder adapter = AdapterFolder.open(EMBED, MODEL)) {
      assertThatThrownBy(() -> AdapterFolder.write(temporary, adapter.config(), all(adapter)))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("already exists");
      Map<String, Tensor> half = all(adapter);
      half.remove("model.layers.0.self_attn.q_proj.lora_A.weight");
      assertThatThrownBy(() -> AdapterFolder.write(temporary.resolve("a"), adapter.config(), half))
          .isInstanceOf(IllegalArgumentException.class);
    }
    try (Stream<Path> files = Files.list(temporary)) {
      assertThat(files).hasSize(1);
    }
  }

  /** Whatever bytes of the header change: it is read, or refused with one message. */
  @Test
  void damagedTensors() throws IOException {
    Path folder = Files.createDirectory(temporary.resolve("damaged"));
    Files.copy(EMBED.resolve(AdapterConfig.NAME), folder.resolve(AdapterConfig.NAME));
    byte[] bytes = Files.readAllBytes(EMBED.resolve(AdapterFolder.WEIGHTS));
    SplittableRandom random = new SplittableRandom(3);
    int refused = 0;
    for (int i = 0; i < 300; i++) {
      byte[] damaged = bytes.clone();
      damaged[random.nextInt(1900)] = (byte) random.nextInt(256);
      Files.write(folder.resolve(AdapterFolder.WEIGHTS), damaged);
      try (AdapterFolder adapter = AdapterFolder.open(folder, MODEL)) {
        assertThat(all(adapter)).hasSize(14);
      } catch (CheckpointException e) {
        assertThat(e).hasMessageStartingWith(folder.toString());
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(200);
  }

  private interface Change {
    void apply(Map<String, Tensor> tensors);
  }

  /** The golden adapter with changes, as PEFT names its tensors. */
  private Path changed(SafetensorsType type, Change change) throws IOException {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    GoldenTensors golden = new GoldenTensors(EMBED.resolve(AdapterFolder.WEIGHTS));
    for (String name : golden.names()) {
      int[] shape = golden.shape(name);
      tensors.put(
          name, HostMemory.allocate(DType.F32, shape[0], shape[1]).set(golden.doubles(name)));
    }
    change.apply(tensors);
    List<NamedTensor> named = new ArrayList<>();
    tensors.forEach(
        (name, tensor) ->
            named.add(
                tensor.dtype() == DType.F32
                    ? NamedTensor.of(name, type, tensor)
                    : NamedTensor.of(name, tensor)));
    Path folder = Files.createDirectory(temporary.resolve("changed"));
    Files.copy(EMBED.resolve(AdapterConfig.NAME), folder.resolve(AdapterConfig.NAME));
    SafetensorsWriter.write(folder.resolve(AdapterFolder.WEIGHTS), named, Map.of());
    return folder;
  }

  private static Tensor random(SplittableRandom random, long rows, long columns) {
    Tensor tensor = HostMemory.allocate(DType.F32, rows, columns);
    return tensor.set(random.doubles(rows * columns, -1, 1).toArray());
  }

  private static Tensor values(AdapterFolder adapter, String name) {
    Shape shape = adapter.tensors().shape(name);
    Tensor values = HostMemory.allocate(DType.F32, shape.toArray());
    adapter.tensors().read(name, Slice.whole(shape), values);
    return values;
  }

  private static float[] floats(Map<String, Tensor> tensors, String name) {
    return Objects.requireNonNull(tensors.get(name), name).toFloats();
  }

  private static Map<String, Tensor> all(AdapterFolder adapter) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    adapter.tensors().names().forEach(name -> tensors.put(name, values(adapter, name)));
    return tensors;
  }

  private static void assertSame(Map<String, Tensor> is, Map<String, Tensor> was) {
    assertThat(is.keySet()).isEqualTo(was.keySet());
    is.forEach(
        (name, tensor) -> assertThat(tensor.toFloats()).as(name).isEqualTo(floats(was, name)));
  }
}
