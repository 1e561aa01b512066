// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.record;

import dev.loam.data.DataFormatException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tells the parts of a data set apart by the names of its files, as Hugging Face does: {@code
 * NAME-00000-of-00002} says it exactly; else one of a few words that stands between other signs
 * than letters, in the name of the file or of a folder.
 */
final class SplitNames {
  private static final Pattern SHARD =
      Pattern.compile("(?:.*/)?(\\w+(?:[.-]\\w+)*?)-\\d{5}-of-\\d{5}[^/]*");
  private static final Map<String, List<String>> WORDS = words();

  private SplitNames() {}

  private static Map<String, List<String>> words() {
    Map<String, List<String>> words = new LinkedHashMap<>();
    words.put("train", List.of("train", "training"));
    words.put("validation", List.of("validation", "valid", "dev", "val"));
    words.put("test", List.of("test", "testing", "eval", "evaluation"));
    return words;
  }

  static List<Path> select(Path folder, List<Path> files, String split) {
    Map<String, List<Path>> splits = splits(folder, files);
    List<Path> selected = splits.get(split);
    if (selected == null) {
      throw new DataFormatException(
          "%s: no split \"%s\"; there is %s".formatted(folder, split, splits.keySet()));
    }
    return selected;
  }

  private static Map<String, List<Path>> splits(Path folder, List<Path> files) {
    Map<String, List<Path>> splits = new LinkedHashMap<>();
    for (Path file : files) {
      Matcher shard = SHARD.matcher(name(folder, file));
      if (shard.matches()) {
        splits.computeIfAbsent(shard.group(1), key -> new ArrayList<>()).add(file);
      }
    }
    if (splits.isEmpty()) {
      WORDS.forEach((split, words) -> putWhere(splits, split, words, folder, files));
    }
    return splits.isEmpty() ? Map.of("train", files) : splits;
  }

  private static void putWhere(
      Map<String, List<Path>> splits,
      String split,
      List<String> words,
      Path folder,
      List<Path> files) {
    String signs = "[-._ 0-9/]";
    Pattern word =
        Pattern.compile("(?:.*%1$s)?(?:%2$s)(?:%1$s.*)?".formatted(signs, String.join("|", words)));
    List<Path> named = files.stream().filter(f -> word.matcher(name(folder, f)).matches()).toList();
    if (!named.isEmpty()) {
      splits.put(split, named);
    }
  }

  private static String name(Path folder, Path file) {
    return folder.relativize(file).toString().replace('\\', '/');
  }
}
