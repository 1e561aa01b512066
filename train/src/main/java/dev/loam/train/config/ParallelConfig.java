// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import dev.loam.data.Batches;
import dev.loam.parallel.Layout;
import dev.loam.parallel.pipeline.PipelineSchedule;
import dev.loam.train.ReplicaShare;
import java.time.Duration;

/**
 * How a run is spread over ranks.
 *
 * @param strict whether sums are taken in an order that does not depend on the layout
 * @param dealing how a global batch is dealt out among replicas
 * @param deadline how long a rank waits for others before the run fails
 * @param memoryCheck whether a run is refused that the machine's memory does not suffice for
 */
public record ParallelConfig(
    Layout layout,
    PipelineSchedule schedule,
    boolean strict,
    Batches.Dealing dealing,
    Duration deadline,
    boolean memoryCheck) {
  /** The batches that one data-parallel replica has. */
  public ReplicaShare share(int replica) {
    return new ReplicaShare(replica, layout.dataParallel(), layout.microBatches(), dealing);
  }
}
