// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.loader;

import dev.loam.data.DataFormatException;
import dev.loam.data.record.RecordFiles;
import dev.loam.data.record.RecordFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The files of a data set, split by split.
 *
 * @param name of the data set, for messages
 * @param base what the names of {@code dataFiles} are relative to, or where the files are
 * @param dataFiles names and globs by split; none to go by what is in {@code base}
 * @param format of all files; by default what their names say
 */
record DatasetFiles(
    String name, Path base, Map<String, List<String>> dataFiles, Optional<RecordFormat> format) {
  private static final Map<String, RecordFormat> BUILDERS =
      Map.of(
          "json", RecordFormat.JSON,
          "csv", RecordFormat.CSV,
          "parquet", RecordFormat.PARQUET,
          "text", RecordFormat.TEXT);

  /** Finds the files where {@link RecordSource} says. */
  static DatasetFiles find(RecordSource source, HubCache cache) throws IOException {
    String name = source.path();
    Map<String, List<String>> dataFiles = source.dataFiles();
    Optional<RecordFormat> builder = Optional.ofNullable(BUILDERS.get(name));
    if (builder.isPresent()) {
      if (dataFiles.isEmpty()) {
        throw new DataFormatException(
            name + ": is a format, not a data set; say in data_files which files to read");
      }
      return new DatasetFiles(name, Path.of(""), dataFiles, builder);
    }
    Path local = path(name);
    if (Files.isDirectory(local)) {
      return new DatasetFiles(name, readable(local), dataFiles, Optional.empty());
    }
    if (Files.exists(local) || name.matches(".*[*?\\[].*")) {
      if (!dataFiles.isEmpty()) {
        throw new DataFormatException(
            name + ": is no folder, so it cannot have the files of data_files; leave them out");
      }
      return new DatasetFiles(name, Path.of(""), Map.of("train", List.of(name)), Optional.empty());
    }
    Optional<Path> snapshot = HubCache.isId(name) ? cache.snapshot(name) : Optional.empty();
    return new DatasetFiles(
        name, snapshot.orElseThrow(() -> missing(name, cache)), dataFiles, Optional.empty());
  }

  private static Path path(String name) {
    try {
      return Path.of(name);
    } catch (InvalidPathException e) {
      throw new DataFormatException("'" + name + "' is no name of a file or folder", e);
    }
  }

  private static Path readable(Path folder) {
    for (String sign : List.of("state.json", "dataset_dict.json")) {
      if (Files.exists(folder.resolve(sign))) {
        throw new DataFormatException(
            folder
                + ": was written by save_to_disk, as Arrow files; write it as JSON lines with"
                + " Dataset.to_json or as Parquet with Dataset.to_parquet and give those files");
      }
    }
    return folder;
  }

  private static DataFormatException missing(String name, HubCache cache) {
    String here = Path.of(name).toAbsolutePath().toString();
    if (!HubCache.isId(name)) {
      return new DataFormatException(here + ": no such file or folder");
    }
    return new DataFormatException(
        "%s: neither a file or folder here (%s) nor in the cache of Hugging Face (%s); get it with"
                .formatted(name, here, cache.folder(name))
            + " 'huggingface-cli download --repo-type dataset "
            + name
            + "', or put its files into that folder here");
  }

  /** The files of a split, in the order they are read. */
  List<Path> of(String split) throws IOException {
    if (dataFiles.isEmpty()) {
      return RecordFiles.ofSplit(base, split);
    }
    List<String> names = dataFiles.get(split);
    if (names == null) {
      throw new DataFormatException(
          "%s: no split \"%s\"; there is %s".formatted(name, split, dataFiles.keySet()));
    }
    Set<Path> files = new LinkedHashSet<>();
    for (String file : names) {
      files.addAll(RecordFiles.find(base.resolve(file).toString()));
    }
    return new ArrayList<>(files);
  }
}
