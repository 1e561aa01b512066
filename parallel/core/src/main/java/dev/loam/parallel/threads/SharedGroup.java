// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.threads;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the members of a group share: the operations that not all have come to yet. */
final class SharedGroup {
  private final World world;
  private final String name;
  private final List<RankThread> members;

  /** Collectives that somebody waits to begin, the first having the number {@link #firstOpen}. */
  private final List<Operation> open = new ArrayList<>();

  private long firstOpen;
  private final List<Operation> messages = new ArrayList<>();
  private final Deque<Operation> usedCollectives = new ArrayDeque<>();
  private final Deque<Operation> usedMessages = new ArrayDeque<>();

  SharedGroup(World world, String name, List<RankThread> members) {
    this.world = world;
    this.name = name;
    this.members = List.copyOf(members);
  }

  World world() {
    return world;
  }

  String name() {
    return name;
  }

  RankThread member(int member) {
    return members.get(member);
  }

  int size() {
    return members.size();
  }

  /** A member calls the collective with the number of the call. */
  void arriveAtCollective(int member, Call call) {
    Operation operation;
    boolean complete;
    Call other;
    synchronized (this) {
      int index = (int) (call.number - firstOpen);
      if (index == open.size()) {
        open.add(newCollective());
      }
      operation = open.get(index);
      other = operation.anyCall();
      complete = operation.arrive(member, call);
      if (complete) {
        firstOpen++;
        Operation unused = open.remove(0);
      }
    }
    start(call, other, operation, complete);
  }

  /** A member sends or receives; the first that fits is the other side. */
  void arriveAtMessage(int member, Call call) {
    int side = call.kind == Kind.SEND ? 0 : 1;
    Operation operation = null;
    Call other = null;
    synchronized (this) {
      for (int i = 0; i < messages.size() && operation == null; i++) {
        Call waiting = messages.get(i).call(1 - side);
        if (waiting != null && meet(member, call, waiting)) {
          other = waiting;
          operation = messages.remove(i);
        }
      }
      if (operation == null) {
        operation = usedMessages.isEmpty() ? new Operation(2) : usedMessages.pop();
        operation.expect(side, members.get(member));
        operation.expect(1 - side, members.get(call.member));
        messages.add(operation);
      }
      boolean unused = operation.arrive(side, call);
    }
    start(call, other, operation, other != null);
  }

  private static boolean meet(int member, Call call, Call waiting) {
    return waiting.tag == call.tag
        && waiting.member == member
        && waiting.group.rank() == call.member;
  }

  private void start(Call call, @Nullable Call other, Operation operation, boolean complete) {
    Call started = call.started(operation);
    if (other != null && !started.agreesWith(other)) {
      world.fail(disagreement(call, other));
      world.requireAlive(call);
    }
    if (complete) {
      if (call.kind == Kind.SPLIT) {
        Split.assign(this, operation);
      }
      world.start(operation, call.group.thread().runner());
    }
  }

  private Failure disagreement(Call call, Call other) {
    int rank = call.group.thread().worldRank();
    return Failure.misuse(
        rank,
        "ranks disagree in "
            + (call.kind.isMessage() ? "a message" : "operation " + call.number)
            + " of group "
            + name
            + ": rank "
            + rank
            + " called "
            + call.details()
            + ", rank "
            + other.group.thread().worldRank()
            + " called "
            + other.details());
  }

  private Operation newCollective() {
    if (!usedCollectives.isEmpty()) {
      return usedCollectives.pop();
    }
    Operation made = new Operation(members.size());
    for (int m = 0; m < members.size(); m++) {
      made.expect(m, members.get(m));
    }
    return made;
  }

  /** A call has seen the end of its operation. */
  synchronized void collected(Operation operation) {
    boolean message = operation.isMessage();
    if (operation.collect()) {
      (message ? usedMessages : usedCollectives).push(operation);
    }
  }

  /** Who has not come to the operation of a call. */
  synchronized List<RankThread> missing(Call call, Operation operation) {
    List<RankThread> missing = new ArrayList<>();
    if (operation.isOf(call)) {
      for (int i = 0; i < operation.size(); i++) {
        if (operation.call(i) == null) {
          missing.add(operation.member(i));
        }
      }
    }
    return missing;
  }

  /** Fails if somebody who has not come to an operation never will. */
  void requireNobodyEnded(Call call, Operation operation) {
    if (!world.hasAnyEnded()) {
      return;
    }
    // Who has ended is looked at first: who ends later may have come in between.
    List<RankThread> ended = members.stream().filter(RankThread::hasEnded).toList();
    for (RankThread missing : missing(call, operation)) {
      if (ended.contains(missing)) {
        String message = "rank " + missing.worldRank() + " ended without taking part in " + call;
        world.fail(Failure.misuse(missing.worldRank(), message));
        world.requireAlive(call);
      }
    }
  }
}
