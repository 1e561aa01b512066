// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.threads;

import dev.loam.parallel.Partition;
import dev.loam.parallel.Reduction;
import dev.loam.parallel.Work;
import dev.loam.parallel.reduce.HostBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What one member asked for, and what it waits on. This is all that a call allocates: the {@link
 * Operation} it takes part in is used again once all its calls have seen its end.
 */
final class Call implements Work {
  private static final Partition NO_PIECES = Partition.of(0, 0);

  final MemberGroup group;
  final Kind kind;
  final HostBuffer buffer;
  final String what;

  /** The number of a collective within its group, from 0. */
  long number;

  Reduction reduction = Reduction.SUM;
  Partition pieces = NO_PIECES;

  /** The root of a broadcast, the other member of a message, the color of a split. */
  int member;

  /** The tag of a message, the key of a split. */
  int tag;

  /** What a split gave. */
  @Nullable SharedGroup assigned;

  private @Nullable Operation operation;
  private long completedNanos;

  Call(MemberGroup group, Kind kind, HostBuffer buffer, String what) {
    this.group = group;
    this.kind = kind;
    this.buffer = buffer;
    this.what = what;
  }

  /** The operation this takes part in; not to be called again. */
  Call started(Operation started) {
    operation = started;
    return this;
  }

  @Override
  public boolean isDone() {
    boolean done = collect();
    if (!done) {
      group.world().requireAlive(this);
    }
    return done;
  }

  @Override
  public void await() {
    await(group.world().deadline());
  }

  @Override
  public void await(Duration deadline) {
    Operation running = operation;
    if (running != null && !collect()) {
      group.thread().await(this, running, deadline);
      boolean unused = collect();
    }
  }

  @Override
  public long completedNanos() {
    if (!collect()) {
      throw new IllegalStateException(this + " is not done");
    }
    return completedNanos;
  }

  /** Whether it is done; if so the operation is not referred to any more. */
  private boolean collect() {
    Operation running = operation;
    if (running == null) {
      return true;
    }
    if (!running.isDone()) {
      return false;
    }
    completedNanos = running.completedNanos();
    operation = null;
    group.shared().collected(running);
    return true;
  }

  /** Whether members that call this and that take part in one operation. */
  boolean agreesWith(Call other) {
    return (kind == other.kind ? kind == Kind.SPLIT || member == other.member : kind.isMessage())
        && reduction == other.reduction
        && buffer.dtype() == other.buffer.dtype()
        && buffer.elements() == other.buffer.elements()
        && samePieces(other.pieces);
  }

  private boolean samePieces(Partition others) {
    boolean same = pieces.pieces() == others.pieces();
    for (int i = 0; same && i < pieces.pieces(); i++) {
      same = pieces.start(i) == others.start(i) && pieces.length(i) == others.length(i);
    }
    return same;
  }

  /** All that members have to agree on. */
  String details() {
    String text =
        switch (kind) {
          case ALL_REDUCE -> kind + " " + reduction + " of " + buffer;
          case REDUCE_SCATTER, ALL_GATHER -> kind + " of " + buffer + " in pieces " + pieces;
          case BROADCAST -> kind + " of " + buffer + " from member " + member;
          case SEND, RECEIVE -> kind + " of " + buffer;
          case BARRIER, SPLIT -> kind.toString();
        };
    return text + " (" + what + ")";
  }

  @Override
  public String toString() {
    String text =
        switch (kind) {
          case SEND -> "send to member " + member + " with tag " + tag;
          case RECEIVE -> "receive from member " + member + " with tag " + tag;
          default -> kind + " " + number;
        };
    return text + " of group " + group.name() + " (" + what + ")";
  }
}
