// SPDX-License-Identifier: Apache-2.0
package dev.loam.lora.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.loam.checkpoint.CheckpointException;
import dev.loam.checkpoint.safetensors.SafetensorsType;
import dev.loam.lora.LoraModules;
import dev.loam.lora.LoraOptions;
import dev.loam.lora.PeftTargets;
import dev.loam.lora.merge.LoraMerge.Summary;
import dev.loam.lora.peft.AdapterFolder;
import dev.loam.model.Qwen3Config;
import dev.loam.model.formats.ConversionTarget;
import dev.loam.model.formats.WeightConversion;
import dev.loam.model.formats.WeightFolder;
import dev.loam.model.formats.WeightFormat;
import dev.loam.testkit.GoldenTensors;
import dev.loam.testkit.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Merging and its inverse on whole folders. */
class LoraMergeTest {
  private static final Path TIED = TestData.golden("01-model-a-tied").resolve("hf");
  private static final Path UNTIED = TestData.golden("01-model-b-untied").resolve("hf");
  private static final String EMBEDDING = "model.embed_tokens.weight";
  private static final String HEAD = "lm_head.weight";
  @TempDir private Path folder;

  /**
   * The goldens are rounded from double precision to float32 as here, so that all but the order of
   * summation is the same: at most one unit in the last place of values below 1 is allowed.
   */
  @ParameterizedTest
  @CsvSource({"b0,true", "brand,false", "embed,false"})
  void goldens(String golden, boolean tied) {
    Path case04 = TestData.golden("04-lora-" + golden);
    Path base = tied ? TIED : UNTIED;
    Path out = folder.resolve("out");
    Summary summary = merge(base, out, MergeOptions.DEFAULT, case04.resolve("adapter_final"));
    assertThat(summary.untied()).isFalse();
    GoldenTensors is = new GoldenTensors(out.resolve("model.safetensors"));
    GoldenTensors expected = new GoldenTensors(case04.resolve("merged_f32.safetensors"));
    GoldenTensors was = new GoldenTensors(base.resolve("model.safetensors"));
    assertThat(is.names()).isEqualTo(was.names()).isEqualTo(expected.names());
    int changed = 0;
    for (String name : is.names()) {
      assertThat(is.doubles(name)).as(name).containsExactly(expected.doubles(name), within(6e-8));
      changed += same(is, was, name) ? 0 : 1;
    }
    assertThat(changed).isEqualTo(summary.tensors());
  }

  @ParameterizedTest
  @EnumSource(
      value = SafetensorsType.class,
      names = {"F32", "BF16", "F16"})
  void unmergingBringsBackEveryBit(SafetensorsType type) throws IOException {
    Path base = folder.resolve("base");
    try (WeightFolder weights = open(TIED)) {
      new WeightConversion(
              weights,
              ConversionTarget.of(WeightFormat.HUGGING_FACE).withType(type),
              new PlainArena())
          .run(base);
    }
    Path first = adapter(base, "first", 0.3, "embed_tokens", "q_proj", "down_proj");
    Path second = adapter(base, "second", 0.01, "q_proj", "o_proj");
    Path merged = folder.resolve("merged");
    Summary summary = merge(base, merged, MergeOptions.DEFAULT, first, second);
    assertThat(summary).isEqualTo(new Summary(1 + 4 * 3, true, true));
    Path back = folder.resolve("back");
    assertThat(unmerge(merged, back, first, second)).isEqualTo(new LoraUnmerge.Summary(13, true));
    assertThat(back.resolve("model.safetensors"))
        .hasSameBinaryContentAs(base.resolve("model.safetensors"));
    assertThat(back.resolve("config.json")).hasSameTextualContentAs(base.resolve("config.json"));
    long bytes = Files.size(merged.resolve(UnmergeFile.NAME));
    assertThat(bytes).isLessThan(Files.size(base.resolve("model.safetensors")) / 2);
    assertThatThrownBy(() -> unmerge(merged, folder.resolve("no"), first))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("adapters for other layers were merged (13, not 9)");
    Path other = adapter(base, "other", 0.02, "q_proj", "o_proj");
    assertThatThrownBy(() -> unmerge(merged, folder.resolve("no"), first, other))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("does not become what it was before the merge");
    assertThat(folder.resolve("no")).doesNotExist();
  }

  @Test
  void withoutTheFileTheLastBitsAreLost() throws IOException {
    Path adapter = adapter(UNTIED, "adapter", 0.3, "q_proj", "embed_tokens");
    Path merged = folder.resolve("merged");
    merge(UNTIED, merged, MergeOptions.DEFAULT, adapter);
    Files.delete(merged.resolve(UnmergeFile.NAME));
    Path back = folder.resolve("back");
    assertThat(unmerge(merged, back, adapter)).isEqualTo(new LoraUnmerge.Summary(4, false));
    GoldenTensors is = new GoldenTensors(back.resolve("model.safetensors"));
    GoldenTensors was = new GoldenTensors(UNTIED.resolve("model.safetensors"));
    GoldenTensors between = new GoldenTensors(merged.resolve("model.safetensors"));
    int lost = 0;
    for (String name : is.names()) {
      double[] old = was.doubles(name);
      double[] restored = is.doubles(name);
      double[] larger = between.doubles(name);
      for (int i = 0; i < old.length; i++) {
        // Rounded twice: once when merged, once when restored.
        double bound = Math.ulp((float) larger[i]) / 2 + Math.ulp((float) old[i]);
        assertThat(restored[i]).isCloseTo(old[i], within(bound));
        lost += restored[i] == old[i] ? 0 : 1;
      }
    }
    assertThat(lost).isPositive();
  }

  @Test
  void theHeadOfATiedModelStaysAsItWas() throws IOException {
    Path adapter = adapter(TIED, "adapter", 0.1, "embed_tokens");
    Path untied = folder.resolve("untied");
    assertThat(merge(TIED, untied, MergeOptions.DEFAULT, adapter).untied()).isTrue();
    assertThat(Qwen3Config.read(untied.resolve("config.json")).tiedEmbeddings()).isFalse();
    GoldenTensors was = new GoldenTensors(TIED.resolve("model.safetensors"));
    GoldenTensors is = new GoldenTensors(untied.resolve("model.safetensors"));
    assertThat(is.doubles(HEAD)).isEqualTo(was.doubles(EMBEDDING));
    assertThat(same(is, was, EMBEDDING)).isFalse();

    Path tied = folder.resolve("tied");
    MergeOptions keep = new MergeOptions(Optional.empty(), true);
    assertThat(merge(TIED, tied, keep, adapter)).isEqualTo(new Summary(1, false, true));
    assertThat(Qwen3Config.read(tied.resolve("config.json")).tiedEmbeddings()).isTrue();
    GoldenTensors kept = new GoldenTensors(tied.resolve("model.safetensors"));
    assertThat(kept.names()).doesNotContain(HEAD);
    assertThat(kept.doubles(EMBEDDING)).isEqualTo(is.doubles(EMBEDDING));
    unmerge(tied, folder.resolve("back"), adapter);
    assertThat(folder.resolve("back/model.safetensors"))
        .hasSameBinaryContentAs(TIED.resolve("model.safetensors"));
  }

  @Test
  void anotherTypeCannotBeTakenBackExactly() throws IOException {
    Path adapter = adapter(UNTIED, "adapter", 0.1, "q_proj");
    Path narrow = folder.resolve("narrow");
    MergeOptions options = new MergeOptions(Optional.of(SafetensorsType.BF16), false);
    assertThat(merge(UNTIED, narrow, options, adapter).restorable()).isFalse();
    assertThat(narrow.resolve(UnmergeFile.NAME)).doesNotExist();
    assertThat(narrow.resolve("config.json")).content().contains("bfloat16");
    Path same = folder.resolve("same");
    options = new MergeOptions(Optional.of(SafetensorsType.F32), false);
    assertThat(merge(UNTIED, same, options, adapter).restorable()).isTrue();
  }

  @Test
  void adaptersOneAfterTheOtherAreTheirSum() throws IOException {
    Path first = adapter(UNTIED, "first", 0.1, "q_proj");
    Path second = adapter(UNTIED, "second", 0.1, "q_proj", "k_proj");
    merge(UNTIED, folder.resolve("a"), MergeOptions.DEFAULT, first);
    merge(folder.resolve("a"), folder.resolve("ab"), MergeOptions.DEFAULT, second);
    merge(UNTIED, folder.resolve("both"), MergeOptions.DEFAULT, first, second);
    GoldenTensors steps = new GoldenTensors(folder.resolve("ab/model.safetensors"));
    GoldenTensors once = new GoldenTensors(folder.resolve("both/model.safetensors"));
    for (String name : once.names()) {
      // Rounded twice and once, of values below 1.
      assertThat(steps.doubles(name)).containsExactly(once.doubles(name), within(1.2e-7));
    }
  }

  @Test
  void damagedResiduals() throws IOException {
    Path adapter = adapter(UNTIED, "adapter", 0.1, "q_proj");
    Path merged = folder.resolve("merged");
    merge(UNTIED, merged, MergeOptions.DEFAULT, adapter);
    Path file = merged.resolve(UnmergeFile.NAME);
    byte[] bytes = Files.readAllBytes(file);
    SplittableRandom random = new SplittableRandom(9);
    int refused = 0;
    for (int i = 0; i < 60; i++) {
      byte[] damaged = bytes.clone();
      damaged[random.nextInt(damaged.length)] ^= (byte) (1 + random.nextInt(255));
      Files.write(file, damaged);
      Path back = folder.resolve("back" + i);
      try {
        unmerge(merged, back, adapter);
        assertThat(back.resolve("model.safetensors"))
            .hasSameBinaryContentAs(UNTIED.resolve("model.safetensors"));
      } catch (CheckpointException e) {
        assertThat(e).hasMessageStartingWith(merged.toString());
        assertThat(back).doesNotExist();
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(30);
  }

  private Summary merge(Path base, Path out, MergeOptions options, Path... adapters) {
    try (WeightFolder weights = open(base)) {
      return new LoraMerge(weights, open(weights, adapters), options, new PlainArena()).run(out);
    }
  }

  private LoraUnmerge.Summary unmerge(Path merged, Path out, Path... adapters) {
    try (WeightFolder weights = open(merged)) {
      return new LoraUnmerge(weights, open(weights, adapters), new PlainArena()).run(out);
    }
  }

  private static WeightFolder open(Path folder) {
    return WeightFolder.open(folder, Optional.empty());
  }

  private static List<AdapterFolder> open(WeightFolder weights, Path... adapters) {
    List<AdapterFolder> open = new ArrayList<>();
    for (Path adapter : adapters) {
      open.add(AdapterFolder.open(adapter, new LoraModules(weights.config())));
    }
    return open;
  }

  /** Writes an adapter of random numbers of some size. */
  private Path adapter(Path base, String name, double size, String... targets) {
    LoraOptions options = new LoraOptions(3, 4, 0, true, PeftTargets.of(List.of(targets)));
    return RandomAdapter.write(folder.resolve(name), base, options, size);
  }

  private static boolean same(GoldenTensors a, GoldenTensors b, String name) {
    return Arrays.equals(a.doubles(name), b.doubles(name));
  }
}
