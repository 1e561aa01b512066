// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.mpi;

import dev.loam.parallel.mpi.Message.Use;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Who has not taken part in an operation.
 *
 * @param rank the first of them, in the world
 * @param text names all, such as {@code ranks 1, 3 did not take part}, and what they did instead
 */
record Absence(int rank, String text) {
  /**
   * Looks at the messages that are missing. On the progress thread.
   *
   * @param pending all messages under way
   */
  static Absence of(Operation operation, List<Message> pending) {
    // What a member has by itself tells most: results are late where others wait for someone too.
    // An operation without messages waits for its turn behind others of its group.
    List<Predicate<Message>> signs =
        List.of(
            m -> m.owner() == operation && m.use() == Use.TAKE,
            m -> m.owner() == operation && m.use() == Use.FINAL,
            m -> m.owner() == operation,
            m -> m.owner().group() == operation.group());
    return signs.stream()
        .map(sign -> missing(operation.group(), pending.stream().filter(sign).toList()))
        .filter(missing -> !missing.isEmpty())
        .findFirst()
        .map(Absence::of)
        .orElseGet(() -> unknown(operation));
  }

  /** When nothing can be known. */
  static Absence unknown(Operation operation) {
    MpiGroup group = operation.group();
    return new Absence(
        group.worldRank(group.rank()),
        "one of the ranks " + group.members() + " did not take part");
  }

  /** The other ends of messages by their world ranks, and what each does instead. */
  private static SortedMap<Integer, String> missing(MpiGroup group, List<Message> messages) {
    SortedMap<Integer, String> missing = new TreeMap<>();
    for (Message message : messages) {
      int rank = group.worldRank(message.peer());
      missing.computeIfAbsent(
          rank,
          r ->
              group
                  .waitingFrom(message.peer())
                  .map(other -> " (rank " + r + " is in " + other + ")")
                  .orElse(""));
    }
    return missing;
  }

  private static Absence of(SortedMap<Integer, String> missing) {
    String ranks =
        missing.keySet().stream().map(Object::toString).collect(Collectors.joining(", "));
    return new Absence(
        missing.firstKey(),
        (missing.size() == 1 ? "rank " : "ranks ")
            + ranks
            + " did not take part"
            + String.join("", missing.values()));
  }
}
