// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.mpi;

import dev.loam.parallel.Reduction;
import dev.loam.parallel.mpi.Message.Use;
import dev.loam.parallel.reduce.HostBuffer;
import java.nio.ByteBuffer;

/** An all-reduce of few bytes: every member sends all of them to every other, and each combines. */
final class SmallReduce extends Collective {
  private final Reduction reduction;
  private final ByteBuffer memory;
  private final Region staging;

  /**
   * A call.
   *
   * @param memory for the tensors of all other members
   */
  SmallReduce(MpiGroup group, Call call, Reduction reduction, ByteBuffer memory) {
    super(group, call);
    this.reduction = reduction;
    this.memory = memory;
    staging = Region.of(memory, region().dtype(), label());
  }

  @Override
  void start() {
    Cut whole = new Cut(0, region().elements(), Math.max(1, region().elements()));
    for (int peer : others()) {
      for (int i = 0; i < whole.parts(); i++) {
        post(false, peer, tag(0), staging.address(slot(peer)), bytes(whole, i), Use.TAKE, i);
      }
      give(peer, whole, Use.GIVE, 0);
    }
  }

  @Override
  void finish() {
    long elements = region().elements();
    HostBuffer[] members = new HostBuffer[group().size()];
    members[group().rank()] = region().host();
    for (int peer : others()) {
      members[peer] = staging.host().part(slot(peer), elements);
    }
    group()
        .context()
        .progress()
        .reducer()
        .reduceTo(region().host(), reduction, members, 0, elements);
    group().buffers().give(memory);
  }

  private long slot(int peer) {
    return (peer < group().rank() ? peer : peer - 1) * region().elements();
  }
}
