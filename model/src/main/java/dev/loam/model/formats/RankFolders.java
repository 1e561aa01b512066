// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.formats;

import dev.loam.checkpoint.CheckpointException;
import dev.loam.model.formats.RankFiles.Step;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The folders {@code rank_0}, {@code rank_1}, ... of MindSpore Transformers, and the newest step
 * that every rank has: none later than the earliest of what their {@code meta.json} call complete,
 * where all have one.
 */
final class RankFolders {
  private static final Pattern NAME = Pattern.compile("rank_(0|[1-9][0-9]{0,5})");
  private static final int SHOWN_STEPS = 5;

  private RankFolders() {}

  /** Whether there is at least one. */
  static boolean isAt(Path folder) {
    return Folders.list(folder).stream()
        .anyMatch(f -> NAME.matcher(Folders.name(f)).matches() && Files.isDirectory(f));
  }

  /** The file of each rank, of the newest step that all have. */
  static List<Path> newest(Path folder) {
    List<RankFiles> ranks = ranks(folder);
    Optional<Step> bound = bound(ranks);
    NavigableSet<Step> common = new TreeSet<>(ranks.get(0).bySteps().keySet());
    ranks.forEach(rank -> common.retainAll(rank.bySteps().keySet()));
    Step newest = bound.isPresent() ? common.floor(bound.get()) : common.pollLast();
    if (newest == null) {
      throw none(folder, ranks, bound);
    }
    List<Path> files = new ArrayList<>();
    ranks.forEach(rank -> files.add(rank.bySteps().get(newest)));
    return files;
  }

  private static List<RankFiles> ranks(Path folder) {
    TreeSet<Integer> numbers = new TreeSet<>();
    for (Path path : Folders.list(folder)) {
      String name = Folders.name(path);
      if (NAME.matcher(name).matches() && Files.isDirectory(path)) {
        numbers.add(Integer.parseInt(name.substring("rank_".length())));
      }
    }
    List<RankFiles> ranks = new ArrayList<>();
    for (int r = 0; r <= numbers.last(); r++) {
      if (!numbers.contains(r)) {
        throw new CheckpointException(
            "%s: there is a rank_%d but no rank_%d; copy the folders of all ranks"
                .formatted(folder, numbers.last(), r));
      }
      ranks.add(RankFiles.of(folder.resolve("rank_" + r), r));
    }
    return ranks;
  }

  private static Optional<Step> bound(List<RankFiles> ranks) {
    if (ranks.stream().anyMatch(rank -> rank.last().isEmpty())) {
      return Optional.empty();
    }
    return ranks.stream().flatMap(rank -> rank.last().stream()).min(Step::compareTo);
  }

  private static CheckpointException none(
      Path folder, List<RankFiles> ranks, Optional<Step> bound) {
    Problems problems = new Problems(folder.toString());
    problems.add(
        "no step is there for all "
            + ranks.size()
            + " ranks"
            + bound
                .map(b -> " up to " + b + ", the last that meta.json calls complete")
                .orElse(""));
    for (RankFiles rank : ranks) {
      String steps =
          rank.bySteps().descendingKeySet().stream()
              .limit(SHOWN_STEPS)
              .map(Step::toString)
              .reduce((a, b) -> a + ", " + b)
              .orElse("no <prefix>_rank_<r>-<epoch>_<step>.safetensors");
      problems.add(Folders.name(rank.folder()) + " has " + steps);
    }
    return problems.exception(
        "copy the files of all ranks, saved with checkpoint_format safetensors");
  }
}
