// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.record;

import dev.loam.data.DataFormatException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Finds and opens files with records: one file, a glob, or a folder laid out as on Hugging Face.
 *
 * <pre>{@code
 * List<Path> files = RecordFiles.find("corpus/*.jsonl.gz");
 * try (RecordReader reader = RecordFiles.open(files)) {
 *   for (var next = reader.next(); next.isPresent(); next = reader.next()) {
 *     use(next.get().requireText("text"));
 *   }
 * }
 * }</pre>
 */
public final class RecordFiles {
  private RecordFiles() {}

  /**
   * The files that a path, a folder or a glob ({@code *}, {@code ?}, {@code [...]}, {@code **} for
   * any folders) stands for, in the order of their names. In a folder those of the commonest format
   * are taken, in all its folders, but none that is hidden (a name that starts with a dot or an
   * underscore).
   *
   * @throws DataFormatException if there is none
   */
  public static List<Path> find(String pathOrGlob) throws IOException {
    return FileSearch.find(pathOrGlob);
  }

  /**
   * The files of a part of a data set, such as {@code train}, chosen by their names: {@code
   * train-00000-of-00002.parquet}, {@code train.jsonl}, {@code test/a.csv}. Where no name says
   * anything, all files are {@code train}.
   *
   * @throws DataFormatException if there is none, naming the parts that there are
   */
  public static List<Path> ofSplit(Path folder, String split) throws IOException {
    return SplitNames.select(folder, FileSearch.inFolder(folder), split);
  }

  /** The format of files by their names, which must all say the same. */
  public static RecordFormat format(List<Path> files) {
    Set<RecordFormat> formats = new LinkedHashSet<>();
    for (Path file : files) {
      formats.add(
          RecordFormat.ofName(file)
              .orElseThrow(
                  () ->
                      new DataFormatException(
                          file
                              + ": the name says no known format; name the format, or end the name"
                              + " in one of "
                              + RecordFormat.allExtensions())));
    }
    if (formats.size() != 1) {
      throw new DataFormatException(
          files.isEmpty()
              ? "no files"
              : "files of different formats, %s: %s; read them apart".formatted(formats, files));
    }
    return formats.iterator().next();
  }

  /**
   * Which of its two shapes a {@link RecordFormat#JSON} file has: {@code JSON_LINES} where the
   * first character is a brace, else {@code JSON}, an array.
   */
  public static RecordFormat jsonFormat(Path file) throws IOException {
    return Formats.startsWithBrace(file) ? RecordFormat.JSON_LINES : RecordFormat.JSON;
  }

  /** Opens files of the format their names say. */
  public static RecordReader open(List<Path> files) throws IOException {
    return open(files, format(files));
  }

  /** Opens files of a format, one after the other. */
  public static RecordReader open(List<Path> files, RecordFormat format) throws IOException {
    return new ManyFiles(List.copyOf(files), format);
  }
}
