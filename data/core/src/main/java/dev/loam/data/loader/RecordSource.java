// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.loader;

import dev.loam.data.DataFormatException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What records to read, in the words of Hugging Face's {@code load_dataset}. The path is looked for
 *
 * <ol>
 *   <li>among the formats {@code json}, {@code csv}, {@code parquet} and {@code text}, which say
 *       how to read the files of {@code dataFiles};
 *   <li>as a folder, a file or a glob, relative ones from the working directory;
 *   <li>as OWNER/NAME in the cache of Hugging Face's tools: {@code HF_HUB_CACHE}, else {@code
 *       HF_HOME/hub}, else {@code ~/.cache/huggingface/hub}.
 * </ol>
 *
 * Nothing is ever downloaded.
 *
 * @param path a format, a folder, a file, a glob or OWNER/NAME
 * @param dataFiles names and globs by split, within the folder if the path is one; none to take
 *     what the folder has
 * @param split which splits and which of their records, such as {@code train[:1000]+test}
 */
public record RecordSource(String path, Map<String, List<String>> dataFiles, String split) {
  /**
   * Copies the map.
   *
   * @throws DataFormatException if the split cannot be understood
   */
  public RecordSource {
    Map<String, List<String>> copy = new LinkedHashMap<>();
    dataFiles.forEach((name, files) -> copy.put(name, List.copyOf(files)));
    dataFiles = Collections.unmodifiableMap(copy);
    if (SplitSelection.parse(split).isEmpty()) {
      throw new DataFormatException(
          "split '" + split + "' is not understood; write train, train[:1000] or train[10%:]+test");
    }
  }

  /** All records of one file, folder or data set. */
  public static RecordSource of(String path) {
    return new RecordSource(path, Map.of(), "train");
  }

  /**
   * Reads the records; the caller closes the table.
   *
   * @throws DataFormatException if the files are not there or cannot be understood
   */
  public RecordTable open() throws IOException {
    return open(HubCache.of(System.getenv(), Path.of(System.getProperty("user.home"))));
  }

  RecordTable open(HubCache cache) throws IOException {
    return RecordLoader.load(
        DatasetFiles.find(this, cache), SplitSelection.parse(split).orElseThrow());
  }
}
