// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.torch;

import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import dev.loam.tensor.Arena;
import dev.loam.tensor.CheckedKernels;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.DType;
import dev.loam.tensor.Device;
import dev.loam.tensor.Engine;
import dev.loam.tensor.EngineException;
import dev.loam.tensor.EngineThreads;
import dev.loam.tensor.EngineUse;
import dev.loam.tensor.Kernels;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/**
 * The default engine: kernels written in TorchScript, run by libtorch through DJL's PyTorch engine.
 * Computes in float32. There is one in a process, because libtorch's thread settings and DJL's
 * engine are the process's.
 */
public final class TorchEngine implements Engine {
  private final DjlInternals djl;
  private final PtNDManager manager;
  private final TorchScriptModule module;
  private final MatrixProducts products;
  private final EngineThreads threads;
  private final Set<TorchArena> arenas = ConcurrentHashMap.newKeySet();

  /** Loads libtorch when the engine is first asked for, and not before. */
  private static final class Holder {
    private static final TorchEngine ENGINE = new TorchEngine();
  }

  private TorchEngine() {
    // Without this DJL fetches libraries it does not find over the network.
    if (System.getProperty("ai.djl.offline") == null) {
      System.setProperty("ai.djl.offline", "true");
    }
    try {
      ai.djl.engine.Engine engine = ai.djl.engine.Engine.getEngine("PyTorch");
      manager = (PtNDManager) engine.newBaseManager(ai.djl.Device.cpu());
    } catch (RuntimeException | LinkageError e) {
      throw new EngineException(
          "libtorch could not be loaded: put pytorch-native-cpu for this system on the class path, or"
              + " name a libtorch with PYTORCH_LIBRARY_PATH: "
              + e.getMessage(),
          e);
    }
    djl = new DjlInternals();
    module = new TorchScriptModule(djl, manager, TorchScriptModule.KERNELS);
    products = products(OneDnnProducts.WORTH_COMPILING);
    threads =
        new EngineThreads(
            "loam-torch", Runtime.getRuntime().availableProcessors(), TorchEngine::prepareThread);
  }

  static TorchEngine get() {
    return Holder.ENGINE;
  }

  private MatrixProducts products(long leastWorkOfOneDnn) {
    MatrixProducts byLibtorch = new LibtorchProducts(module);
    return new RowProducts(
        module, OneDnnProducts.orElse(byLibtorch, leastWorkOfOneDnn, djl, manager));
  }

  /** Kernels that leave small products to oneDNN too, for tests, whose products are small. */
  Kernels kernelsOfSmallProducts() {
    return new CheckedKernels(new TorchKernels(module, products(0)), DType.F32, () -> true);
  }

  /** These three belong to the thread that sets them. */
  private static void prepareThread(int computeThreads) {
    JniUtils.setGradMode(false);
    JniUtils.setGraphExecutorOptimize(false);
    JniUtils.setNumThreads(computeThreads);
  }

  @Override
  public String name() {
    return "torch";
  }

  @Override
  public DType computeType() {
    return DType.F32;
  }

  @Override
  public int threadBudget() {
    return threads.budget();
  }

  @Override
  public ComputeLease lease(int wanted) {
    return new Lease(threads.lease(wanted));
  }

  @Override
  public EngineUse use() {
    long arrays =
        Stream.concat(Stream.of(manager), arenas.stream().map(TorchArena::manager))
            .mapToLong(owner -> owner.getManagedArrays().size())
            .sum();
    return new EngineUse(threads.leases(), arenas.size(), arrays + djl.live());
  }

  private final class Lease implements ComputeLease {
    private final EngineThreads.Worker worker;
    private final Kernels kernels;
    private boolean closed;

    Lease(EngineThreads.Worker worker) {
      this.worker = worker;
      this.kernels =
          new CheckedKernels(
              new TorchKernels(module, products), DType.F32, () -> !closed && worker.isCurrent());
    }

    @Override
    public int threads() {
      return worker.threads();
    }

    @Override
    public Kernels kernels() {
      return kernels;
    }

    @Override
    public DType computeType() {
      return DType.F32;
    }

    @Override
    public Arena newArena(Device device) {
      TorchArena arena = new TorchArena(djl, module, manager, device, arenas::remove);
      arenas.add(arena);
      return arena;
    }

    @Override
    public <R> R call(Callable<R> work) {
      if (closed) {
        throw new IllegalStateException("the compute lease is closed");
      }
      return worker.call(work);
    }

    @Override
    public <R> Future<R> submit(Callable<R> work) {
      if (closed) {
        throw new IllegalStateException("the compute lease is closed");
      }
      return worker.submit(work);
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        worker.close();
      }
    }
  }
}
