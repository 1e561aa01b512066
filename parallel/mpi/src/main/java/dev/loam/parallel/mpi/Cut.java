// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.mpi;

/**
 * A run of elements in parts of one size, the last one what is left.
 *
 * @param start the first element
 * @param length of the run
 * @param most elements of a part
 */
record Cut(long start, long length, long most) {
  int parts() {
    return Math.toIntExact((length + most - 1) / most);
  }

  long start(int part) {
    return start + part * most;
  }

  long length(int part) {
    return Math.min(most, length - part * most);
  }
}
