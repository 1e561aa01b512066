// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.mpi;

import dev.loam.parallel.mpi.Message.Use;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The division of a group. Members tell each other their color and key before they make the
 * communicator together, which MPI does without a deadline: so the wait for a missing member is a
 * wait for its message.
 */
final class Split extends Collective {
  private static final int WORDS = 2;

  private final int color;
  private List<Integer> members = List.of();
  private long communicator;

  /**
   * A call.
   *
   * @param call with a region of two I64 for each member, this one's color and key in place
   */
  Split(MpiGroup group, Call call, int color) {
    super(group, call);
    this.color = color;
  }

  @Override
  void start() {
    Cut words = new Cut(0, region().elements(), WORDS);
    for (int peer : others()) {
      take(peer, words, peer, Use.TAKE, 0);
      give(peer, words, group().rank(), Use.GIVE, 0);
    }
  }

  @Override
  void finish() {
    members =
        IntStream.range(0, group().size())
            .filter(member -> word(member, 0) == color)
            .boxed()
            .sorted(Comparator.comparingLong((Integer member) -> word(member, 1)))
            .toList();
    // Any color will do, but MPI wants one that is not negative: the first member's rank.
    int mpiColor = members.stream().mapToInt(Integer::intValue).min().orElseThrow();
    int mpiKey = members.indexOf(group().rank());
    communicator = group().context().mpi().split(group().communicator(), mpiColor, mpiKey);
  }

  private long word(int member, int index) {
    return region().host().window(0).getLong((member * WORDS + index) * Long.BYTES);
  }

  /** The members of this one's new group, by their ranks in the old one; once it is done. */
  List<Integer> members() {
    return members;
  }

  long newCommunicator() {
    return communicator;
  }
}
