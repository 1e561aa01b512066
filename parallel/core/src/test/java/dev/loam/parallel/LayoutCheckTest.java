// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class LayoutCheckTest {
  private static final ModelShape SHAPE = new ModelShape(28, 16, 8, 3072, 151936);

  @Test
  void nothingIsWrong() {
    Layout layout = Layout.of(2, 4, 4).withVirtualStages(7).withMicroBatches(8);
    assertThat(layout.problems(SHAPE, 32)).isEmpty();
    assertThat(Layout.single().problems(SHAPE, 1)).isEmpty();
    assertThat(Layout.of(1, 1, 4).problems(SHAPE, 4)).isEmpty();
    assertThat(offset(1, -1, 1, -1).problems(SHAPE, 4)).isEmpty();
  }

  @Test
  void allProblemsAtOnce() {
    Layout layout = Layout.of(1, 3, 5).withVirtualStages(6).withMicroBatches(7);
    assertThat(layout.problems(new ModelShape(28, 16, 8, 3073, 2), 8))
        .containsExactly(
            "dp 1 x tp 3 x pp 5 needs 15 ranks but there are 8; start 15 or change the layout",
            "tensor parallel 3 does not divide the 16 attention heads; choose one of 1",
            "tensor parallel 3 does not divide the 8 key and value heads; choose one of 1",
            "tensor parallel 3 does not divide the 3073 columns of the feed-forward network;"
                + " choose one of 1",
            "tensor parallel 3 is more than the 2 tokens of the vocabulary; choose at most 2",
            "7 micro batches are no multiple of 5 pipeline stages, as virtual stages need;"
                + " choose 10",
            "28 layers cannot fill 5 pipeline stages of 6 virtual stages each; choose at most 28"
                + " in all");
  }

  @Test
  void sizesBelowOne() {
    assertThat(
            Layout.of(0, -1, 1 << 21).withVirtualStages(0).withMicroBatches(0).problems(SHAPE, 1))
        .containsExactly(
            "data parallel 0: must be 1 to 1048576",
            "tensor parallel -1: must be 1 to 1048576",
            "pipeline stages 2097152: must be 1 to 1048576",
            "virtual stages 0: must be 1 to 1048576",
            "micro batches 0: must be 1 to 1048576");
  }

  @Test
  void tensorParallelSizesThatWouldDo() {
    assertThat(Layout.of(1, 3, 1).problems(SHAPE, 3))
        .containsExactly(
            "tensor parallel 3 does not divide the 16 attention heads; choose one of 1, 2, 4, 8",
            "tensor parallel 3 does not divide the 8 key and value heads; choose one of 1, 2, 4,"
                + " 8");
  }

  @Test
  void virtualStagesNeedAPipeline() {
    assertThat(Layout.single().withVirtualStages(2).problems(SHAPE, 1))
        .containsExactly(
            "2 virtual stages need at least 2 pipeline stages; choose 1 virtual stage or more"
                + " pipeline stages");
  }

  private static Layout offset(Integer... perStage) {
    return Layout.of(1, 1, 4).withOffset(List.of(List.of(perStage)));
  }

  @Test
  void offsetsThatDoNotFit() {
    assertThat(offset(1, -1).problems(SHAPE, 4))
        .containsExactly(
            "offset [[1, -1]] does not fit; it needs 4 numbers, one for each pipeline stage");
    Layout virtual = offset(1, -1, 0, 0).withVirtualStages(2).withMicroBatches(4);
    assertThat(virtual.problems(SHAPE, 4))
        .containsExactly(
            "offset [[1, -1, 0, 0]] does not fit; it needs 2 lists (virtual stages) of 4 numbers,"
                + " one for each pipeline stage");
    assertThat(offset(2, 0, 0, -7).problems(SHAPE, 4))
        .containsExactly(
            "offset [[2, 0, 0, -7]] sums to -5; 28 layers over 4 virtual stages leave 0, which it"
                + " must sum to",
            "offset [[2, 0, 0, -7]] leaves 0 layers to chunk 0 of stage 3; each needs at least 1");
    assertThat(offset(Integer.MAX_VALUE, 0, 0, Integer.MIN_VALUE).problems(SHAPE, 4)).hasSize(2);
  }
}
