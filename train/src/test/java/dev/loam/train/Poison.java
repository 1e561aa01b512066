// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import dev.loam.parallel.StepClock;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.MicroBatch;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Batches of one rank some of which spoil what the rank has, between the sum of the gradients and
 * their norm: a number becomes NaN.
 *
 * @param bad which steps, 0 for the first
 * @param once whether each does so the first time it is trained on only
 */
record Poison(DataLoader batches, Part part, Set<Long> bad, boolean once, Now now)
    implements DataLoader, RankObserver.Factory, StepClock {
  /** What is spoiled. */
  enum Part {
    GRADIENT,
    WEIGHT,
    MOMENT
  }

  /** What is known while training. */
  @SuppressWarnings("NullAway.Init") // the rank is set before the first step
  static final class Now {
    private RankObserver.Rank rank;
    private long step;
    private final Set<Long> done = new HashSet<>();
    private final List<Long> asked = new ArrayList<>();
  }

  static Poison of(DataLoader batches, Part part, boolean once, Long... bad) {
    return new Poison(batches, part, Set.of(bad), once, new Now());
  }

  /** The steps that were asked for, 0 for the first. */
  List<Long> asked() {
    return now.asked;
  }

  @Override
  public RankObserver create(RankObserver.Rank rank) {
    now.rank = rank;
    return new RankObserver() {};
  }

  @Override
  public List<MicroBatch> step(DataCursor at) {
    now.step = at.epoch() * stepsPerEpoch() + at.sample() / samplesPerStep();
    now.asked.add(now.step);
    return batches.step(at);
  }

  @Override
  public void ended(StepClock.Part ended) {
    if (ended == StepClock.Part.COMMUNICATION && bad.contains(now.step)) {
      if (now.done.add(now.step) || !once) {
        Tensor tensor =
            switch (part) {
              case GRADIENT -> now.rank.pieces().get(0).gradient();
              case WEIGHT -> now.rank.pieces().get(0).value();
              case MOMENT -> now.rank.states().get(0).values();
            };
        Tensor unused = tensor.rows(0, 1).set(Double.NaN);
      }
    }
  }

  @Override
  public long stepsPerEpoch() {
    return batches.stepsPerEpoch();
  }

  @Override
  public long samplesPerStep() {
    return batches.samplesPerStep();
  }

  @Override
  public int microBatches() {
    return batches.microBatches();
  }

  @Override
  public int maxTokens() {
    return batches.maxTokens();
  }

  @Override
  public String description() {
    return batches.description();
  }

  @Override
  public void close() {
    batches.close();
  }
}
