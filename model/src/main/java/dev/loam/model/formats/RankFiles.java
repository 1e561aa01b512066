// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.formats;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loam.checkpoint.CheckpointException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What one rank of MindSpore Transformers has stored, by step: files named {@code
 * <prefix>_rank_<r>[_<repeat>]-<epoch>_<step>.safetensors}, and {@code meta.json}, which says which
 * was the last to be complete.
 */
final class RankFiles {
  private static final Pattern NAME =
      Pattern.compile(
          ".+_rank_([0-9]{1,6})(?:_([0-9]{1,6}))?-([0-9]{1,9})_([0-9]{1,9})\\.safetensors");
  private static final String META = "meta.json";
  private static final long META_BYTES = 64 << 10;

  private final Path folder;
  private final NavigableMap<Step, Path> bySteps = new TreeMap<>();
  private final Map<Step, Integer> repeats = new HashMap<>();
  private final Optional<Meta> meta;

  /** A moment of a run. */
  record Step(int epoch, int step) implements Comparable<Step> {
    @Override
    public int compareTo(Step other) {
      return Comparator.comparingInt(Step::epoch).thenComparingInt(Step::step).compare(this, other);
    }

    @Override
    public String toString() {
      return epoch + "_" + step;
    }
  }

  /** The last file that was completed. */
  private record Meta(Step last, String file) {}

  private RankFiles(Path folder, Optional<Meta> meta) {
    this.folder = folder;
    this.meta = meta;
  }

  /** Lists what a rank has. */
  static RankFiles of(Path folder, int rank) {
    RankFiles files = new RankFiles(folder, meta(folder.resolve(META)));
    for (Path file : Folders.files(folder, WholeFiles.SUFFIX)) {
      Matcher name = NAME.matcher(Folders.name(file));
      if (name.matches() && Integer.parseInt(name.group(1)) == rank) {
        int repeat = name.group(2) == null ? 0 : Integer.parseInt(name.group(2));
        files.add(
            new Step(Integer.parseInt(name.group(3)), Integer.parseInt(name.group(4))),
            repeat,
            file);
      }
    }
    return files;
  }

  /** Of several files of a step, the one that meta.json names, else that of the last start. */
  private void add(Step step, int repeat, Path file) {
    boolean named = meta.filter(m -> m.file().equals(Folders.name(file))).isPresent();
    int rank = named ? Integer.MAX_VALUE : repeat;
    if (rank >= repeats.getOrDefault(step, -1)) {
      repeats.put(step, rank);
      bySteps.put(step, file);
    }
  }

  private static Optional<Meta> meta(Path file) {
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    JsonNode root = JsonFile.readObject(file, META_BYTES);
    Step last = new Step(number(file, root, "last_epoch"), number(file, root, "last_step"));
    return Optional.of(new Meta(last, root.path("last_ckpt_file").asText()));
  }

  private static int number(Path file, JsonNode root, String key) {
    JsonNode value = root.path(key);
    if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < 0) {
      throw new CheckpointException(
          "%s: %s is %s, not a count; delete the file to go by the names of the checkpoints"
              .formatted(file, key, value.isMissingNode() ? "missing" : value));
    }
    return value.intValue();
  }

  Path folder() {
    return folder;
  }

  /** The last complete step, if meta.json tells. */
  Optional<Step> last() {
    return meta.map(Meta::last);
  }

  /** The files, oldest first. */
  NavigableMap<Step, Path> bySteps() {
    return bySteps;
  }
}
