// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.mpi;

import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;

/**
 * Open MPI, loaded: the handles it exports as symbols, and its functions with their errors turned
 * into exceptions. Handles are the addresses of objects of the library.
 *
 * @param world {@code MPI_COMM_WORLD}
 * @param bytes {@code MPI_BYTE}
 * @param errorsReturn {@code MPI_ERRORS_RETURN}
 * @param noInfo {@code MPI_INFO_NULL}
 * @param version what {@code MPI_Get_library_version} says, its first line
 */
record OpenMpi(long world, long bytes, long errorsReturn, long noInfo, String version) {
  /** A status: source, tag, error, a flag, and the number of bytes as a 64-bit number. */
  static final int STATUS_BYTES = 24;

  private static final int STATUS_TAG = 1;

  static final int STATUS_ERROR = 8;
  static final int STATUS_COUNT = 16;

  /** Starts MPI for this process; from now on errors are returned, not fatal. */
  void initialise() {
    int[] flag = new int[1];
    check(MpiFunctions.MPI_Initialized(flag), "MPI_Initialized");
    if (flag[0] != 0) {
      throw new MpiException("MPI was already used by this process, which it can be only once");
    }
    check(
        MpiFunctions.MPI_Init_thread(0, 0, MpiFunctions.THREAD_FUNNELED, new int[1]),
        "MPI_Init_thread");
    returnErrors(world);
  }

  int rank(long communicator) {
    int[] rank = new int[1];
    check(MpiFunctions.MPI_Comm_rank(communicator, rank), "MPI_Comm_rank");
    return rank[0];
  }

  int size(long communicator) {
    int[] size = new int[1];
    check(MpiFunctions.MPI_Comm_size(communicator, size), "MPI_Comm_size");
    return size[0];
  }

  /** How many ranks of the world run on this machine. */
  int localRanks() {
    long[] made = new long[1];
    check(
        MpiFunctions.MPI_Comm_split_type(world, MpiFunctions.COMM_TYPE_SHARED, 0, noInfo, made),
        "MPI_Comm_split_type");
    return size(made[0]);
  }

  /** A communicator of all members that give the same color, ordered by key and then rank. */
  long split(long communicator, int color, int key) {
    long[] made = new long[1];
    check(MpiFunctions.MPI_Comm_split(communicator, color, key, made), "MPI_Comm_split");
    returnErrors(made[0]);
    return made[0];
  }

  /** The tag of a message from a member that no receive here has taken up, if there is one. */
  OptionalInt probe(long communicator, int member) {
    int[] flag = new int[1];
    int[] status = new int[STATUS_BYTES / Integer.BYTES];
    check(
        MpiFunctions.MPI_Iprobe(member, MpiFunctions.ANY_TAG, communicator, flag, status),
        "MPI_Iprobe");
    return flag[0] == 0 ? OptionalInt.empty() : OptionalInt.of(status[STATUS_TAG]);
  }

  /** Lets MPI work. */
  void advance() {
    OptionalInt unused = probe(world, MpiFunctions.ANY_SOURCE);
  }

  private void returnErrors(long communicator) {
    check(
        MpiFunctions.MPI_Comm_set_errhandler(communicator, errorsReturn),
        "MPI_Comm_set_errhandler");
  }

  static void check(int code, String function) {
    if (code != MpiFunctions.SUCCESS) {
      throw new MpiException(function + " failed: " + describe(code));
    }
  }

  /** What MPI says of an error code. */
  static String describe(int code) {
    byte[] text = new byte[512];
    int[] length = new int[1];
    MpiFunctions.MPI_Error_string(code, text, length);
    return new String(text, 0, length[0], StandardCharsets.UTF_8) + " (code " + code + ")";
  }
}
