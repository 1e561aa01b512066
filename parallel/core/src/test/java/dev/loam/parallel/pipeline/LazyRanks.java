// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.pipeline;

import dev.loam.parallel.Partition;
import dev.loam.parallel.ProcessGroup;
import dev.loam.parallel.RankFailedException;
import dev.loam.parallel.Reduction;
import dev.loam.parallel.Work;
import dev.loam.tensor.Tensor;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Ranks among threads whose messages move as late as the contract allows, so that a buffer used too
 * early shows: data is copied only while its receiver waits, into a buffer that was overwritten
 * when the receive was posted, out of one that is overwritten once sent.
 */
final class LazyRanks {
  private final Map<Route, Deque<Message>> sent = new HashMap<>();
  private final List<List<Message>> receives = new ArrayList<>();

  /** What a rank does. */
  @FunctionalInterface
  interface Body<R> {
    R run(ProcessGroup group) throws Exception;
  }

  private record Route(int from, int to, int tag) {}

  private static final class Message {
    final Tensor tensor;
    final Route route;
    boolean done;

    Message(Tensor tensor, Route route) {
      this.tensor = tensor;
      this.route = route;
    }
  }

  private LazyRanks(int size) {
    for (int i = 0; i < size; i++) {
      receives.add(new ArrayList<>());
    }
  }

  /** Runs all ranks and gives what they return; the first failure is thrown. */
  static <R> List<R> run(int size, Body<R> body) throws Exception {
    LazyRanks ranks = new LazyRanks(size);
    ExecutorService threads = Executors.newFixedThreadPool(size);
    try {
      List<Future<R>> futures = new ArrayList<>();
      for (int i = 0; i < size; i++) {
        Member member = ranks.new Member(i, size);
        futures.add(threads.submit(() -> body.run(member)));
      }
      List<R> results = new ArrayList<>();
      for (Future<R> future : futures) {
        results.add(future.get(30, TimeUnit.SECONDS));
      }
      ranks.requireNothingLeft();
      return results;
    } finally {
      List<Runnable> unused = threads.shutdownNow();
    }
  }

  private synchronized void requireNothingLeft() {
    if (sent.values().stream().anyMatch(queue -> !queue.isEmpty())) {
      throw new AssertionError("sent and never received: " + sent.keySet());
    }
  }

  private static void fill(Tensor tensor, float value) {
    float[] values = new float[(int) tensor.elements()];
    Arrays.fill(values, value);
    Tensor unused = tensor.set(values);
  }

  private synchronized Message send(Tensor tensor, Route route) {
    Message message = new Message(tensor, route);
    sent.computeIfAbsent(route, r -> new ArrayDeque<>()).add(message);
    notifyAll();
    return message;
  }

  private synchronized Message receive(Tensor tensor, Route route) {
    fill(tensor, Float.NaN);
    Message message = new Message(tensor, route);
    receives.get(route.to()).add(message);
    return message;
  }

  private synchronized void await(int rank, Message message, String what) {
    long end = System.nanoTime() + 10_000_000_000L;
    while (true) {
      receives.get(rank).removeIf(this::delivered);
      if (message.done) {
        return;
      }
      if (System.nanoTime() > end) {
        throw new RankFailedException(rank, "rank " + rank + " waits for ever for " + what);
      }
      try {
        wait(100);
      } catch (InterruptedException e) {
        throw new RankFailedException(rank, "interrupted", e);
      }
    }
  }

  private boolean delivered(Message receive) {
    Deque<Message> queue = sent.get(receive.route);
    if (queue == null || queue.isEmpty()) {
      return false;
    }
    Message send = queue.remove();
    if (send.tensor.elements() != receive.tensor.elements()) {
      throw new AssertionError(send.tensor + " sent to " + receive.tensor);
    }
    ByteBuffer data = send.tensor.window(0, send.tensor.elements());
    ByteBuffer unused = receive.tensor.window(0, receive.tensor.elements()).put(data);
    fill(send.tensor, Float.NaN);
    send.done = true;
    receive.done = true;
    notifyAll();
    return true;
  }

  private final class Member implements ProcessGroup {
    private final int rank;
    private final int size;

    Member(int rank, int size) {
      this.rank = rank;
      this.size = size;
    }

    @Override
    public String name() {
      return "pp";
    }

    @Override
    public int rank() {
      return rank;
    }

    @Override
    public int size() {
      return size;
    }

    @Override
    public int worldRank(int member) {
      return member;
    }

    @Override
    public Work send(Tensor buffer, int to, int tag, String what) {
      requireTag(tag);
      return new LazyWork(rank, LazyRanks.this.send(buffer, new Route(rank, to, tag)), what);
    }

    @Override
    public Work receive(Tensor buffer, int from, int tag, String what) {
      requireTag(tag);
      return new LazyWork(rank, LazyRanks.this.receive(buffer, new Route(from, rank, tag)), what);
    }

    private void requireTag(int tag) {
      if (tag < 0 || tag >= 32768) {
        throw new AssertionError("tag " + tag);
      }
    }

    @Override
    public Work allReduce(Tensor buffer, Reduction reduction, String what) {
      throw new UnsupportedOperationException(what);
    }

    @Override
    public Work reduceScatter(Tensor buffer, Partition pieces, String what) {
      throw new UnsupportedOperationException(what);
    }

    @Override
    public Work allGather(Tensor buffer, Partition pieces, String what) {
      throw new UnsupportedOperationException(what);
    }

    @Override
    public Work broadcast(Tensor buffer, int root, String what) {
      throw new UnsupportedOperationException(what);
    }

    @Override
    public Work barrier(String what) {
      throw new UnsupportedOperationException(what);
    }

    @Override
    public ProcessGroup split(int color, int key, String name) {
      throw new UnsupportedOperationException(name);
    }

    @Override
    public void abort(Throwable cause) {
      throw new UnsupportedOperationException(cause);
    }
  }

  private final class LazyWork implements Work {
    private final int rank;
    private final Message message;
    private final String what;

    LazyWork(int rank, Message message, String what) {
      this.rank = rank;
      this.message = message;
      this.what = what;
    }

    @Override
    public boolean isDone() {
      synchronized (LazyRanks.this) {
        return message.done;
      }
    }

    @Override
    public void await(Duration deadline) {
      await();
    }

    @Override
    public void await() {
      LazyRanks.this.await(rank, message, what);
    }

    @Override
    public long completedNanos() {
      throw new UnsupportedOperationException("not measured");
    }
  }
}
