// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import dev.loam.checkpoint.CheckpointException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where a training is between two steps: with the weights and the moments, all that is needed to go
 * on as if it had never stopped.
 *
 * @param step steps done
 * @param cursor where the last step ended in the data
 * @param consumedSamples of all steps so far
 * @param loss of the last step that was not left out; 0 before the first
 * @param setbacks steps that were left out; each other one was an update of the optimizer
 * @param improvement how evaluations have gone
 */
record TrainingState(
    long step,
    DataCursor cursor,
    long consumedSamples,
    double loss,
    Setbacks setbacks,
    Improvement improvement) {
  /** Before the first step. */
  static final TrainingState START = new TrainingState(0, DataCursor.START, 0, 0);

  /** Without setbacks or evaluations. */
  TrainingState(long step, DataCursor cursor, long consumedSamples, double loss) {
    this(step, cursor, consumedSamples, loss, Setbacks.NONE, Improvement.NONE);
  }

  /** After one more step. */
  TrainingState next(DataLoader batches, double newLoss) {
    return next(batches, newLoss, setbacks.updated());
  }

  /** After one more step whose batch was left out. */
  TrainingState leftOut(DataLoader batches) {
    return next(batches, loss, setbacks.leftOut());
  }

  private TrainingState next(DataLoader batches, double newLoss, Setbacks newSetbacks) {
    return new TrainingState(
        step + 1,
        cursor.next(batches),
        consumedSamples + batches.samplesPerStep(),
        newLoss,
        newSetbacks,
        improvement);
  }

  /** Elsewhere in the data. */
  TrainingState at(DataCursor other) {
    return new TrainingState(step, other, consumedSamples, loss, setbacks, improvement);
  }

  /** With other steps left out. */
  TrainingState with(Setbacks other) {
    return new TrainingState(step, cursor, consumedSamples, loss, other, improvement);
  }

  /** After an evaluation. */
  TrainingState with(Improvement other) {
    return new TrainingState(step, cursor, consumedSamples, loss, setbacks, other);
  }

  /** Updates of the optimizer so far. */
  long updates() {
    return step - setbacks.total();
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
    map.putAll(setbacks.toMap(step));
    map.putAll(improvement.toMap());
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
        fields.number("loss"),
        fields.setbacks(),
        fields.improvement());
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

    Setbacks setbacks() {
      try {
        return Setbacks.of(map);
      } catch (IllegalArgumentException e) {
        throw unreadable("the steps that were left out", e);
      }
    }

    Improvement improvement() {
      try {
        return Improvement.of(map);
      } catch (IllegalArgumentException e) {
        throw unreadable("the evaluations", e);
      }
    }

    private CheckpointException unreadable(String what, IllegalArgumentException e) {
      return new CheckpointException(
          source + ": what it says of " + what + " cannot be read; use another checkpoint", e);
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
