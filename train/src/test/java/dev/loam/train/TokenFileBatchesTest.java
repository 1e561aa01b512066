// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.checkpoint.safetensors.NamedTensor;
import dev.loam.checkpoint.safetensors.SafetensorsWriter;
import dev.loam.data.DataFormatException;
import dev.loam.model.Qwen3Config;
import dev.loam.model.SpecialTokens;
import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.CuSeqlens;
import dev.loam.tensor.DType;
import dev.loam.tensor.Device;
import dev.loam.tensor.Engine;
import dev.loam.tensor.part.MicroBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenFileBatchesTest {
  private static final Qwen3Config CONFIG =
      new Qwen3Config(100, 4, 4, 1, 1, 1, 2, 8, 1e4, 1e-6, 0.02, true, SpecialTokens.none());

  @TempDir Path folder;
  private final ComputeLease lease = Engine.named("torch").lease(1);
  private final Arena arena = lease.newArena(Device.cpu());
  private final List<NamedTensor> tensors = new ArrayList<>();

  @AfterEach
  void giveBack() {
    arena.close();
    lease.close();
  }

  private void tensor(String name, long[] values, long... shape) {
    tensors.add(NamedTensor.of(name, arena.allocate(DType.I64, shape).set(values)));
  }

  private Path write() {
    Path file = folder.resolve("rows.safetensors");
    SafetensorsWriter.write(file, tensors, Map.of());
    return file;
  }

  private TokenFileBatches open(int microBatchSize, int microBatches) {
    return new TokenFileBatches(
        lease, write(), CONFIG, microBatchSize, ReplicaShare.whole(microBatches));
  }

  /** Two steps of four rows of three tokens, numbered through. */
  private void numbered() {
    tensor("input_ids", LongStream.range(0, 24).toArray(), 2, 4, 3);
    tensor("labels", LongStream.range(50, 74).toArray(), 2, 4, 3);
  }

  @Test
  void rowsInOrderStepByStepAndPassByPass() {
    numbered();
    try (TokenFileBatches batches = open(2, 2)) {
      assertThat(batches.stepsPerEpoch()).isEqualTo(2);
      assertThat(batches.samplesPerStep()).isEqualTo(4);
      assertThat(batches.maxTokens()).isEqualTo(6);
      for (int step = 0; step < 6; step++) {
        List<MicroBatch> micro = batches.step(DataCursor.ofStep(step, batches));
        assertThat(micro).hasSize(2);
        for (int i = 0; i < 2; i++) {
          long first = step % 2 * 12L + i * 6L;
          assertThat(micro.get(i).inputIds())
              .isEqualTo(LongStream.range(first, first + 6).toArray());
          assertThat(micro.get(i).labels())
              .containsExactly(first + 51, first + 52, -100, first + 54, first + 55, -100);
          assertThat(micro.get(i).positions()).containsExactly(0, 1, 2, 0, 1, 2);
          assertThat(micro.get(i).cuSeqlens()).isEqualTo(CuSeqlens.rows(2, 3));
        }
      }
    }
  }

  @Test
  void idsOutsideTheVocabularyAreNamedWithFileAndStep() {
    long[] ids = new long[24];
    ids[12 + 3 * 3 + 1] = 100;
    tensor("input_ids", ids, 2, 4, 3);
    tensor("labels", new long[24], 2, 4, 3);
    try (TokenFileBatches batches = open(2, 2)) {
      assertThat(batches.step(DataCursor.START)).hasSize(2);
      assertThatThrownBy(() -> batches.step(DataCursor.ofStep(3, batches)))
          .isInstanceOf(DataFormatException.class)
          .hasMessageContainingAll(
              "rows.safetensors, step 1, rows from 2 on", "input_ids[1][1] = 100", "0..99");
    }
  }

  @Test
  void rowsThatDoNotMakeTheGlobalBatch() {
    numbered();
    refused(3, 1, "4 rows a step, but the global batch is 3");
    refused(1 << 20, 1 << 20, "the global batch is 1099511627776");
  }

  @Test
  void shapesThatDoNotFit() {
    tensor("input_ids", new long[24], 2, 4, 3);
    tensor("labels", new long[24], 2, 3, 4);
    refused(4, 1, "input_ids [2, 4, 3] and labels [2, 3, 4]");
    tensors.clear();
    tensor("input_ids", new long[24], 8, 3);
    tensor("labels", new long[24], 8, 3);
    refused(4, 1, "must both be [steps, rows, T]");
    tensors.clear();
    tensor("input_ids", new long[0], 0, 4, 3);
    tensor("labels", new long[0], 0, 4, 3);
    refused(4, 1, "no steps");
  }

  @Test
  void noRowsOrTokens() {
    tensor("input_ids", new long[0], 2, 0, 3);
    tensor("labels", new long[0], 2, 0, 3);
    refused(4, 1, "no rows, input_ids is [2, 0, 3]");
    tensors.clear();
    tensor("input_ids", new long[0], 2, 4, 0);
    tensor("labels", new long[0], 2, 4, 0);
    refused(4, 1, "no tokens");
  }

  @Test
  void smallerWholeNumbersAreTakenAsTheyAre() throws IOException {
    byte[] header =
        """
        {"input_ids": {"dtype": "I32", "shape": [1, 1, 3], "data_offsets": [0, 12]},
         "labels": {"dtype": "I32", "shape": [1, 1, 3], "data_offsets": [12, 24]}}"""
            .getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = ByteBuffer.allocate(8 + header.length + 24).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(header.length).put(header);
    IntStream.of(7, 8, 9, 4, -100, 6).forEach(bytes::putInt);
    Path file = Files.write(folder.resolve("small.safetensors"), bytes.array());
    try (TokenFileBatches batches =
        new TokenFileBatches(lease, file, CONFIG, 1, ReplicaShare.whole(1))) {
      MicroBatch batch = batches.step(DataCursor.START).get(0);
      assertThat(batch.inputIds()).containsExactly(7, 8, 9);
      assertThat(batch.labels()).containsExactly(-100, 6, -100);
    }
  }

  @Test
  void realNumbersAreRefused() {
    tensor("input_ids", new long[3], 1, 1, 3);
    tensors.add(NamedTensor.of("labels", arena.allocate(DType.F32, 1, 1, 3).set(1, 2, 3)));
    refused(1, 1, "'labels' of dtype F32 cannot be read as I64");
  }

  @Test
  void aFileThatIsNotThere() {
    assertThatThrownBy(
            () ->
                new TokenFileBatches(
                    lease, folder.resolve("none"), CONFIG, 1, ReplicaShare.whole(1)))
        .isInstanceOf(DataFormatException.class)
        .hasMessageContaining(folder.resolve("none").toString());
  }

  /** What was not asked for has not been read. */
  @Test
  void aStepIsReadWhenItIsAskedFor() throws IOException {
    tensor("input_ids", new long[24], 2, 4, 3);
    tensor("labels", new long[24], 2, 4, 3);
    try (TokenFileBatches batches = open(4, 1)) {
      Path file = folder.resolve("rows.safetensors");
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.truncate(channel.size() - 8);
      }
      assertThat(batches.step(DataCursor.START)).hasSize(1);
      assertThatThrownBy(() -> batches.step(DataCursor.ofStep(1, batches)))
          .isInstanceOf(DataFormatException.class)
          .hasMessageContaining("rows.safetensors");
    }
  }

  @Test
  void aTensorIsMissing() {
    tensor("input_ids", new long[24], 2, 4, 3);
    refused(4, 1, "no tensor 'labels'");
  }

  private void refused(int microBatchSize, int microBatches, String problem) {
    assertThatThrownBy(() -> open(microBatchSize, microBatches))
        .isInstanceOf(DataFormatException.class)
        .hasMessageStartingWith(folder.resolve("rows.safetensors").toString())
        .hasMessageContaining(problem);
  }
}
