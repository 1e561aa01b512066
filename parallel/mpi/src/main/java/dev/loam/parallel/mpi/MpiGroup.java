// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.mpi;

import dev.loam.parallel.CollectiveEvent;
import dev.loam.parallel.Partition;
import dev.loam.parallel.ProcessGroup;
import dev.loam.parallel.RankFailedException;
import dev.loam.parallel.Reduction;
import dev.loam.parallel.Work;
import dev.loam.parallel.mpi.Collective.Call;
import dev.loam.parallel.reduce.CallChecks;
import dev.loam.tensor.DType;
import dev.loam.tensor.HostMemory;
import dev.loam.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/** The members of a communicator. */
final class MpiGroup implements ProcessGroup {
  private final Context context;
  private final String name;
  private final long communicator;
  private final int rank;
  private final List<Integer> members;
  private final Buffers buffers = new Buffers();
  private final ReduceQueue reduceQueue = new ReduceQueue();
  private long collectives;
  private long messages;

  /**
   * A group.
   *
   * @param rank this member's
   * @param members the world ranks of all members
   */
  MpiGroup(Context context, String name, long communicator, int rank, List<Integer> members) {
    this.context = context;
    this.name = name;
    this.communicator = communicator;
    this.rank = rank;
    this.members = List.copyOf(members);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int rank() {
    return rank;
  }

  @Override
  public int size() {
    return members.size();
  }

  @Override
  public int worldRank(int member) {
    return members.get(member);
  }

  @Override
  public Work allReduce(Tensor buffer, Reduction reduction, String what) {
    CallChecks.requireReducible(buffer, what);
    Kind kind = reduction == Reduction.SUM ? Kind.ALL_REDUCE_SUM : Kind.ALL_REDUCE_MAX;
    long bytes = buffer.elements() * buffer.dtype().bytes();
    if (bytes <= limits().smallBytes()) {
      return collective(
          kind,
          buffer,
          what,
          call -> new SmallReduce(this, call, reduction, buffers.take(bytes * (size() - 1))));
    }
    Partition pieces = Partition.even(buffer.elements(), size());
    return collective(
        kind, buffer, what, call -> new PieceReduce(this, call, pieces, reduction, true));
  }

  @Override
  public Work reduceScatter(Tensor buffer, Partition pieces, String what) {
    CallChecks.requireFloats(buffer, what);
    CallChecks.requireCovers(pieces, buffer, this, what);
    return collective(
        Kind.REDUCE_SCATTER,
        buffer,
        what,
        call -> new PieceReduce(this, call, pieces, Reduction.SUM, false));
  }

  @Override
  public Work allGather(Tensor buffer, Partition pieces, String what) {
    CallChecks.requireCovers(pieces, buffer, this, what);
    return collective(Kind.ALL_GATHER, buffer, what, call -> new AllGather(this, call, pieces));
  }

  @Override
  public Work broadcast(Tensor buffer, int root, String what) {
    CallChecks.requireMember(root, this, what);
    return collective(Kind.BROADCAST, buffer, what, call -> new Broadcast(this, call, root));
  }

  @Override
  public Work barrier(String what) {
    Tensor nothing = HostMemory.allocate(DType.I64, 0);
    return collective(Kind.BARRIER, nothing, what, call -> new Barrier(this, call));
  }

  @Override
  public Work send(Tensor buffer, int to, int tag, String what) {
    CallChecks.requirePeer(to, tag, this, what);
    String label = label(Kind.SEND, messages++, what) + " to rank " + worldRank(to);
    return recorded(
        Kind.SEND,
        buffer,
        what,
        new PointToPoint(this, label, Region.of(buffer, what), true, to, tag));
  }

  @Override
  public Work receive(Tensor buffer, int from, int tag, String what) {
    CallChecks.requirePeer(from, tag, this, what);
    String label = label(Kind.RECEIVE, messages++, what) + " from rank " + worldRank(from);
    return recorded(
        Kind.RECEIVE,
        buffer,
        what,
        new PointToPoint(this, label, Region.of(buffer, what), false, from, tag));
  }

  @Override
  public ProcessGroup split(int color, int key, String newName) {
    if (size() == 1) {
      return new MpiGroup(context, newName, communicator, 0, members);
    }
    Tensor words = HostMemory.allocate(DType.I64, 2L * size());
    Tensor unused = words.narrow(0, 2L * rank, 2).set(new long[] {color, key});
    Call call = call(Kind.SPLIT, words, newName);
    Split split = context.start(new Split(this, call, color));
    split.await();
    return new MpiGroup(
        context,
        newName,
        split.newCommunicator(),
        split.members().indexOf(rank),
        split.members().stream().map(members::get).toList());
  }

  @Override
  public void abort(Throwable cause) {
    RankFailedException unused =
        context
            .failure()
            .raiseAndAwaitQuiet(
                new RankFailedException(
                    context.worldRank(),
                    "rank " + context.worldRank() + " failed: " + cause,
                    cause));
  }

  private Work collective(
      Kind kind, Tensor buffer, String what, Function<Call, Operation> operation) {
    Call call = call(kind, buffer, what);
    if (size() == 1) {
      context.failure().check();
      return new Done(System.nanoTime());
    }
    return recorded(kind, buffer, what, operation.apply(call));
  }

  private Work recorded(Kind kind, Tensor buffer, String what, Operation operation) {
    long bytes = buffer.elements() * buffer.dtype().bytes();
    CollectiveEvent event = CollectiveEvent.begun(this, kind.text(), bytes, what);
    return event.of(context.start(operation));
  }

  private Call call(Kind kind, Tensor buffer, String what) {
    Region region = Region.of(buffer, what);
    long number = collectives++;
    return new Call(kind, number, label(kind, number, what), region);
  }

  private String label(Kind kind, long number, String what) {
    return kind.text() + " #" + number + " of group " + name + " (" + what + ")";
  }

  /** What a member has sent that nothing here waits for yet. On the progress thread. */
  Optional<String> waitingFrom(int member) {
    OptionalInt tag = context.mpi().probe(communicator, member);
    return tag.isPresent() ? Optional.of(Tag.describe(tag.getAsInt())) : Optional.empty();
  }

  Context context() {
    return context;
  }

  Limits limits() {
    return context.settings().limits();
  }

  long communicator() {
    return communicator;
  }

  /** The world ranks of all members. */
  List<Integer> members() {
    return members;
  }

  Buffers buffers() {
    return buffers;
  }

  /** On the progress thread. */
  ReduceQueue reduceQueue() {
    return reduceQueue;
  }
}
