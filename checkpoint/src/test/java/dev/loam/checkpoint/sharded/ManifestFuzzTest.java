// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.sharded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.checkpoint.CheckpointException;
import dev.loam.checkpoint.JsonMutator;
import dev.loam.checkpoint.MemoryFolder;
import dev.loam.testkit.TestData;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Seeded fuzzing of {@code manifest.json}. */
class ManifestFuzzTest {
  @TempDir(factory = MemoryFolder.class)
  Path root;

  private Path folder;
  private byte[] good;
  private String body;

  @BeforeEach
  void save() throws IOException {
    folder = Saves.save(new CheckpointFolder(root, new VolatileStorage()), 1, 10);
    good = Files.readAllBytes(folder.resolve("manifest.json"));
    String text = new String(good, StandardCharsets.UTF_8);
    body = text.substring(0, text.lastIndexOf("  \"crc32c\""));
    assertThat(ManifestSeal.append(body)).isEqualTo(good);
  }

  @Test
  void fuzzedManifestWithTheRightSealIsReadOrRefused() {
    int runs = TestData.full() ? 150_000 : 15_000;
    int valid = 0;
    for (int seed = 0; seed < runs; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      valid += isRead(ManifestSeal.append(JsonMutator.mutated(random, body))) ? 1 : 0;
    }
    assertThat(valid).as("some are still valid").isBetween(runs / 10, runs * 9 / 10);
  }

  private boolean isRead(byte[] bytes) {
    Path path = folder.resolve("manifest.json");
    try {
      Manifest manifest = ManifestReader.read(path, bytes);
      manifest.files().forEach((name, file) -> requireSound(manifest.blockBytes(), file));
      return manifest.step() >= 0;
    } catch (CheckpointException e) {
      assertThat(String.valueOf(e.getMessage()).startsWith(path + ": ")).isTrue();
      return false;
    }
  }

  private static void requireSound(int block, FileDigests file) {
    if (block < 1
        || block > Manifest.MAX_BLOCK
        || file.bytes() < 0
        || file.blocks().count() != BlockDigests.count(file.bytes(), block)) {
      throw new AssertionError(block + " " + file);
    }
  }

  @Test
  void checkpointWithAFuzzedManifestIsAsSavedOrRefused() throws IOException {
    int runs = TestData.full() ? 30_000 : 3_000;
    int valid = 0;
    for (int seed = 0; seed < runs; seed++) {
      SplittableRandom random = new SplittableRandom(~seed);
      byte[] bytes = ManifestSeal.append(JsonMutator.mutated(random, body));
      Files.write(folder.resolve("manifest.json"), bytes);
      valid += opens() ? 1 : 0;
    }
    assertThat(valid).as("some are still valid").isBetween(runs / 10, runs * 9 / 10);
  }

  /** Opens and reads all that the manifest still lists. */
  private boolean opens() {
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      checkpoint.verify();
      for (SampleModel model : Arrays.asList(Saves.weights(10), Saves.moments(10))) {
        model.shapes().keySet().retainAll(checkpoint.names());
        model.assertEqual(checkpoint);
      }
      return true;
    } catch (CheckpointException e) {
      return false;
    }
  }

  @Test
  void withoutTheRightSealNothingIsRead() {
    int runs = TestData.full() ? 20_000 : 2_000;
    for (int seed = 0; seed < runs; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      byte[] bad = good.clone();
      bad[random.nextInt(bad.length)] ^= (byte) (1 + random.nextInt(255));
      assertThat(isRead(bad)).isFalse();
    }
  }
}
