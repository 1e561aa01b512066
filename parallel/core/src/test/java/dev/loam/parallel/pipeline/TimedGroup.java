// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.pipeline;

import dev.loam.parallel.Partition;
import dev.loam.parallel.ProcessGroup;
import dev.loam.parallel.Reduction;
import dev.loam.parallel.Work;
import dev.loam.tensor.Tensor;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A member's view of a group in virtual time: only what the member computes takes time, and it has
 * waited for a message once the other side, by its own clock, has sent or asked for it.
 */
final class TimedGroup implements ProcessGroup {
  /** One side of a message, the how many-eth with its tag. */
  private record Side(int from, int to, int tag, int number, boolean sent) {}

  /** When each side of each message was there; shared by the members. */
  static final class Messages {
    private final Map<Side, Long> times = new ConcurrentHashMap<>();
  }

  private final ProcessGroup group;
  private final Messages messages;
  private final Map<Side, Integer> counts = new HashMap<>();
  private long now;

  TimedGroup(ProcessGroup group, Messages messages) {
    this.group = group;
    this.messages = messages;
  }

  long now() {
    return now;
  }

  void advance(long duration) {
    now += duration;
  }

  @Override
  public Work send(Tensor buffer, int to, int tag, String what) {
    Side side = next(rank(), to, tag, true);
    return new Timed(group.send(buffer, to, tag, what), side);
  }

  @Override
  public Work receive(Tensor buffer, int from, int tag, String what) {
    Side side = next(from, rank(), tag, false);
    return new Timed(group.receive(buffer, from, tag, what), side);
  }

  private Side next(int from, int to, int tag, boolean sent) {
    int number = counts.merge(new Side(from, to, tag, 0, sent), 1, Integer::sum);
    Side side = new Side(from, to, tag, number, sent);
    messages.times.put(side, now);
    return side;
  }

  /** Whoever waits for it goes on when both sides were there. */
  private final class Timed implements Work {
    private final Work work;
    private final Side side;

    Timed(Work work, Side side) {
      this.work = work;
      this.side = side;
    }

    @Override
    public boolean isDone() {
      return work.isDone();
    }

    @Override
    public void await(Duration deadline) {
      work.await(deadline);
      Side other = new Side(side.from, side.to, side.tag, side.number, !side.sent);
      now = Math.max(now, Objects.requireNonNull(messages.times.get(other), "the other side"));
    }

    @Override
    public void await() {
      await(Duration.ofSeconds(30));
    }

    @Override
    public long completedNanos() {
      return work.completedNanos();
    }
  }

  @Override
  public String name() {
    return group.name();
  }

  @Override
  public int rank() {
    return group.rank();
  }

  @Override
  public int size() {
    return group.size();
  }

  @Override
  public int worldRank(int member) {
    return group.worldRank(member);
  }

  @Override
  public Work allReduce(Tensor buffer, Reduction reduction, String what) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Work reduceScatter(Tensor buffer, Partition pieces, String what) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Work allGather(Tensor buffer, Partition pieces, String what) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Work broadcast(Tensor buffer, int root, String what) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Work barrier(String what) {
    throw new UnsupportedOperationException();
  }

  @Override
  public ProcessGroup split(int color, int key, String name) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void abort(Throwable cause) {
    group.abort(cause);
  }
}
