// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.mindspeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.data.DataFormatException;
import dev.loam.data.Sample;
import dev.loam.data.gpt.Split;
import dev.loam.data.indexed.IndexedDatasetWriter;
import dev.loam.data.indexed.TokenType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MindSpeedSamplesTest {
  private static final int NO = InstructionFiles.IGNORED;

  @TempDir Path folder;

  private MindSpeedSamples open(int length) throws IOException {
    return open(length, false, OptionalLong.empty(), "100,0,0");
  }

  private MindSpeedSamples open(int length, boolean shuffle, OptionalLong samples, String split)
      throws IOException {
    return MindSpeedSamples.open(
        folder.resolve("out"),
        new MindSpeedSampleOptions(length, 42, shuffle, samples, split, Split.TRAIN));
  }

  private void write(int[]... idsMaskLabels) {
    InstructionRows.write(folder.resolve("out"), idsMaskLabels);
  }

  private static int[] of(int... values) {
    return values;
  }

  private Sample single(int length) throws IOException {
    try (MindSpeedSamples samples = open(length)) {
      return samples.get(0);
    }
  }

  @Test
  void labelsAreShiftedOnce() throws IOException {
    write(of(7, 8, 9, 4), of(1, 1, 1, 1), of(NO, NO, 9, 4));
    Sample sample = single(10);
    assertThat(sample.inputIds()).containsExactly(7, 8, 9, 4);
    assertThat(sample.labels()).containsExactly(NO, 9, 4, NO);
    assertThat(sample.lossMask()).containsExactly(false, true, true, false);
    assertThat(sample.positionIds()).containsExactly(0, 1, 2, 3);
    assertThat(sample.cuSeqlens()).containsExactly(0, 4);
  }

  @Test
  void packedSamplesAreApartAndPaddingIsLeftOut() throws IOException {
    write(of(7, 8, 9, 4, 5, 6, 0, 0), of(1, 1, 1, 2, 2, 3, 0, 0), of(NO, 8, 9, 4, 5, NO, NO, NO));
    Sample sample = single(8);
    assertThat(sample.inputIds()).containsExactly(7, 8, 9, 4, 5, 6);
    assertThat(sample.labels()).as("none across a seam").containsExactly(8, 9, NO, 5, NO, NO);
    assertThat(sample.positionIds()).containsExactly(0, 1, 2, 0, 1, 0);
    assertThat(sample.cuSeqlens()).containsExactly(0, 3, 5, 6);
    assertThat(single(4).cuSeqlens()).as("cut at the end").containsExactly(0, 3, 4);
  }

  /** The rules of upstream, each by an example worked out by hand. */
  @ParameterizedTest
  @CsvSource({
    "10, 2, 8, 6, 2", // the answer is short
    "2, 10, 8, 2, 6", // the question is short
    "10, 10, 8, 4, 4", // both are long
    "9, 6, 8, 5, 3", // int(8 * 6 / 15) = 3
    "3, 3, 8, 3, 3",
    "9, 0, 8, 8, 0",
    "0, 9, 8, 0, 8"
  })
  void lengthsOfATurn(int question, int answer, int room, int keptQuestion, int keptAnswer) {
    assertThat(TurnLengths.within(question, answer, room))
        .isEqualTo(new TurnLengths(keptQuestion, keptAnswer));
  }

  @Test
  void aLongRowIsCutTurnByTurn() throws IOException {
    int[] ids = of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    int[] labels = of(NO, NO, 3, 4, NO, NO, NO, 8, 9, 10);
    write(ids, of(1, 1, 1, 1, 1, 1, 1, 1, 1, 1), labels);
    assertThat(single(8).inputIds()).containsExactly(1, 2, 3, 4, 5, 6, 8, 9);
    assertThat(single(8).labels()).containsExactly(NO, 3, 4, NO, NO, 8, 9, NO);
    assertThat(single(4).inputIds()).containsExactly(1, 2, 3, 4);
    assertThat(single(10).inputIds()).containsExactly(ids);
  }

  /** numpy.random.RandomState(42).shuffle of range(5), and of range(5) again. */
  @Test
  void everyEpochIsShuffledAnew() throws IOException {
    int[][] rows = new int[15][];
    for (int i = 0; i < 5; i++) {
      rows[3 * i] = of(i, i + 1);
      rows[3 * i + 1] = of(1, 1);
      rows[3 * i + 2] = of(NO, i + 1);
    }
    write(rows);
    try (MindSpeedSamples samples = open(4, true, OptionalLong.of(6), "100,0,0")) {
      assertThat(samples.size()).isEqualTo(10);
      assertThat(samples.order()).containsExactly(1, 4, 2, 0, 3, 3, 1, 2, 0, 4);
      assertThat(samples.get(1).inputIds()).containsExactly(4, 5);
    }
    try (MindSpeedSamples samples = open(4, false, OptionalLong.of(6), "100,0,0")) {
      assertThat(samples.order()).containsExactly(0, 1, 2, 3, 4, 0, 1, 2, 3, 4);
    }
    try (MindSpeedSamples samples = open(4, false, OptionalLong.empty(), "60,40,0")) {
      assertThat(samples.order()).containsExactly(0, 1, 2);
    }
  }

  /** Rounded one by one, with what is left over taken from all but the first bound. */
  @ParameterizedTest
  @CsvSource({
    "TRAIN, '100,0,0', 97, 0, 97",
    "TRAIN, '90,5,5', 97, 0, 87",
    "VALID, '90,5,5', 97, 87, 5",
    "TEST, '90,5,5', 97, 92, 5",
    "TRAIN, '949,50,1', 10, 0, 10",
    "TRAIN, '1', 3, 0, 3",
    "VALID, '0.5/0.5', 3, 1, 2"
  })
  void splits(Split phase, String shares, int rows, int first, int count) {
    assertThat(RowSplit.of(phase, shares, rows)).isEqualTo(new RowSplit(first, count));
  }

  @Test
  void splitsThatLeaveNothing() {
    assertThatThrownBy(() -> RowSplit.of(Split.VALID, "100,0,0", 9))
        .hasMessage("split \"100,0,0\" leaves none of 9 rows for validation");
    assertThatThrownBy(() -> RowSplit.of(Split.TRAIN, "0", 9))
        .hasMessageContaining("no share above 0");
    assertThatThrownBy(() -> RowSplit.of(Split.TRAIN, "1,2,3,4", 9))
        .hasMessageContaining("more than three");
  }

  @Test
  void aMissingDatasetIsNamed() throws IOException {
    write(of(7, 8), of(1, 1), of(NO, 8));
    Files.delete(folder.resolve("out_packed_labels_document.idx"));
    assertThatThrownBy(() -> open(4))
        .isInstanceOf(DataFormatException.class)
        .hasMessageStartingWith(folder.resolve("out_packed_labels_document.idx") + ": not found")
        .hasMessageContaining("loam preprocess-sft");
  }

  private void replace(String key, int[]... rows) throws IOException {
    Path prefix = folder.resolve("out_packed_" + key + "_document");
    try (IndexedDatasetWriter writer = new IndexedDatasetWriter(prefix, TokenType.INT32)) {
      for (int[] row : rows) {
        writer.addDocument(row);
      }
      writer.finish();
    }
  }

  @Test
  void datasetsThatDoNotBelongTogether() throws IOException {
    write(of(7, 8), of(1, 1), of(NO, 8), of(7, 8), of(1, 1), of(NO, 8));
    replace("labels", of(NO, 8));
    assertThatThrownBy(() -> open(4))
        .isInstanceOf(DataFormatException.class)
        .hasMessageContaining("do not belong together: 2 rows and 1");
    replace("labels", of(NO, 8), of(NO, 8, 9));
    assertThatThrownBy(() -> open(4)).hasMessageContaining("in row 1 2 tokens and 3");
    replace("labels", of(NO, 8), of(NO, 8));
    replace("attention_mask", of(1, 1), of(1));
    assertThatThrownBy(() -> open(4)).hasMessageContaining("in row 1 2 tokens and 1");
    for (String key : new String[] {"input_ids", "attention_mask", "labels"}) {
      replace(key);
    }
    assertThatThrownBy(() -> open(4)).hasMessageEndingWith("_input_ids_document.idx: no rows");
  }

  @ParameterizedTest
  @CsvSource({
    "'0,1', attention mask 0 at token 0",
    "'1,3', 'attention mask 3 at token 1, after 1'",
    "'1,-1', attention mask -1",
    "'2,2', attention mask 2 at token 0"
  })
  void anAttentionMaskThatMakesNoSense(String mask, String problem) throws IOException {
    int[] values = Arrays.stream(mask.split(",")).mapToInt(Integer::parseInt).toArray();
    write(of(7, 8), values, of(NO, 8));
    assertThatThrownBy(() -> single(4))
        .isInstanceOf(DataFormatException.class)
        .hasMessageStartingWith(folder.resolve("out") + ", row 0: " + problem);
  }

  @Test
  void aRowWithNothingToLearnIsNamed() throws IOException {
    write(of(7, 8, 9), of(1, 1, 1), of(NO, NO, NO), of(7), of(1), of(7));
    try (MindSpeedSamples samples = open(4)) {
      assertThatThrownBy(() -> samples.get(0))
          .isInstanceOf(DataFormatException.class)
          .hasMessage(
              folder.resolve("out")
                  + ", row 0: no label to learn among its first 3 tokens; raise seq_length (now 4)"
                  + " or leave the row out");
      assertThatThrownBy(() -> samples.get(1)).hasMessageContaining("row 1: no label");
      assertThatThrownBy(() -> samples.get(2)).isInstanceOf(IndexOutOfBoundsException.class);
    }
  }
}
