// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.mpi;

/**
 * The functions of MPI 3.1 that are used, by JNA direct mapping to Open MPI. Handles and addresses
 * are longs. All are called by the progress thread only.
 */
@SuppressWarnings("MemberName") // the names are those of the MPI standard
final class MpiFunctions {
  static final int SUCCESS = 0;

  /** Only the thread that initialised MPI calls it. */
  static final int THREAD_FUNNELED = 1;

  static final int ANY_SOURCE = -1;
  static final int ANY_TAG = -1;
  static final int COMM_TYPE_SHARED = 0;
  static final int ERR_TRUNCATE = 15;
  static final int ERR_IN_STATUS = 18;

  /** What {@code MPI_Testsome} counts when no request is active. */
  static final int UNDEFINED = -32766;

  private MpiFunctions() {}

  static native int MPI_Initialized(int[] flag);

  static native int MPI_Init_thread(long argc, long argv, int required, int[] provided);

  static native int MPI_Comm_rank(long comm, int[] rank);

  static native int MPI_Comm_size(long comm, int[] size);

  static native int MPI_Comm_split(long comm, int color, int key, long[] made);

  static native int MPI_Comm_split_type(long comm, int type, int key, long info, long[] made);

  static native int MPI_Comm_set_errhandler(long comm, long handler);

  static native int MPI_Isend(
      long address, int count, long type, int to, int tag, long comm, long request);

  static native int MPI_Irecv(
      long address, int count, long type, int from, int tag, long comm, long request);

  static native int MPI_Testsome(
      int count, long requests, long completed, long indices, long statuses);

  static native int MPI_Iprobe(int from, int tag, long comm, int[] flag, int[] status);

  static native int MPI_Error_string(int code, byte[] text, int[] length);

  static native int MPI_Finalize();

  static native int MPI_Abort(long comm, int code);
}
