// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.threads;

import dev.loam.parallel.Partition;
import dev.loam.parallel.Reduction;
import dev.loam.parallel.reduce.HostBuffer;
import dev.loam.parallel.reduce.TreeReducer;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Where the calls of one operation meet. When all are here it is cut into chunks, which any thread
 * may take; it is done when the last chunk is.
 *
 * <p>Used again for later operations. A thread that comes late and still means an earlier one then
 * takes a chunk of the present one, which is as well: what a chunk is is read after it was taken.
 */
final class Operation {
  private final RankThread[] members;
  private final @Nullable Call[] calls;
  private final HostBuffer[] buffers;
  private final AtomicInteger untaken = new AtomicInteger();
  private final AtomicInteger unfinished = new AtomicInteger();
  private int arrived;
  private int collected;
  private int chunks;
  private int chunkElements;
  private long completedNanos;
  private volatile boolean done;

  Operation(int size) {
    members = new RankThread[size];
    calls = new @Nullable Call[size];
    buffers = new HostBuffer[size];
  }

  // Under the lock of the group.

  /** Says who is to come. */
  void expect(int index, RankThread member) {
    members[index] = member;
  }

  /** The call of the member that came first. */
  @Nullable Call anyCall() {
    for (Call call : calls) {
      if (call != null) {
        return call;
      }
    }
    return null;
  }

  @Nullable Call call(int index) {
    return calls[index];
  }

  /** Whether a call takes part in it. */
  boolean isOf(Call call) {
    return Arrays.asList(calls).contains(call);
  }

  boolean isMessage() {
    Call call = calls[0];
    return call != null && call.kind.isMessage();
  }

  /** A member comes. Whether it is the last. */
  boolean arrive(int index, Call call) {
    calls[index] = call;
    buffers[index] = call.buffer;
    return ++arrived == calls.length;
  }

  /** A member has seen the end. Whether it is the last, and this can be used again. */
  boolean collect() {
    if (++collected < calls.length) {
      return false;
    }
    for (int i = 0; i < calls.length; i++) {
      calls[i] = null;
      buffers[i] = HostBuffer.empty();
    }
    arrived = 0;
    collected = 0;
    done = false;
    return true;
  }

  // By the member that came last, alone.

  /** Gives the chunks away. */
  int start(int chunkBytes) {
    chunkElements = Math.max(1, chunkBytes / buffers[0].dtype().bytes());
    long elements = buffers[0].elements();
    chunks = Math.toIntExact((elements + chunkElements - 1) / chunkElements);
    int count = chunks;
    if (count == 0) {
      complete();
    } else {
      unfinished.set(count);
      untaken.set(count);
    }
    return count;
  }

  // By any thread.

  int size() {
    return calls.length;
  }

  RankThread member(int index) {
    return members[index];
  }

  boolean isDone() {
    return done;
  }

  /** Meaningful once it is done. */
  long completedNanos() {
    return completedNanos;
  }

  /** A chunk that is the caller's to run, or -1 if none is left. */
  int take() {
    int left = untaken.get();
    while (left > 0 && !untaken.compareAndSet(left, left - 1)) {
      left = untaken.get();
    }
    return left > 0 ? chunks - left : -1;
  }

  /** Runs a chunk that was taken. */
  void run(int chunk, TreeReducer reducer) {
    Call call = calls[0];
    if (call == null) {
      throw new IllegalStateException("a chunk of an operation that nobody called");
    }
    long start = (long) chunk * chunkElements;
    long end = Math.min(start + chunkElements, call.buffer.elements());
    switch (call.kind) {
      case ALL_REDUCE -> reducer.reduceToAll(call.reduction, buffers, start, end - start);
      case REDUCE_SCATTER -> {
        for (int m = 0; m < buffers.length; m++) {
          long from = Math.max(start, call.pieces.start(m));
          long to = Math.min(end, end(call.pieces, m));
          if (from < to) {
            reducer.reduceTo(buffers[m], Reduction.SUM, buffers, from, to - from);
          }
        }
      }
      case ALL_GATHER -> {
        for (int m = 0; m < buffers.length; m++) {
          copy(m, Math.max(start, call.pieces.start(m)), Math.min(end, end(call.pieces, m)));
        }
      }
      case BROADCAST -> copy(call.member, start, end);
      case SEND, RECEIVE -> copy(0, start, end);
      case BARRIER, SPLIT -> throw new IllegalStateException(call.kind + " has no elements");
    }
  }

  /** A chunk was run. */
  void finish() {
    if (unfinished.decrementAndGet() == 0) {
      complete();
    }
  }

  /** Ends the waiting of members that wait for this. */
  void wake() {
    for (RankThread member : members) {
      member.wake(this);
    }
  }

  /** Whether a member waits, and so takes chunks. */
  boolean isAwaited() {
    for (RankThread member : members) {
      if (member.waitsFor(this)) {
        return true;
      }
    }
    return false;
  }

  private void complete() {
    completedNanos = System.nanoTime();
    done = true;
    wake();
  }

  private static long end(Partition pieces, int piece) {
    return pieces.start(piece) + pieces.length(piece);
  }

  private void copy(int source, long from, long to) {
    if (from < to) {
      for (int m = 0; m < buffers.length; m++) {
        if (m != source) {
          buffers[source].copyTo(from, buffers[m], from, to - from);
        }
      }
    }
  }
}
