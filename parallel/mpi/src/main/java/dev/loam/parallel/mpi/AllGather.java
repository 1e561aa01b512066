// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.mpi;

import dev.loam.parallel.Partition;
import dev.loam.parallel.mpi.Message.Use;

/** Every member sends its piece to every other. */
final class AllGather extends Collective {
  private final Partition pieces;

  AllGather(MpiGroup group, Call call, Partition pieces) {
    super(group, call);
    this.pieces = pieces;
  }

  @Override
  void start() {
    for (int peer : others()) {
      take(peer, piece(peer), Use.TAKE, 0);
      give(peer, piece(group().rank()), Use.GIVE, 0);
    }
  }

  private Cut piece(int member) {
    return messages(pieces.start(member), pieces.length(member));
  }
}
