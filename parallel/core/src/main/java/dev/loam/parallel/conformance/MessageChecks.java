// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.conformance;

import dev.loam.parallel.ProcessGroup;
import dev.loam.parallel.Reduction;
import dev.loam.parallel.Work;
import dev.loam.parallel.conformance.Conformance.Check;
import dev.loam.tensor.Arena;
import dev.loam.tensor.DType;
import dev.loam.tensor.Tensor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Messages, and operations that are under way beside each other. */
final class MessageChecks {
  private static final int MAX_TAG = 32767;

  private MessageChecks() {}

  static List<Check> all() {
    return List.of(
        new Check("messages around a ring", MessageChecks::ring),
        new Check("messages received in another order of tags", MessageChecks::tags),
        new Check("messages of one tag keep their order", MessageChecks::sameTag),
        new Check("a receive is not done before there is a message", MessageChecks::notDone),
        new Check("many operations under way", MessageChecks::outstanding),
        new Check("operations under way while computing", MessageChecks::computing));
  }

  private static void ring(ProcessGroup world, Arena arena) {
    if (world.size() == 1) {
      return;
    }
    int next = (world.rank() + 1) % world.size();
    int previous = (world.rank() + world.size() - 1) % world.size();
    for (DType dtype : new DType[] {DType.F32, DType.F64, DType.I64}) {
      Pattern[] members = Expect.members(dtype, world);
      for (long size : new long[] {0, 1, 7, 4097, 1_000_003}) {
        Tensor out = arena.allocate(dtype, size);
        Tensor in = arena.allocate(dtype, size);
        members[world.rank()].fill(out, 0);
        Work sent = world.send(out, next, MAX_TAG, "out");
        Work received = world.receive(in, previous, MAX_TAG, "in");
        received.await();
        sent.await();
        members[previous].require(in, 0, dtype + " of size " + size);
        members[world.rank()].require(out, 0, "what was sent");
      }
    }
  }

  private static void tags(ProcessGroup world, Arena arena) {
    exchange(world, arena, new int[] {1, 2, 3, 0}, new int[] {3, 0, 2, 1});
  }

  private static void sameTag(ProcessGroup world, Arena arena) {
    exchange(world, arena, new int[] {5, 5, 6, 5}, new int[] {6, 5, 5, 5});
  }

  /** From every member to the last; the n-th message of a tag carries that number. */
  private static void exchange(ProcessGroup world, Arena arena, int[] sent, int[] received) {
    int last = world.size() - 1;
    List<Work> works = new ArrayList<>();
    if (world.rank() < last) {
      int[] count = new int[8];
      for (int tag : sent) {
        Tensor message = arena.allocate(DType.F32, 1000).set(new float[1000]);
        message.rows(0, 2).set(tag, count[tag]++);
        works.add(world.send(message, last, tag, "tag " + tag));
      }
      works.forEach(Work::await);
      return;
    }
    List<Tensor> messages = new ArrayList<>();
    for (int tag : received) {
      for (int from = 0; from < last; from++) {
        messages.add(arena.allocate(DType.F32, 1000));
        works.add(world.receive(messages.get(messages.size() - 1), from, tag, "tag " + tag));
      }
    }
    works.forEach(Work::await);
    int[] count = new int[8];
    int at = 0;
    for (int tag : received) {
      for (int from = 0; from < last; from++) {
        float[] message = messages.get(at++).toFloats();
        Expect.equal(message[0], (float) tag, "the tag of a message from " + from);
        Expect.equal(message[1], (float) count[tag], "the number of a message with tag " + tag);
      }
      count[tag]++;
    }
  }

  private static void notDone(ProcessGroup world, Arena arena) {
    int last = world.size() - 1;
    if (last == 0) {
      return;
    }
    Tensor message = arena.allocate(DType.F64, 1).set(2.5);
    if (world.rank() == last) {
      message.set(0);
      Work work = world.receive(message, 0, 7, "late");
      Expect.isTrue(!work.isDone(), "done before anything was sent");
      try {
        throw new AssertionError("done at " + work.completedNanos() + " before it was sent");
      } catch (IllegalStateException expected) {
        world.barrier("before the message").await();
      }
      work.await(Duration.ofSeconds(60));
      Expect.isTrue(work.isDone(), "not done after it was awaited");
      Expect.equal(message.toDoubles()[0], 2.5, "the message");
    } else {
      world.barrier("before the message").await();
      if (world.rank() == 0) {
        world.send(message, last, 7, "late").await();
      }
    }
  }

  private static void outstanding(ProcessGroup world, Arena arena) {
    Pattern[] members = Expect.members(DType.F32, world);
    Pattern expected = Pattern.reduced(Reduction.SUM, members);
    int next = (world.rank() + 1) % world.size();
    int previous = (world.rank() + world.size() - 1) % world.size();
    List<Work> works = new ArrayList<>();
    List<Tensor> sums = new ArrayList<>();
    List<Tensor> received = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      Tensor sum = arena.allocate(DType.F32, 101 + i);
      members[world.rank()].fill(sum, i);
      sums.add(sum);
      works.add(world.allReduce(sum, Reduction.SUM, "sum " + i));
      if (world.size() > 1) {
        Tensor message = arena.allocate(DType.F32, 50);
        members[world.rank()].fill(message, i);
        works.add(world.send(message, next, i % 3, "message " + i));
        Tensor in = arena.allocate(DType.F32, 50);
        received.add(in);
        works.add(world.receive(in, previous, i % 3, "message " + i));
      }
    }
    for (int i = works.size() - 1; i >= 0; i--) {
      works.get(i).await();
    }
    for (int i = 0; i < sums.size(); i++) {
      expected.require(sums.get(i), i, "sum " + i);
    }
    for (int i = 0; i < received.size(); i++) {
      members[previous].require(received.get(i), i, "message " + i);
    }
  }

  private static void computing(ProcessGroup world, Arena arena) {
    Pattern[] members = Expect.members(DType.F64, world);
    Tensor buffer = arena.allocate(DType.F64, 400_009);
    members[world.rank()].fill(buffer, 0);
    long before = System.nanoTime();
    Work work = world.allReduce(buffer, Reduction.SUM, "beside computing");
    double x = 0;
    for (int i = 0; i < 1_000_000; i++) {
      x += Math.sqrt(i);
    }
    Expect.isTrue(x > 0, "no square roots");
    work.await();
    work.await();
    long completed = work.completedNanos();
    Expect.isTrue(completed - before >= 0, "done before it was started");
    Expect.isTrue(System.nanoTime() - completed >= 0, "done after it was awaited");
    Expect.equal(work.completedNanos(), completed, "the time asked for again");
    Pattern.reduced(Reduction.SUM, members).require(buffer, 0, "the sum");
  }
}
