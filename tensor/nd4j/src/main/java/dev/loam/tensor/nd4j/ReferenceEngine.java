// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.nd4j;

import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.DType;
import dev.loam.tensor.Engine;
import dev.loam.tensor.EngineThreads;
import dev.loam.tensor.EngineUse;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.nd4j.common.config.ND4JSystemProperties;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Computes in float64 on the CPU. Each kernel takes one core, whatever its lease was granted:
 * ND4J's number of threads is the process's, and tensors here are small.
 */
final class ReferenceEngine implements Engine {
  static final String NAME = "reference";

  private final EngineThreads threads;
  private final Set<Nd4jArena> arenas = ConcurrentHashMap.newKeySet();

  ReferenceEngine() {
    // A library is quiet at start-up, unless its user asked otherwise.
    if (System.getProperty(ND4JSystemProperties.LOG_INITIALIZATION) == null) {
      System.setProperty(ND4JSystemProperties.LOG_INITIALIZATION, "false");
    }
    Nd4j.getEnvironment().setMaxThreads(1);
    Nd4j.getEnvironment().setMaxMasterThreads(1);
    Nd4j.factory().blas().setMaxThreads(1);
    threads =
        new EngineThreads("loam-reference", Runtime.getRuntime().availableProcessors(), n -> {});
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public DType computeType() {
    return DType.F64;
  }

  @Override
  public int threadBudget() {
    return threads.budget();
  }

  @Override
  public EngineUse use() {
    long tensors = arenas.stream().mapToLong(Nd4jArena::tensors).sum();
    return new EngineUse(threads.leases(), arenas.size(), tensors);
  }

  @Override
  public ComputeLease lease(int wanted) {
    return new ReferenceLease(threads.lease(wanted), arenas);
  }
}
