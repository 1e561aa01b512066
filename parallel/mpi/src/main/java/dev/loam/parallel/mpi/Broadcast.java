// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.mpi;

import dev.loam.parallel.Partition;
import dev.loam.parallel.mpi.Message.Use;

/**
 * The root sends a piece to each member, and these pass theirs on to each other, so that the root
 * sends every element once. A small tensor it sends to each member itself.
 */
final class Broadcast extends Collective {
  private static final int FROM_ROOT = 0;
  private static final int PASSED_ON = 1;

  /** In how many chunks a piece is passed on, where neither they nor messages get too small. */
  private static final int CHUNKS = 32;

  private static final int SMALLEST_CHUNK_BYTES = 1 << 18;

  private final int root;
  private final boolean direct;
  private final Partition pieces;
  private final boolean[] arrived;
  private int passedOn;

  Broadcast(MpiGroup group, Call call, int root) {
    super(group, call);
    this.root = root;
    long elements = region().elements();
    long bytes = elements * region().dtype().bytes();
    direct = group.size() == 2 || bytes <= group.limits().smallBytes();
    pieces = Partition.even(elements, group.size() - 1);
    arrived = new boolean[direct || isRoot() ? 0 : chunks(group.rank()).parts()];
  }

  private boolean isRoot() {
    return group().rank() == root;
  }

  @Override
  void start() {
    if (direct) {
      Cut whole = messages(0, region().elements());
      if (isRoot()) {
        for (int peer : others()) {
          give(peer, whole, Use.SHARE, FROM_ROOT);
        }
      } else {
        take(root, whole, Use.FINAL, FROM_ROOT);
      }
    } else if (isRoot()) {
      for (int peer : others()) {
        give(peer, chunks(peer), Use.SHARE, FROM_ROOT);
      }
    } else {
      take(root, chunks(group().rank()), Use.TAKE, FROM_ROOT);
      for (int peer : others()) {
        if (peer != root) {
          take(peer, chunks(peer), Use.FINAL, PASSED_ON);
        }
      }
    }
  }

  @Override
  void completed(Message message) {
    if (message.use() != Use.TAKE) {
      return;
    }
    arrived[message.index()] = true;
    // In order, as the others receive them, though they may be done in another one.
    for (; passedOn < arrived.length && arrived[passedOn]; passedOn++) {
      for (int peer : others()) {
        if (peer != root) {
          give(peer, chunks(group().rank()), passedOn, Use.SHARE, PASSED_ON);
        }
      }
    }
  }

  /** The piece of a member that is not the root. */
  private Cut chunks(int member) {
    int piece = member < root ? member : member - 1;
    long length = pieces.length(piece);
    long smallest = SMALLEST_CHUNK_BYTES / region().dtype().bytes();
    long most = group().limits().messageElements(region().dtype());
    return new Cut(
        pieces.start(piece), length, Math.min(most, Math.max(smallest, length / CHUNKS)));
  }
}
