// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.threads;

/** The operations of a group, as messages name them. */
enum Kind {
  ALL_REDUCE("all-reduce"),
  REDUCE_SCATTER("reduce-scatter"),
  ALL_GATHER("all-gather"),
  BROADCAST("broadcast"),
  BARRIER("barrier"),
  SPLIT("split"),
  SEND("send"),
  RECEIVE("receive");

  private final String label;

  Kind(String label) {
    this.label = label;
  }

  /** Between two members only. */
  boolean isMessage() {
    return this == SEND || this == RECEIVE;
  }

  @Override
  public String toString() {
    return label;
  }
}
