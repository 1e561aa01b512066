// SPDX-License-Identifier: Apache-2.0
package dev.loam.model;

import dev.loam.tensor.CuSeqlens;
import dev.loam.tensor.part.LossHead;
import dev.loam.tensor.part.MicroBatch;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A batch as Hugging Face models take it: rows of one length, labels aligned with the ids (the
 * model shifts them), and optionally a padding mask, positions and document numbers. Masks and
 * document numbers become segments; one that is not made of segments is refused. Logits at padded
 * positions are unspecified.
 *
 * @param inputIds [rows][length]
 * @param labels likewise, {@link LossHead#IGNORED} where none
 * @param attentionMask 1 for tokens and 0 for padding
 * @param positionIds rotary positions; by default 0, 1, 2, ... in each row
 * @param documentIds tokens attend to tokens with the same number
 */
public record ModelInput(
    List<List<Long>> inputIds,
    Optional<List<List<Long>>> labels,
    Optional<List<List<Long>>> attentionMask,
    Optional<List<List<Long>>> positionIds,
    Optional<List<List<Long>>> documentIds) {

  private static final long PADDING = -1;

  /** Rows of token ids and nothing else. */
  public static ModelInput of(List<List<Long>> inputIds) {
    return new ModelInput(
        inputIds, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
  }

  /** The number of tokens of each row. */
  public int length() {
    return inputIds.isEmpty() ? 0 : inputIds.get(0).size();
  }

  /**
   * All rows as one micro batch.
   *
   * @throws ModelInputException if a value is out of range, rows differ in length, or a mask is not
   *     made of segments
   */
  public MicroBatch toMicroBatch(Qwen3Config config) {
    int length = length();
    if (length == 0) {
      throw new ModelInputException("input_ids is empty");
    }
    requireSameShape("input_ids", inputIds);
    labels.ifPresent(rows -> requireSameShape("labels", rows));
    attentionMask.ifPresent(rows -> requireSameShape("attention_mask", rows));
    positionIds.ifPresent(rows -> requireSameShape("position_ids", rows));
    documentIds.ifPresent(rows -> requireSameShape("document_ids", rows));
    int tokens = inputIds.size() * length;
    long[] ids = new long[tokens];
    long[] shifted = new long[tokens];
    long[] positions = new long[tokens];
    List<Integer> starts = new ArrayList<>();
    for (int row = 0; row < inputIds.size(); row++) {
      Set<Long> closed = new HashSet<>();
      for (int t = 0; t < length; t++) {
        int at = row * length + t;
        ids[at] = inRange("input_ids", inputIds, row, t, config.vocabSize());
        shifted[at] = t + 1 < length ? label(row, t + 1, config.vocabSize()) : LossHead.IGNORED;
        positions[at] = position(row, t, config.maxPositions());
        if (t == 0 || segment(row, t) != segment(row, t - 1)) {
          starts.add(at);
          if (t > 0) {
            closed.add(segment(row, t - 1));
          }
          if (segment(row, t) != PADDING && closed.contains(segment(row, t))) {
            throw new ModelInputException(
                (documentIds.isPresent() ? "document_ids" : "attention_mask")
                    + "["
                    + row
                    + "]["
                    + t
                    + "] comes back to a segment that had ended; only contiguous segments can be"
                    + " attended");
          }
        }
      }
    }
    starts.add(tokens);
    CuSeqlens documents = CuSeqlens.of(starts.stream().mapToInt(Integer::intValue).toArray());
    return new MicroBatch(ids, shifted, positions, documents);
  }

  /** Tells segments apart; padding attends to nothing that matters. */
  private long segment(int row, int t) {
    long real = attentionMask.map(rows -> rows.get(row).get(t)).orElse(1L);
    if (real != 0 && real != 1) {
      throw new ModelInputException(
          "attention_mask[" + row + "][" + t + "] = " + real + " is neither 0 nor 1");
    }
    long document = documentIds.map(rows -> rows.get(row).get(t)).orElse(0L);
    if (document < 0) {
      throw new ModelInputException(
          "document_ids[" + row + "][" + t + "] = " + document + " is negative");
    }
    return real == 1 ? document : PADDING;
  }

  private long label(int row, int t, int vocabulary) {
    if (labels.isEmpty() || labels.get().get(row).get(t) == LossHead.IGNORED) {
      return LossHead.IGNORED;
    }
    return inRange("labels", labels.get(), row, t, vocabulary);
  }

  private long position(int row, int t, int limit) {
    if (positionIds.isPresent()) {
      return inRange("position_ids", positionIds.get(), row, t, limit);
    }
    if (t >= limit) {
      throw new ModelInputException(
          "a sequence of "
              + length()
              + " tokens is longer than the model's "
              + limit
              + " positions");
    }
    return t;
  }

  private static long inRange(String name, List<List<Long>> rows, int row, int t, int limit) {
    long value = rows.get(row).get(t);
    if (value < 0 || value >= limit) {
      throw new ModelInputException(
          name + "[" + row + "][" + t + "] = " + value + " is not in 0.." + (limit - 1));
    }
    return value;
  }

  private void requireSameShape(String name, List<List<Long>> rows) {
    if (rows.size() != inputIds.size()) {
      throw new ModelInputException(
          name + " has " + rows.size() + " rows, input_ids " + inputIds.size());
    }
    for (int row = 0; row < rows.size(); row++) {
      if (rows.get(row).size() != length()) {
        throw new ModelInputException(
            name
                + "["
                + row
                + "] has "
                + rows.get(row).size()
                + " values, the first row of input_ids "
                + length());
      }
    }
  }
}
