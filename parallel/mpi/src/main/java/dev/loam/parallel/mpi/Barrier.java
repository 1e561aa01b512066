// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.mpi;

import dev.loam.parallel.mpi.Message.Use;

/** An empty message from everyone to everyone, so that everyone knows who is missing. */
final class Barrier extends Collective {
  Barrier(MpiGroup group, Call call) {
    super(group, call);
  }

  @Override
  void start() {
    for (int peer : others()) {
      post(false, peer, tag(0), 0, 0, Use.TAKE, 0);
      post(true, peer, tag(0), 0, 0, Use.GIVE, 0);
    }
  }
}
