// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import dev.loam.checkpoint.CheckpointException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where a training is between two steps: with the weights and the moments, all that is needed to go
 * on as if it had never stopped.
 *
 * @param step steps done, each one update of the optimizer
 * @param cursor where the last step ended in the data
 * @param consumedSamples of all steps so far
 * @param loss of the last step; 0 before the first
 */
public record TrainingState(long step, DataCursor cursor, long consumedSamples, double loss) {
  /** Before the first step. */
  static final TrainingState START = new TrainingState(0, DataCursor.START, 0, 0);

  /** After one more step. */
  TrainingState next(DataLoader batches, double newLoss) {
    return new TrainingState(
        step + 1, cursor.next(batches), consumedSamples + batches.samplesPerStep(), newLoss);
  }

  /**
   * How many steps more were done than the consumed samples make in batches of this size. Other
   * than 0 only where the batch size was changed on resuming: schedules and the length of a run go
   * by samples, while steps are counted on.
   */
  long stepsAhead(DataLoader batches) {
    return step - Math.round((double) consumedSamples / batches.samplesPerStep());
  }

  /** As text, for a checkpoint. */
  Map<String, String> toMap() {
    Map<String, String> map = new LinkedHashMap<>();
    map.put("step", Long.toString(step));
    map.put("epoch", Long.toString(cursor.epoch()));
    map.put("sample_in_epoch", Long.toString(cursor.sample()));
    map.put("consumed_samples", Long.toString(consumedSamples));
    map.put("loss", Double.toString(loss));
    return map;
  }

  /**
   * Reads what {@link #toMap} wrote.
   *
   * @param source the checkpoint, for messages
   * @throws CheckpointException if a value is missing or impossible
   */
  static TrainingState of(Map<String, String> map, String source) {
    Fields fields = new Fields(map, source);
    return new TrainingState(
        fields.count("step"),
        new DataCursor(fields.count("epoch"), fields.count("sample_in_epoch")),
        fields.count("consumed_samples"),
        fields.number("loss"));
  }

  private record Fields(Map<String, String> map, String source) {
    long count(String key) {
      String text = text(key);
      if (!text.matches("[0-9]{1,18}")) {
        throw unusable(key, text);
      }
      return Long.parseLong(text);
    }

    double number(String key) {
      String text = text(key);
      try {
        return Double.parseDouble(text);
      } catch (NumberFormatException e) {
        throw unusable(key, text);
      }
    }

    private String text(String key) {
      String text = map.get(key);
      if (text == null) {
        throw new CheckpointException(
            source
                + ": says nothing of '"
                + key
                + "', so a training cannot go on from it; load its weights alone, without"
                + " resume_training");
      }
      return text;
    }

    private CheckpointException unusable(String key, String text) {
      return new CheckpointException(
          source + ": '" + key + "' is '" + text + "', not a number; use another checkpoint");
    }
  }
}
