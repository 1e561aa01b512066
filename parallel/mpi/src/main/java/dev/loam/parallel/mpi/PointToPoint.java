// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.mpi;

import dev.loam.parallel.mpi.Message.Use;

/** A tensor from one member to another, cut into messages. */
final class PointToPoint extends Operation {
  private final Region region;
  private final boolean sending;
  private final int peer;
  private final int tag;

  PointToPoint(MpiGroup group, String label, Region region, boolean sending, int peer, int tag) {
    super(group, label);
    this.region = region;
    this.sending = sending;
    this.peer = peer;
    this.tag = tag;
  }

  @Override
  void start() {
    long elements = region.elements();
    long most = group().limits().messageElements(region.dtype());
    long done = 0;
    do {
      long n = Math.min(most, elements - done);
      boolean last = done + n == elements;
      post(
          sending,
          peer,
          Tag.message(tag, region.dtype(), last),
          region.address(done),
          n * region.dtype().bytes(),
          sending ? Use.GIVE : Use.TAKE,
          0);
      done += n;
    } while (done < elements);
  }
}
