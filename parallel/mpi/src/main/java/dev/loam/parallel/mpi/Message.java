// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.mpi;

/**
 * One message under way.
 *
 * @param owner is told when it is done
 * @param sending or receiving
 * @param peer the other member's rank in the owner's group
 * @param tag as {@link Tag} makes it
 * @param address of the first byte
 * @param bytes that are sent, or must arrive
 * @param use what the owner means by it
 * @param index which of those
 */
record Message(
    Operation owner,
    boolean sending,
    int peer,
    int tag,
    long address,
    int bytes,
    Use use,
    int index) {
  /** What a message is for. */
  enum Use {
    /** A part of this member's tensor, to the member that sums it or needs it. */
    GIVE,
    /** A part of another member's tensor. */
    TAKE,
    /** A part that is final, to a member. */
    SHARE,
    /** A part that is final, from a member. */
    FINAL
  }
}
