// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.mpi;

import dev.loam.parallel.mpi.Message.Use;

/** An operation of all members on one tensor each. */
abstract class Collective extends Operation {
  private final Call call;

  Collective(MpiGroup group, Call call) {
    super(group, call.label());
    this.call = call;
  }

  final Region region() {
    return call.region();
  }

  /** The other members, this one's neighbour first, so that not all talk to the same one first. */
  final int[] others() {
    int size = group().size();
    int[] others = new int[size - 1];
    for (int i = 1; i < size; i++) {
      others[i - 1] = (group().rank() + i) % size;
    }
    return others;
  }

  /** Elements in messages. */
  final Cut messages(long start, long length) {
    return new Cut(start, length, group().limits().messageElements(region().dtype()));
  }

  /** Sends one part of the tensor to a member. */
  final void give(int peer, Cut cut, int index, Use use, int lane) {
    post(true, peer, tag(lane), region().address(cut.start(index)), bytes(cut, index), use, index);
  }

  /** Receives one part of the tensor from a member. */
  final void take(int peer, Cut cut, int index, Use use, int lane) {
    post(false, peer, tag(lane), region().address(cut.start(index)), bytes(cut, index), use, index);
  }

  /** Sends all parts to a member. */
  final void give(int peer, Cut cut, Use use, int lane) {
    for (int i = 0; i < cut.parts(); i++) {
      give(peer, cut, i, use, lane);
    }
  }

  /** Receives all parts from a member. */
  final void take(int peer, Cut cut, Use use, int lane) {
    for (int i = 0; i < cut.parts(); i++) {
      take(peer, cut, i, use, lane);
    }
  }

  /** The tag of the messages in one of four lanes. */
  final int tag(int lane) {
    return Tag.collective(call.kind(), region().dtype(), call.number(), lane);
  }

  final long bytes(Cut cut, int index) {
    return cut.length(index) * region().dtype().bytes();
  }

  /**
   * A call of a collective.
   *
   * @param number among those of its group, from 0
   * @param label names it in messages
   */
  record Call(Kind kind, long number, String label, Region region) {}
}
