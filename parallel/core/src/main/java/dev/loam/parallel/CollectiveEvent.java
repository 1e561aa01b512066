// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/**
 * An operation of a {@link ProcessGroup} of more than one rank, for Java Flight Recorder: from its
 * start until it has been awaited. Costs next to nothing while nobody records.
 */
@Name("dev.loam.Collective")
@Label("Collective")
@Description("An operation of a process group, from its start until it has been awaited")
@Category("Loam")
@StackTrace(false)
public final class CollectiveEvent extends Event {
  @Label("Operation")
  String operation = "";

  @Label("Group")
  String group = "";

  @Label("What")
  @Description("The tensor or the purpose, as messages name it")
  String what = "";

  @Label("Bytes")
  @Description("The size of the tensor on this rank")
  @DataAmount
  long bytes;

  @Label("Rank")
  @Description("Of the world")
  int rank;

  @Label("Transfer time")
  @Description("From the start until it was done, awaited or not")
  @Timespan
  long transfer;

  private transient long startNanos;

  private CollectiveEvent() {}

  /**
   * Of an operation that a member of a group starts now.
   *
   * @param operation what it is called
   * @param bytes the size of the tensor
   * @param what names the tensor
   */
  public static CollectiveEvent begun(
      ProcessGroup group, String operation, long bytes, String what) {
    CollectiveEvent event = new CollectiveEvent();
    if (event.isEnabled()) {
      event.operation = operation;
      event.group = group.name();
      event.what = what;
      event.bytes = bytes;
      event.rank = group.worldRank(group.rank());
      event.startNanos = System.nanoTime();
      event.begin();
    }
    return event;
  }

  /** The operation, which is recorded once it has been awaited, if anyone wants it. */
  public Work of(Work work) {
    // Not as one expression: a type common to both would have to be found by the recorder, which
    // rewrites this class and cannot see ours.
    if (startNanos == 0) {
      return work;
    }
    return new RecordedWork(work, this);
  }

  void ended(long completedNanos) {
    transfer = completedNanos - startNanos;
    commit();
  }
}
