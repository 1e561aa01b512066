// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel;

import dev.loam.tensor.Tensor;

/**
 * Ranks that act together: each member calls the same operations in the same order, each with its
 * own tensor. Operations start at once and run beside the caller's computation; a tensor given to
 * one must not be read or written until its {@link Work} is awaited.
 *
 * <p>Collectives work in place on contiguous tensors of one type and size. A sum adds the ranks'
 * values pairwise, as a tree that halves the ranks ({@code [0, n)} is {@code [0, n/2)} plus {@code
 * [n/2, n)}), in the tensor's own type; so it has the same bits on every member, at every run and
 * over every transport.
 *
 * <p>Failure is fail-stop: when a member fails, aborts, or does not take part within the deadline,
 * every pending and later operation of every rank of the context throws a {@link
 * RankFailedException}. A group is used by one thread, that of its rank.
 */
public interface ProcessGroup {
  /** What this group is for, in messages: {@code world}, {@code dp}, {@code tp}. */
  String name();

  /** This member's number, from 0. */
  int rank();

  /** The number of members. */
  int size();

  /** The rank that a member has in the world. */
  int worldRank(int member);

  /**
   * Combines the members' tensors; all receive the result.
   *
   * @param buffer F32, F64 or I64
   * @param what names the tensor in messages
   */
  Work allReduce(Tensor buffer, Reduction reduction, String what);

  /**
   * Sums the members' tensors piece by piece: each member receives the sum of its piece in place;
   * the rest of its tensor is unspecified afterwards.
   *
   * @param buffer F32 or F64
   * @param pieces one for each member, covering the tensor
   */
  Work reduceScatter(Tensor buffer, Partition pieces, String what);

  /**
   * Each member gives its piece of the tensor and receives all others in place.
   *
   * @param buffer of any type
   * @param pieces one for each member, covering the tensor
   */
  Work allGather(Tensor buffer, Partition pieces, String what);

  /** All members receive the root's tensor, of any type. */
  Work broadcast(Tensor buffer, int root, String what);

  /**
   * Sends a tensor of any type to a member.
   *
   * @param tag tells messages between the same two members apart; at least 0 and below 32768
   */
  Work send(Tensor buffer, int to, int tag, String what);

  /** Receives what a member sends with the same tag; type and size must agree. */
  Work receive(Tensor buffer, int from, int tag, String what);

  /** Done when all members have come here. */
  Work barrier(String what);

  /**
   * Divides this group: members with the same color form a group, ordered by key and then by rank.
   * Waits for all members.
   *
   * @param name of the new group
   */
  ProcessGroup split(int color, int key, String name);

  /** Ends the whole context: every rank's pending and later operations fail, naming the cause. */
  void abort(Throwable cause);
}
