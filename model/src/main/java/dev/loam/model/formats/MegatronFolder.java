// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.formats;

import dev.loam.checkpoint.CheckpointException;
import dev.loam.checkpoint.safetensors.Text;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The files of a Megatron checkpoint, one for each pipeline stage and tensor-parallel rank.
 *
 * @param path the folder of the iteration
 * @param ranks tensor-parallel ranks
 * @param stages pipeline stages
 * @param files by stage and rank
 */
record MegatronFolder(Path path, int ranks, int stages, Map<Place, Path> files) {
  static final String LATEST = "latest_checkpointed_iteration.txt";
  static final String FILE = "model_optim_rng.pt";
  private static final Pattern RANK = Pattern.compile("mp_rank_([0-9]{2,5})(?:_([0-9]{3,5}))?");
  private static final Pattern ITERATION = Pattern.compile("[0-9]{1,9}");
  private static final int LONGEST_NUMBER = 64;

  /** Where in a pipeline a file belongs. */
  record Place(int stage, int rank) implements Comparable<Place> {
    @Override
    public int compareTo(Place other) {
      return stage == other.stage
          ? Integer.compare(rank, other.rank)
          : Integer.compare(stage, other.stage);
    }
  }

  /** The folder of an iteration, by Megatron's naming. */
  static String iteration(int number) {
    return String.format(Locale.ROOT, "iter_%07d", number);
  }

  /** The folder of a rank; the stage shows only where there are several. */
  static String rankFolder(Place place, int stages) {
    return stages == 1
        ? String.format(Locale.ROOT, "mp_rank_%02d", place.rank())
        : String.format(Locale.ROOT, "mp_rank_%02d_%03d", place.rank(), place.stage());
  }

  static boolean looksLikeOne(Path folder) {
    return Files.isRegularFile(folder.resolve(LATEST))
        || (Files.isDirectory(folder) && !rankFolders(folder).isEmpty());
  }

  /**
   * Finds the files below a folder: that of a checkpoint, of an iteration, or what holds several.
   */
  static MegatronFolder find(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw fault(folder, "is no folder");
    }
    Map<Place, Path> files = rankFolders(folder);
    if (files.isEmpty()) {
      return latest(folder)
          .map(iteration -> of(iteration, rankFolders(iteration)))
          .orElseThrow(() -> fault(folder, "holds neither mp_rank_* folders nor " + LATEST));
    }
    return of(folder, files);
  }

  private static MegatronFolder of(Path folder, Map<Place, Path> files) {
    if (files.isEmpty()) {
      throw fault(
          folder,
          Files.exists(folder.resolve(".metadata"))
              ? "holds a distributed checkpoint; save it with --ckpt-format torch"
              : "holds no mp_rank_* folders");
    }
    int ranks = 1 + files.keySet().stream().mapToInt(Place::rank).max().orElseThrow();
    int stages = 1 + files.keySet().stream().mapToInt(Place::stage).max().orElseThrow();
    for (int stage = 0; stage < stages; stage++) {
      for (int rank = 0; rank < ranks; rank++) {
        if (!files.containsKey(new Place(stage, rank))) {
          throw fault(
              folder,
              "has folders of up to %d tensor-parallel ranks and %d stages, but none of rank %d in"
                      .formatted(ranks, stages, rank)
                  + " stage "
                  + stage);
        }
      }
    }
    return new MegatronFolder(folder, ranks, stages, files);
  }

  private static Map<Place, Path> rankFolders(Path folder) {
    Map<Place, Path> files = new TreeMap<>();
    try (DirectoryStream<Path> children = Files.newDirectoryStream(folder, "mp_rank_*")) {
      for (Path child : children) {
        Matcher name = RANK.matcher(child.getFileName().toString());
        if (!name.matches()) {
          throw fault(child, "is no folder of a dense model, mp_rank_XX or mp_rank_XX_YYY");
        }
        int stage = name.group(2) == null ? 0 : Integer.parseInt(name.group(2));
        Place place = new Place(stage, Integer.parseInt(name.group(1)));
        if (files.put(place, child.resolve(FILE)) != null) {
          throw fault(child, "is there twice, with more and with fewer digits");
        }
      }
    } catch (DirectoryIteratorException | IOException e) {
      throw unreadable(folder, e);
    }
    return files;
  }

  /** The folder that the hint beside the iterations' folders names. */
  private static Optional<Path> latest(Path folder) {
    Path hint = folder.resolve(LATEST);
    if (!Files.isRegularFile(hint)) {
      return Optional.empty();
    }
    String text;
    try (InputStream in = Files.newInputStream(hint)) {
      text = new String(in.readNBytes(LONGEST_NUMBER), StandardCharsets.ISO_8859_1).strip();
    } catch (IOException e) {
      throw unreadable(hint, e);
    }
    if (!text.equals("release") && !ITERATION.matcher(text).matches()) {
      throw fault(hint, "holds " + Text.quote(text) + ", not the number of an iteration");
    }
    Path named =
        folder.resolve(text.equals("release") ? "release" : iteration(Integer.parseInt(text)));
    if (!Files.isDirectory(named)) {
      throw fault(hint, "names " + named.getFileName() + ", which is no folder here");
    }
    return Optional.of(named);
  }

  private static CheckpointException fault(Path path, String problem) {
    return new CheckpointException(
        path + ": " + problem + "; name the folder of a complete Megatron checkpoint");
  }

  private static CheckpointException unreadable(Path path, Exception cause) {
    return new CheckpointException(path + ": cannot be read: " + cause, cause);
  }
}
