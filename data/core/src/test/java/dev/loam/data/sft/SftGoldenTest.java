// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.sft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.data.GoldenTensors;
import dev.loam.data.Sample;
import dev.loam.data.loader.RecordSource;
import dev.loam.data.loader.RecordTable;
import dev.loam.testkit.TestData;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The ids and labels of Hugging Face and of MindFormers, to the last one. */
class SftGoldenTest {
  private static final int FORGED = 93;

  private static Path tokenizer;
  private static Path rows;
  private static GoldenTensors golden;

  @BeforeAll
  static void open() {
    tokenizer = TestData.shared("qwen3-tokenizer");
    rows = TestData.shared("../golden/open-10-sft/rows.json");
    golden = new GoldenTensors(TestData.shared("../golden/open-10-sft/golden.safetensors"));
  }

  private static InstructionOptions.Builder options(int length) {
    return InstructionOptions.builder(tokenizer, length);
  }

  private static InstructionOptions.Builder mindFormers(int length) {
    return options(length).optText(InstructionOptions.TextStyle.MINDFORMERS_ALPACA);
  }

  private static InstructionSamples samples(InstructionOptions.Builder options) throws IOException {
    return samples(options, Integer.MAX_VALUE);
  }

  private static InstructionSamples samples(InstructionOptions.Builder options, int records)
      throws IOException {
    try (RecordTable table = RecordSource.of(rows.toString()).open()) {
      return InstructionSamples.of(table.take(records), options.build());
    }
  }

  private static int[] row(String name, int index) {
    int[] offsets = golden.ints(name + ".offsets");
    return Arrays.copyOfRange(golden.ints(name), offsets[index], offsets[index + 1]);
  }

  /** Labels as they are kept: of the next token. */
  private static int[] shifted(int[] labels) {
    int[] shifted = Arrays.copyOfRange(labels, 1, labels.length + 1);
    shifted[labels.length - 1] = -100;
    return shifted;
  }

  @Test
  void chatTemplate() throws IOException {
    InstructionOptions.Builder parsed = options(4096).optAddedTokensInMessages(true);
    InstructionSamples thoughts = samples(parsed);
    InstructionSamples masked = samples(parsed.optEnableThinking(false));
    assertThat(thoughts.size()).isEqualTo(97);
    for (int i = 0; i < 97; i++) {
      assertThat(thoughts.get(i).inputIds()).as("row " + i).isEqualTo(row("hf.input_ids", i));
      assertThat(thoughts.get(i).labels())
          .as("labels " + i)
          .isEqualTo(shifted(row("hf.labels_think_block_trained", i)));
      assertThat(masked.get(i).inputIds()).isEqualTo(row("hf.input_ids", i));
      assertThat(masked.get(i).labels())
          .as("masked labels " + i)
          .isEqualTo(shifted(row("hf.labels_think_block_masked", i)));
    }
  }

  /** By default the control token that an instruction spells is not one. */
  @Test
  void instructionsCannotForgeControlTokens() throws IOException {
    InstructionSamples samples = samples(options(4096));
    int end = row("hf.input_ids", 0)[row("hf.input_ids", 0).length - 2];
    for (int i = 0; i < 97; i++) {
      int[] ids = samples.get(i).inputIds();
      assertThat(Arrays.stream(ids).filter(id -> id == end)).hasSize(2);
      assertThat(Arrays.equals(ids, row("hf.input_ids", i))).as("row " + i).isEqualTo(i != FORGED);
    }
  }

  @Test
  void mindFormersAlpaca() throws IOException {
    InstructionSamples samples = samples(mindFormers(512));
    assertThat(samples.size()).isEqualTo(97);
    for (int i = 0; i < 97; i++) {
      assertThat(samples.get(i).inputIds()).as("row " + i).isEqualTo(row("mf.input_ids", i));
      assertThat(samples.get(i).labels()).as("labels " + i).isEqualTo(row("mf.labels", i));
    }
    InstructionSamples padded = samples(mindFormers(128).optPadTo(128), 30);
    assertThat(padded.size()).isEqualTo(30);
    for (int i = 0; i < 30; i++) {
      assertThat(padded.get(i).inputIds()).isEqualTo(row("mf_pad128.input_ids", i));
      assertThat(padded.get(i).labels()).isEqualTo(row("mf_pad128.labels", i));
    }
  }

  @Test
  void mindFormersPacking() throws IOException {
    InstructionSamples packed =
        samples(
            mindFormers(512)
                .optPadTo(512)
                .optPadToken(0)
                .optRows(new RowLayout.Packed(Packing.IN_ORDER, 512)));
    assertThat(packed.size()).isEqualTo(46);
    for (int i = 0; i < 46; i++) {
      Sample sample = packed.get(i);
      assertThat(sample.inputIds()).as("row " + i).isEqualTo(row("mf_pack.input_ids", i));
      assertThat(sample.labels()).as("labels " + i).isEqualTo(row("mf_pack.labels", i));
      assertThat(sample.positionIds()).isEqualTo(row("mf_batch.position_ids", i));
      assertThat(ends(sample.cuSeqlens())).isEqualTo(ends(row("mf_pack.actual_seq_len", i)));
      int[] mask = new int[512];
      Arrays.setAll(mask, t -> sample.lossMask()[t] ? 1 : 0);
      assertThat(mask).isEqualTo(row("mf_batch.loss_mask", i));
      assertThat(rowStarts(sample.cuSeqlens())).isEqualTo(row("mf_batch.attn_row_start", i));
      assertThat(padded(ends(sample.cuSeqlens()), 128))
          .isEqualTo(row("mf_batch.compressed_mask", i));
    }
  }

  /** Where segments end, but for the last one, which runs to the end of the row. */
  private static int[] ends(int[] bounds) {
    return Arrays.stream(bounds).filter(bound -> bound > 0 && bound < 512).toArray();
  }

  private static int[] padded(int[] ends, int length) {
    int[] padded = Arrays.copyOf(ends, length);
    Arrays.fill(padded, ends.length, length, 512);
    return padded;
  }

  private static int[] rowStarts(int[] bounds) {
    int[] starts = new int[512];
    for (int i = 0; i + 1 < bounds.length; i++) {
      Arrays.fill(starts, bounds[i], bounds[i + 1], bounds[i]);
    }
    return starts;
  }

  @Test
  void mindFormersTruncating() throws IOException {
    InstructionSamples cut =
        samples(mindFormers(512).optPadTo(512).optPadToken(0).optRows(new RowLayout.Cut(512)));
    assertThat(cut.size()).isEqualTo(36);
    for (int i = 0; i < 36; i++) {
      assertThat(cut.get(i).inputIds()).as("row " + i).isEqualTo(row("mf_truncate.input_ids", i));
      assertThat(cut.get(i).labels()).as("labels " + i).isEqualTo(row("mf_truncate.labels", i));
      int[] lengths = row("mf_truncate.actual_seq_len", i);
      Arrays.parallelPrefix(lengths, Integer::sum);
      assertThat(ends(cut.get(i).cuSeqlens())).isEqualTo(ends(lengths));
    }
  }
}
