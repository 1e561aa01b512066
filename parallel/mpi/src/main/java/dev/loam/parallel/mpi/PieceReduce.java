// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.mpi;

import dev.loam.parallel.Partition;
import dev.loam.parallel.Reduction;
import dev.loam.parallel.mpi.Message.Use;
import dev.loam.parallel.reduce.HostBuffer;
import java.nio.ByteBuffer;

/**
 * A reduce-scatter, or an all-reduce of many bytes: every member receives all others' values of its
 * piece, chunk by chunk, and combines them; for an all-reduce it then sends the result to all
 * others.
 *
 * <p>Two chunks of each member are under way at a time, each in its own half of the staging memory.
 * Chunks with an even number and those with an odd one have tags of their own, as these two may
 * overtake each other.
 */
final class PieceReduce extends Collective {
  private static final int DEPTH = 2;
  private static final int GIVEN = 0;
  private static final int RESULT = DEPTH;

  private final Partition pieces;
  private final Reduction reduction;
  private final boolean gather;
  private final long chunk;
  private final HostBuffer own;
  private final int[] missing = new int[DEPTH];
  private ByteBuffer memory = ByteBuffer.allocate(0);
  private Region staging;

  PieceReduce(MpiGroup group, Call call, Partition pieces, Reduction reduction, boolean gather) {
    super(group, call);
    this.pieces = pieces;
    this.reduction = reduction;
    this.gather = gather;
    chunk = group.limits().chunkElements(region().dtype(), group.size());
    own = region().host();
    staging = region();
  }

  @Override
  void start() {
    hold();
    group().reduceQueue().add(this);
  }

  /** How much memory {@link #proceed} needs. */
  long stagingBytes() {
    long largest = Math.min(chunk, pieces.length(group().rank()));
    return largest * DEPTH * (group().size() - 1) * region().dtype().bytes();
  }

  /** Starts, now that it is this operation's turn. */
  void proceed(ByteBuffer stagingMemory) {
    memory = stagingMemory;
    staging = Region.of(memory, region().dtype(), label());
    for (int i = 0; i < DEPTH; i++) {
      receive(i);
      for (int peer : others()) {
        send(peer, i);
      }
    }
    release();
  }

  @Override
  void finish() {
    group().reduceQueue().done(memory);
  }

  @Override
  void completed(Message message) {
    int index = message.index();
    switch (message.use()) {
      case GIVE -> {
        send(message.peer(), index + DEPTH);
        if (gather) {
          // The member's values have left this chunk, so the result may arrive in it.
          take(message.peer(), piece(message.peer()), index, Use.FINAL, RESULT + index % DEPTH);
        }
      }
      case TAKE -> {
        missing[index % DEPTH]--;
        if (missing[index % DEPTH] == 0) {
          combine(index);
          receive(index + DEPTH);
        }
      }
      case SHARE, FINAL -> {}
    }
  }

  private void send(int peer, int index) {
    if (index < piece(peer).parts()) {
      give(peer, piece(peer), index, Use.GIVE, GIVEN + index % DEPTH);
    }
  }

  private void receive(int index) {
    Cut piece = piece(group().rank());
    if (index < piece.parts()) {
      missing[index % DEPTH] = group().size() - 1;
      for (int peer : others()) {
        post(
            false,
            peer,
            tag(GIVEN + index % DEPTH),
            staging.address(slot(peer, index)),
            bytes(piece, index),
            Use.TAKE,
            index);
      }
    }
  }

  private void combine(int index) {
    Cut piece = piece(group().rank());
    long length = piece.length(index);
    HostBuffer[] members = new HostBuffer[group().size()];
    HostBuffer result = own.part(piece.start(index), length);
    members[group().rank()] = result;
    for (int peer : others()) {
      members[peer] = staging.host().part(slot(peer, index), length);
    }
    group().context().progress().reducer().reduceTo(result, reduction, members, 0, length);
    if (gather) {
      for (int peer : others()) {
        give(peer, piece, index, Use.SHARE, RESULT + index % DEPTH);
      }
    }
  }

  private Cut piece(int member) {
    return new Cut(pieces.start(member), pieces.length(member), chunk);
  }

  private long slot(int peer, int index) {
    int other = peer < group().rank() ? peer : peer - 1;
    long largest = Math.min(chunk, pieces.length(group().rank()));
    return (index % DEPTH * (group().size() - 1L) + other) * largest;
  }
}
