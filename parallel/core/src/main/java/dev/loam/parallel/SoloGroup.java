// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel;

import dev.loam.parallel.reduce.CallChecks;
import dev.loam.tensor.Tensor;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A group of one member: every operation is done at once and leaves the tensor as it is. */
public final class SoloGroup implements ProcessGroup {
  /** What a group of one asks of the ranks it belongs to. */
  public interface Context {
    /**
     * Called at the start of each operation.
     *
     * @param operation such as {@code all-reduce}
     * @param group its name
     * @param what names the tensor
     * @throws RankFailedException if a rank has failed
     */
    void requireAlive(String operation, String group, String what);

    /** See {@link ProcessGroup#abort}. */
    void abort(Throwable cause);
  }

  private final String name;
  private final int worldRank;
  private final Context context;

  private SoloGroup(String name, int worldRank, Context context) {
    this.name = name;
    this.worldRank = worldRank;
    this.context = context;
  }

  /** A world of one rank. */
  public static ProcessGroup of() {
    return of("world", 0, new OwnContext());
  }

  /** A group of one among other ranks; for transports. */
  public static ProcessGroup of(String name, int worldRank, Context context) {
    return new SoloGroup(name, worldRank, context);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int rank() {
    return 0;
  }

  @Override
  public int size() {
    return 1;
  }

  @Override
  public int worldRank(int member) {
    CallChecks.requireMember(member, this, "world rank");
    return worldRank;
  }

  @Override
  public Work allReduce(Tensor buffer, Reduction reduction, String what) {
    CallChecks.requireReducible(buffer, what);
    return done("all-reduce", buffer, what);
  }

  @Override
  public Work reduceScatter(Tensor buffer, Partition pieces, String what) {
    CallChecks.requireFloats(buffer, what);
    CallChecks.requireCovers(pieces, buffer, this, what);
    return done("reduce-scatter", buffer, what);
  }

  @Override
  public Work allGather(Tensor buffer, Partition pieces, String what) {
    CallChecks.requireCovers(pieces, buffer, this, what);
    return done("all-gather", buffer, what);
  }

  @Override
  public Work broadcast(Tensor buffer, int root, String what) {
    CallChecks.requireMember(root, this, what);
    return done("broadcast", buffer, what);
  }

  @Override
  public Work send(Tensor buffer, int to, int tag, String what) {
    CallChecks.requirePeer(to, tag, this, what);
    throw new AssertionError("a group of one has no other member");
  }

  @Override
  public Work receive(Tensor buffer, int from, int tag, String what) {
    return send(buffer, from, tag, what);
  }

  @Override
  public Work barrier(String what) {
    return done("barrier", what);
  }

  @Override
  public ProcessGroup split(int color, int key, String newName) {
    context.requireAlive("split", name, newName);
    return new SoloGroup(newName, worldRank, context);
  }

  @Override
  public void abort(Throwable cause) {
    context.abort(cause);
  }

  private Work done(String operation, Tensor buffer, String what) {
    CallChecks.requireHostMemory(buffer);
    return done(operation, what);
  }

  private Work done(String operation, String what) {
    context.requireAlive(operation, name, what);
    return new Done(System.nanoTime());
  }

  private record Done(@Override long completedNanos) implements Work {
    @Override
    public boolean isDone() {
      return true;
    }

    @Override
    public void await(Duration deadline) {}

    @Override
    public void await() {}
  }

  /** Of a world of one. */
  private static final class OwnContext implements Context {
    private final AtomicReference<@Nullable Throwable> aborted = new AtomicReference<>();

    @Override
    public void requireAlive(String operation, String group, String what) {
      Throwable cause = aborted.get();
      if (cause != null) {
        throw new RankFailedException(
            0,
            "rank 0 aborted: "
                + cause
                + "; no "
                + operation
                + " of group "
                + group
                + " ("
                + what
                + ")",
            cause);
      }
    }

    @Override
    public void abort(Throwable cause) {
      aborted.compareAndSet(null, cause);
    }
  }
}
