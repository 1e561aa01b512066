// SPDX-License-Identifier: Apache-2.0
package dev.loam.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.tensor.CuSeqlens;
import dev.loam.tensor.part.MicroBatch;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelInputTest {
  private static final Qwen3Config CONFIG =
      new Qwen3Config(10, 4, 4, 1, 1, 1, 2, 8, 1e4, 1e-6, 0.02, true, SpecialTokens.none());

  private List<List<Long>> ids = rows("1 2 3 4 5 6");
  private Optional<List<List<Long>>> labels = Optional.empty();
  private Optional<List<List<Long>>> mask = Optional.empty();
  private Optional<List<List<Long>>> positions = Optional.empty();
  private Optional<List<List<Long>>> documents = Optional.empty();

  private MicroBatch batch() {
    return new ModelInput(ids, labels, mask, positions, documents).toMicroBatch(CONFIG);
  }

  @Test
  void rowsAreLaidOneAfterTheOther() {
    MicroBatch batch = ModelInput.of(rows("1 2 3", "4 5 6")).toMicroBatch(CONFIG);
    assertThat(batch.inputIds()).containsExactly(1, 2, 3, 4, 5, 6);
    assertThat(batch.positions()).containsExactly(0, 1, 2, 0, 1, 2);
    assertThat(batch.cuSeqlens()).isEqualTo(CuSeqlens.of(0, 3, 6));
    assertThat(batch.labels()).containsOnly(-100);
  }

  @Test
  void labelsAreShiftedWithinEachRow() {
    ids = rows("1 2 3", "4 5 6");
    labels = Optional.of(rows("9 7 -100", "0 8 9"));
    assertThat(batch().labels()).containsExactly(7, -100, -100, 8, 9, -100);
  }

  /** Padding on either side becomes segments of its own, which real tokens never attend to. */
  @ParameterizedTest
  @CsvSource({
    "1 1 1 1 0 0, 0 4 6",
    "0 0 1 1 1 1, 0 2 6",
    "0 1 1 1 0 0, 0 1 4 6",
    "1 1 1 1 1 1, 0 6",
    "0 0 0 0 0 0, 0 6",
  })
  void paddingBecomesSegments(String attention, String starts) {
    mask = Optional.of(rows(attention));
    assertThat(batch().cuSeqlens().toArray()).isEqualTo(longs(starts));
  }

  @Test
  void documentsBecomeSegments() {
    ids = rows("1 2 3 4", "5 6 7 8");
    documents = Optional.of(rows("7 7 2 2", "7 7 7 0"));
    positions = Optional.of(rows("0 1 0 1", "5 6 7 0"));
    assertThat(batch().cuSeqlens()).isEqualTo(CuSeqlens.of(0, 2, 4, 7, 8));
    assertThat(batch().positions()).containsExactly(0, 1, 0, 1, 5, 6, 7, 0);
  }

  @Test
  void paddingCutsDocumentsToo() {
    documents = Optional.of(rows("3 3 3 4 4 4"));
    mask = Optional.of(rows("1 1 0 0 1 1"));
    assertThat(batch().cuSeqlens()).isEqualTo(CuSeqlens.of(0, 2, 4, 6));
  }

  @Test
  void twoRunsOfOnesAreRefused() {
    mask = Optional.of(rows("1 1 0 1 1 1"));
    refused("attention_mask[0][3]", "contiguous");
  }

  @Test
  void interleavedDocumentsAreRefused() {
    ids = rows("1 2 3 4", "1 2 3 4");
    documents = Optional.of(rows("1 1 2 2", "1 2 1 2"));
    refused("document_ids[1][2]", "contiguous");
  }

  @Test
  void idsOutsideTheVocabularyAreNamed() {
    ids = rows("1 2 3", "4 10 6");
    refused("input_ids[1][1] = 10", "0..9");
    ids = rows("1 -1 3");
    refused("input_ids[0][1] = -1");
    ids = rows("1 4294967297 3"); // 1 in the low 32 bits
    refused("input_ids[0][1] = 4294967297");
  }

  @Test
  void labelsOutsideTheVocabularyAreNamed() {
    labels = Optional.of(rows("1 2 3 -1 5 6"));
    refused("labels[0][3] = -1");
    labels = Optional.of(rows("1 2 3 4 5 10"));
    refused("labels[0][5] = 10");
  }

  @Test
  void positionsWithoutRotaryAnglesAreNamed() {
    positions = Optional.of(rows("0 1 2 3 4 8"));
    refused("position_ids[0][5] = 8", "0..7");
  }

  @Test
  void masksAndDocumentsHaveTheirOwnRanges() {
    mask = Optional.of(rows("1 1 1 2 1 1"));
    refused("attention_mask[0][3] = 2");
    mask = Optional.empty();
    documents = Optional.of(rows("0 0 0 -1 1 1"));
    refused("document_ids[0][3] = -1");
  }

  @Test
  void sequencesBeyondTheModelAreRefused() {
    ids = rows("1 1 1 1 1 1 1 1");
    assertThat(batch().tokens()).isEqualTo(8);
    ids = rows("1 1 1 1 1 1 1 1 1");
    refused("9 tokens", "8 positions");
    positions = Optional.of(rows("0 1 2 3 4 5 6 7 0"));
    assertThat(batch().tokens()).isEqualTo(9);
  }

  @Test
  void raggedRowsAreRefused() {
    ids = rows("1 2 3", "4 5");
    refused("input_ids[1] has 2 values", "3");
    ids = rows("1 2 3", "4 5 6");
    labels = Optional.of(rows("1 2 3"));
    refused("labels has 1 rows, input_ids 2");
    labels = Optional.of(rows("1 2 3", "1 2 3 4"));
    refused("labels[1] has 4 values");
    labels = Optional.empty();
    mask = Optional.of(rows("1 1", "1 1"));
    refused("attention_mask[0] has 2 values");
  }

  @Test
  void nothingIsRefused() {
    ids = List.of();
    refused("input_ids is empty");
    ids = List.of(List.of(), List.of());
    refused("input_ids is empty");
  }

  private void refused(String... parts) {
    assertThatThrownBy(this::batch)
        .isInstanceOf(ModelInputException.class)
        .hasMessageContainingAll(parts);
  }

  private static List<List<Long>> rows(String... rows) {
    return List.of(rows).stream().map(row -> LongStream.of(longs(row)).boxed().toList()).toList();
  }

  private static long[] longs(String values) {
    return List.of(values.split(" ")).stream().mapToLong(Long::parseLong).toArray();
  }
}
