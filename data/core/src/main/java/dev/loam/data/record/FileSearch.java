// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.record;

import dev.loam.data.DataFormatException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks for files. */
final class FileSearch {
  private static final Logger LOG = LoggerFactory.getLogger(FileSearch.class);
  private static final Comparator<Path> BY_NAME = Comparator.comparing(Path::toString);

  private FileSearch() {}

  static List<Path> find(String pathOrGlob) throws IOException {
    Optional<Path> path = path(pathOrGlob);
    if (path.isPresent() && Files.isDirectory(path.get())) {
      return inFolder(path.get());
    }
    if (path.isPresent() && Files.exists(path.get())) {
      return List.of(path.get());
    }
    if (!isGlob(pathOrGlob)) {
      throw new DataFormatException(
          pathOrGlob
              + ": no such file; expected a file, a folder or a glob such as 'data/*.jsonl'");
    }
    List<Path> files = matching(pathOrGlob);
    if (files.isEmpty()) {
      throw new DataFormatException(pathOrGlob + ": no file matches");
    }
    return files;
  }

  private static Optional<Path> path(String text) {
    try {
      return Optional.of(Path.of(text));
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  private static boolean isGlob(String text) {
    return text.indexOf('*') >= 0 || text.indexOf('?') >= 0 || text.indexOf('[') >= 0;
  }

  private static List<Path> matching(String glob) throws IOException {
    int fixed = 0;
    for (int slash = glob.indexOf('/'); slash >= 0; slash = glob.indexOf('/', slash + 1)) {
      if (isGlob(glob.substring(0, slash))) {
        break;
      }
      fixed = slash + 1;
    }
    Path base = Path.of(glob.substring(0, fixed));
    String pattern = glob.substring(fixed);
    PathMatcher matcher;
    try {
      // A brace is no sign in a glob of Python's.
      String escaped = pattern.replace("{", "\\{").replace("}", "\\}");
      matcher = FileSystems.getDefault().getPathMatcher("glob:" + escaped);
    } catch (PatternSyntaxException e) {
      throw new DataFormatException(glob + ": not a glob (" + e.getDescription() + ")", e);
    }
    int depth = pattern.contains("**") ? Integer.MAX_VALUE : (int) levels(pattern);
    Path walked = base.toString().isEmpty() ? Path.of(".") : base;
    // "**/" stands for no folder, too.
    PathMatcher top = FileSystems.getDefault().getPathMatcher("glob:" + pattern.replace("**/", ""));
    return walk(
        walked,
        depth,
        file -> {
          Path relative = walked.relativize(file);
          return !isHidden(relative, ".") && (matcher.matches(relative) || top.matches(relative));
        },
        relative -> base.resolve(relative));
  }

  private static long levels(String pattern) {
    return 1 + pattern.chars().filter(c -> c == '/').count();
  }

  /** The files of the commonest format in a folder. */
  static List<Path> inFolder(Path folder) throws IOException {
    Map<RecordFormat, List<Path>> byFormat = new EnumMap<>(RecordFormat.class);
    List<Path> all =
        walk(
            folder,
            Integer.MAX_VALUE,
            file -> !isHidden(folder.relativize(file), "._"),
            folder::resolve);
    for (Path file : all) {
      RecordFormat.ofName(file)
          .ifPresent(f -> byFormat.computeIfAbsent(f, key -> new ArrayList<>()).add(file));
    }
    List<Path> commonest = List.of();
    for (List<Path> files : byFormat.values()) {
      commonest = files.size() > commonest.size() ? files : commonest;
    }
    if (commonest.isEmpty()) {
      throw new DataFormatException(
          folder + ": no file in it ends in one of " + RecordFormat.allExtensions());
    }
    if (byFormat.size() > 1) {
      LOG.warn(
          "{}: files of formats {}; taking the {} that end as {}",
          folder,
          byFormat.keySet(),
          commonest.size(),
          commonest.get(0).getFileName());
    }
    return commonest;
  }

  private interface Place {
    Path of(Path relative);
  }

  private static List<Path> walk(Path from, int depth, Predicate<Path> wanted, Place place)
      throws IOException {
    if (!Files.isDirectory(from)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(from, depth, FileVisitOption.FOLLOW_LINKS)) {
      return files
          .filter(file -> Files.isRegularFile(file) && wanted.test(file))
          .map(file -> place.of(from.relativize(file)))
          .sorted(BY_NAME)
          .toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static boolean isHidden(Path relative, String signs) {
    for (Path part : relative) {
      if (signs.indexOf(part.toString().charAt(0)) >= 0) {
        return true;
      }
    }
    return false;
  }
}
