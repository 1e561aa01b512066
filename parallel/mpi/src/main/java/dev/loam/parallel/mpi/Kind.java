// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.mpi;

/** Kinds of operations, by the names messages give them. At most 16. */
enum Kind {
  ALL_REDUCE_SUM("all-reduce (sum)"),
  ALL_REDUCE_MAX("all-reduce (max)"),
  REDUCE_SCATTER("reduce-scatter"),
  ALL_GATHER("all-gather"),
  BROADCAST("broadcast"),
  BARRIER("barrier"),
  SPLIT("split"),
  SEND("send"),
  RECEIVE("receive");

  private final String text;

  Kind(String text) {
    this.text = text;
  }

  String text() {
    return text;
  }
}
