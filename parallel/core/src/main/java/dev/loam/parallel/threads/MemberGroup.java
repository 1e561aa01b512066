// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.threads;

import dev.loam.parallel.CollectiveEvent;
import dev.loam.parallel.Partition;
import dev.loam.parallel.ProcessGroup;
import dev.loam.parallel.Reduction;
import dev.loam.parallel.SoloGroup;
import dev.loam.parallel.Work;
import dev.loam.parallel.reduce.CallChecks;
import dev.loam.parallel.reduce.HostBuffer;
import dev.loam.tensor.Tensor;
import java.util.Objects;

/** A group as one member has it. */
final class MemberGroup implements ProcessGroup {
  private final SharedGroup shared;
  private final int rank;
  private final RankThread thread;
  private long nextNumber;

  private MemberGroup(SharedGroup shared, int rank) {
    this.shared = shared;
    this.rank = rank;
    this.thread = shared.member(rank);
  }

  /** The group as a member has it, by the rank it has in the world. */
  static ProcessGroup of(SharedGroup shared, RankThread member) {
    if (shared.size() == 1) {
      return SoloGroup.of(
          shared.name(), member.worldRank(), new WorldOfOne(shared.world(), member));
    }
    int rank = 0;
    while (shared.member(rank) != member) {
      rank++;
    }
    return new MemberGroup(shared, rank);
  }

  private record WorldOfOne(World world, RankThread member) implements SoloGroup.Context {
    @Override
    public void requireAlive(String operation, String group, String what) {
      if (world.failure() != null) {
        world.throwFailure(operation + " of group " + group + " (" + what + ")");
      }
    }

    @Override
    public void abort(Throwable cause) {
      world.abort(Failure.aborted(member.worldRank(), cause));
    }
  }

  SharedGroup shared() {
    return shared;
  }

  World world() {
    return shared.world();
  }

  RankThread thread() {
    return thread;
  }

  @Override
  public String name() {
    return shared.name();
  }

  @Override
  public int rank() {
    return rank;
  }

  @Override
  public int size() {
    return shared.size();
  }

  @Override
  public int worldRank(int member) {
    CallChecks.requireMember(member, this, "world rank");
    return shared.member(member).worldRank();
  }

  @Override
  public Work allReduce(Tensor buffer, Reduction reduction, String what) {
    CallChecks.requireReducible(buffer, what);
    Call call = call(Kind.ALL_REDUCE, buffer, what);
    call.reduction = reduction;
    return collective(call);
  }

  @Override
  public Work reduceScatter(Tensor buffer, Partition pieces, String what) {
    CallChecks.requireFloats(buffer, what);
    CallChecks.requireCovers(pieces, buffer, this, what);
    Call call = call(Kind.REDUCE_SCATTER, buffer, what);
    call.pieces = pieces;
    return collective(call);
  }

  @Override
  public Work allGather(Tensor buffer, Partition pieces, String what) {
    CallChecks.requireCovers(pieces, buffer, this, what);
    Call call = call(Kind.ALL_GATHER, buffer, what);
    call.pieces = pieces;
    return collective(call);
  }

  @Override
  public Work broadcast(Tensor buffer, int root, String what) {
    CallChecks.requireMember(root, this, what);
    Call call = call(Kind.BROADCAST, buffer, what);
    call.member = root;
    return collective(call);
  }

  @Override
  public Work send(Tensor buffer, int to, int tag, String what) {
    return message(Kind.SEND, buffer, to, tag, what);
  }

  @Override
  public Work receive(Tensor buffer, int from, int tag, String what) {
    return message(Kind.RECEIVE, buffer, from, tag, what);
  }

  @Override
  public Work barrier(String what) {
    return collective(new Call(this, Kind.BARRIER, HostBuffer.empty(), what));
  }

  @Override
  public ProcessGroup split(int color, int key, String name) {
    Call call = new Call(this, Kind.SPLIT, HostBuffer.empty(), name);
    call.member = color;
    call.tag = key;
    collective(call).await();
    return of(Objects.requireNonNull(call.assigned), thread);
  }

  @Override
  public void abort(Throwable cause) {
    world().abort(Failure.aborted(thread.worldRank(), cause));
  }

  private Call call(Kind kind, Tensor buffer, String what) {
    thread.requireCurrent(name());
    return new Call(this, kind, thread.buffer(buffer), what);
  }

  private Work collective(Call call) {
    thread.requireCurrent(name());
    call.number = nextNumber;
    world().requireAlive(call);
    nextNumber++;
    CollectiveEvent event = begun(call);
    shared.arriveAtCollective(rank, call);
    return event.of(call);
  }

  private Work message(Kind kind, Tensor buffer, int peer, int tag, String what) {
    CallChecks.requirePeer(peer, tag, this, what);
    Call call = call(kind, buffer, what);
    call.member = peer;
    call.tag = tag;
    world().requireAlive(call);
    CollectiveEvent event = begun(call);
    shared.arriveAtMessage(rank, call);
    return event.of(call);
  }

  private CollectiveEvent begun(Call call) {
    long bytes = call.buffer.elements() * call.buffer.dtype().bytes();
    return CollectiveEvent.begun(this, call.kind.toString(), bytes, call.what);
  }
}
