// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.sharded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.checkpoint.HostArena;
import dev.loam.checkpoint.TensorPiece;
import dev.loam.parallel.ProcessGroup;
import dev.loam.parallel.SoloGroup;
import dev.loam.tensor.DType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Small checkpoints whose contents tell which save they come from. */
final class Saves {
  private static final int BLOCK = 64;

  private Saves() {}

  /** The weights of a save. */
  static SampleModel weights(long seed) {
    return new SampleModel(seed).with("a", DType.F32, 4, 3).with("b", DType.BF16, 5);
  }

  /** The moments of a save. */
  static SampleModel moments(long seed) {
    return new SampleModel(-seed).with("adam_m.a", DType.F32, 4, 3);
  }

  /** Saves by one rank; the state tells the seed. */
  static Path save(CheckpointFolder folder, long step, long seed) {
    return save(folder, SoloGroup.of(), step, seed, weights(seed).whole(), moments(seed).whole());
  }

  /** Saves by this rank of several. */
  static Path save(
      CheckpointFolder folder,
      ProcessGroup ranks,
      long step,
      long seed,
      List<TensorPiece> weights,
      List<TensorPiece> moments) {
    try (CheckpointSave save =
        CheckpointSave.begin(
            folder, ranks, new HostArena(), step, weights, moments, bytes -> BLOCK)) {
      save.write();
      return save.publish(Map.of("seed", Long.toString(seed)), Map.of("config.json", "{}"));
    }
  }

  /** Reads all of a checkpoint, which must be as it was saved, and tells by which save. */
  static long seedOf(Path folder) {
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      checkpoint.verify();
      long seed = Long.parseLong(checkpoint.state().getOrDefault("seed", "none"));
      weights(seed).assertEqual(checkpoint);
      moments(seed).assertEqual(checkpoint);
      assertThat(checkpoint.text("config.json")).contains("{}");
      return seed;
    }
  }

  /** The names in a folder. */
  static List<String> names(Path folder) {
    try {
      return Storage.disk().list(folder).stream().map(p -> p.getFileName().toString()).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Copies a folder with all in it. */
  static void copy(Path from, Path to) {
    try {
      if (Files.isDirectory(from, LinkOption.NOFOLLOW_LINKS)) {
        Files.createDirectories(to);
        for (Path entry : Storage.disk().list(from)) {
          copy(entry, to.resolve(entry.getFileName()));
        }
      } else {
        Files.copy(from, to);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
