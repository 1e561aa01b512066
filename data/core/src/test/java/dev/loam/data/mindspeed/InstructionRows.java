// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.mindspeed;

import dev.loam.data.preprocess.PreprocessListener;
import dev.loam.data.preprocess.Preprocessor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Makes instruction data whose tokens are characters, and shows rows as texts. */
final class InstructionRows {
  private InstructionRows() {}

  static Preprocessor.Result preprocess(Path folder, MindSpeedOptions options, String... rows) {
    try {
      Path input = Files.writeString(folder.resolve("rows.jsonl"), String.join("\n", rows) + "\n");
      return new MindSpeedPreprocessor(
              new InstructionTokenizer(), options, new PreprocessListener() {})
          .run(List.of(input), folder.resolve("out"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes rows as they are. */
  static void write(Path prefix, int[]... idsMaskLabels) {
    try (InstructionWriter writer = new InstructionWriter(InstructionFiles.of(prefix))) {
      for (int i = 0; i < idsMaskLabels.length; i += 3) {
        writer.add(idsMaskLabels[i], idsMaskLabels[i + 1], idsMaskLabels[i + 2]);
      }
      writer.finish();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The text of a row, of which what is learned stands in double brackets. */
  static String show(int[] ids, int[] labels) {
    StringBuilder text = new StringBuilder();
    boolean learned = false;
    for (int i = 0; i < ids.length; i++) {
      if (labels[i] != InstructionFiles.IGNORED != learned) {
        learned = !learned;
        text.append(learned ? "[[" : "]]");
      }
      text.appendCodePoint(ids[i]);
    }
    return text.append(learned ? "]]" : "").toString();
  }
}
