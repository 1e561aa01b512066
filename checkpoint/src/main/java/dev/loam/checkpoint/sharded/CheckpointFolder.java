// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.sharded;

import dev.loam.checkpoint.CheckpointException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The folder of a run's checkpoints. Each is a folder in it, and appears and disappears by one
 * rename, so that whatever has the name of a checkpoint is a whole one. Only one process at a time
 * saves, sweeps and deletes; any number may read.
 */
public final class CheckpointFolder {
  private static final Pattern NAME = Pattern.compile("iteration_([0-9]{8,18})");
  private static final Pattern UNFINISHED =
      Pattern.compile("\\.(iteration_[0-9]{8,18})\\.(saving|deleting|replaced)");
  private static final String LATEST = "latest";

  private final Path path;
  private final Storage storage;

  /** A folder on the disk; it need not exist yet. */
  public CheckpointFolder(Path path) {
    this(path, Storage.disk());
  }

  /** A folder that is changed through the given operations. */
  public CheckpointFolder(Path path, Storage storage) {
    this.path = path;
    this.storage = storage;
  }

  /** Where it is. */
  public Path path() {
    return path;
  }

  /** The name of the checkpoint after a step: {@code iteration_00001200}. */
  public static String nameOf(long step) {
    return String.format(Locale.ROOT, "iteration_%08d", step);
  }

  /**
   * The checkpoints that can be opened: their manifests are intact and all files are there with the
   * right sizes. Ascending by step; the contents of files are not read.
   *
   * @throws CheckpointException if the folder cannot be read
   */
  public List<Path> complete() {
    if (!Files.isDirectory(path)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(path)) {
      return entries
          .filter(CheckpointFolder::isComplete)
          .sorted(Comparator.comparingLong(entry -> stepOf(entry).orElseThrow()))
          .toList();
    } catch (IOException e) {
      throw new CheckpointException(path + ": cannot be read: " + e, e);
    }
  }

  /** The newest of {@link #complete()}. */
  public Optional<Path> newest() {
    List<Path> complete = complete();
    return complete.isEmpty() ? Optional.empty() : Optional.of(complete.get(complete.size() - 1));
  }

  /**
   * Clears away what an interrupted save or deletion left behind. To be called at the start of a
   * run, by its owner, while nothing is being saved.
   *
   * @throws CheckpointException if something cannot be removed
   */
  public void sweep() {
    if (!Files.isDirectory(path)) {
      return;
    }
    try {
      for (Path entry : storage.list(path)) {
        Matcher name = UNFINISHED.matcher(entry.getFileName().toString());
        if (name.matches()) {
          sweep(entry, path.resolve(name.group(1)), name.group(2));
        }
      }
      storage.sync(path);
      Optional<Path> newest = newest();
      if (newest.isPresent()) {
        hint(newest.get());
      }
    } catch (IOException e) {
      throw new CheckpointException(path + ": cannot be cleared up: " + e, e);
    }
  }

  private void sweep(Path entry, Path checkpoint, String state) throws IOException {
    if (state.equals("replaced") && !exists(checkpoint)) {
      storage.rename(entry, checkpoint);
    } else {
      remove(entry);
    }
  }

  /**
   * Deletes a checkpoint. It is renamed first, so that there never is half a one.
   *
   * @param checkpoint in this folder
   * @throws CheckpointException if it cannot be deleted; what is left is swept later
   */
  public void delete(Path checkpoint) {
    long step =
        stepOf(checkpoint)
            .orElseThrow(() -> new IllegalArgumentException(checkpoint + " is no checkpoint"));
    Path doomed = path.resolve("." + nameOf(step) + ".deleting");
    try {
      remove(doomed);
      storage.rename(path.resolve(nameOf(step)), doomed);
      storage.sync(path);
      remove(doomed);
    } catch (IOException e) {
      throw new CheckpointException(checkpoint + ": cannot be deleted: " + e, e);
    }
  }

  Storage storage() {
    return storage;
  }

  Path checkpoint(long step) {
    return path.resolve(nameOf(step));
  }

  /** Where a checkpoint is written before it is published. */
  Path saving(long step) {
    return path.resolve("." + nameOf(step) + ".saving");
  }

  /** Where an older checkpoint of the same step waits until the new one is published. */
  Path replaced(long step) {
    return path.resolve("." + nameOf(step) + ".replaced");
  }

  /** Makes a folder, and those above it, durably. */
  void create(Path absolute) throws IOException {
    Path parent = absolute.getParent();
    if (parent != null && !Files.exists(absolute)) {
      create(parent);
      storage.createFolder(absolute);
      storage.sync(parent);
    }
  }

  /** Says in {@code latest} which checkpoint is the newest; a hint for people and scripts. */
  void hint(Path checkpoint) throws IOException {
    Path file = path.resolve("." + LATEST + ".saving");
    remove(file);
    try (Storage.Output output = storage.create(file)) {
      String line = checkpoint.getFileName() + "\n";
      output.write(ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8)));
      output.flush();
    }
    storage.rename(file, path.resolve(LATEST));
    storage.sync(path);
  }

  /** Deletes a file or a folder with all that is in it, if there is one; follows no links. */
  void remove(Path entry) throws IOException {
    if (!exists(entry)) {
      return;
    }
    if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
      for (Path inside : storage.list(entry)) {
        remove(inside);
      }
    }
    storage.delete(entry);
  }

  static boolean exists(Path entry) {
    return Files.exists(entry, LinkOption.NOFOLLOW_LINKS);
  }

  private static boolean isComplete(Path entry) {
    OptionalLong step = stepOf(entry);
    if (step.isEmpty()) {
      return false;
    }
    try {
      Manifest manifest = Manifest.read(entry);
      CheckpointFiles.open(entry, manifest).close();
      return manifest.step() == step.getAsLong();
    } catch (CheckpointException e) {
      return false;
    }
  }

  /** The step in the name of a checkpoint; none in any other name. */
  public static OptionalLong stepOf(Path entry) {
    Matcher name = NAME.matcher(entry.getFileName().toString());
    if (!name.matches() || !nameOf(Long.parseLong(name.group(1))).equals(name.group())) {
      return OptionalLong.empty();
    }
    return OptionalLong.of(Long.parseLong(name.group(1)));
  }
}
