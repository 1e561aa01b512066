// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.torch;

import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.LibUtils;
import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import dev.loam.tensor.DType;
import dev.loam.tensor.Device;
import dev.loam.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Matrix products by oneDNN, which libtorch contains but takes for bfloat16 alone; its float32
 * products come from MKL, which is slower on some processors. libtorch's own function is called
 * with libtorch's tensors, past TorchScript, which has no operator that leads there and writes to a
 * given tensor. Left to libtorch are products that the function would copy operands for, those so
 * small that compiling code for their shape, which oneDNN does and keeps, does not pay, and all
 * where the function or the instructions it asks for are missing.
 *
 * <p>A C++ exception would end the process: shapes, types and overlaps were checked by {@link
 * dev.loam.tensor.CheckedKernels}, and the function refuses nothing that {@link #takes} lets
 * through.
 */
final class OneDnnProducts implements MatrixProducts {
  private static final Logger LOG = LoggerFactory.getLogger(OneDnnProducts.class);

  /**
   * {@code at::native::mkldnn_matmul(a, b, y, beta, alpha)}; the name encodes the arguments' types.
   */
  private static final String FUNCTION = "_ZN2at6native13mkldnn_matmulERKNS_6TensorES3_S3_ff";

  /** Of taller results, the gradient of a whole vocabulary, libtorch's own product was faster. */
  private static final long MOST_ROWS = 65_536;

  /**
   * Multiplications that take about as long as compiling, 0.3 ms. Rows of many lengths are as many
   * shapes.
   */
  static final long WORTH_COMPILING = 1 << 24;

  private final Function function;
  private final MatrixProducts otherwise;
  private final long leastWork;

  private OneDnnProducts(Function function, MatrixProducts otherwise, long leastWork) {
    this.function = function;
    this.otherwise = otherwise;
    this.leastWork = leastWork;
  }

  /**
   * Products by oneDNN where libtorch has it, by libtorch where not.
   *
   * @param leastWork multiplications of the smallest product that oneDNN computes
   */
  static MatrixProducts orElse(
      MatrixProducts products, long leastWork, DjlInternals djl, PtNDManager manager) {
    try {
      TorchScriptModule module = new TorchScriptModule(djl, manager, List.of("onednn.py"));
      if (!module.call("is_supported").answer()) {
        return products;
      }
      String library = System.mapLibraryName("torch_cpu");
      Path path = Path.of(LibUtils.getLibtorchPath()).resolve(library);
      Function function = NativeLibrary.getInstance(path.toString()).getFunction(FUNCTION);
      return new OneDnnProducts(function, products, leastWork);
    } catch (RuntimeException | UnsatisfiedLinkError e) {
      LOG.debug("this libtorch has no oneDNN, or does not export its products: {}", e.getMessage());
      return products;
    }
  }

  @Override
  public void multiply(Tensor a, Tensor b, double scale, boolean add, Tensor y) {
    if (!takes(a, b, y) || scale == 0) {
      otherwise.multiply(a, b, scale, add, y);
      return;
    }
    TorchStorage aStorage = (TorchStorage) a.storage();
    TorchStorage bStorage = (TorchStorage) b.storage();
    TorchStorage yStorage = (TorchStorage) y.storage();
    long aHandle = aStorage.handle(a);
    long bHandle = bStorage.handle(b);
    long yHandle = yStorage.handle(y);
    float beta = add ? 1 : 0;
    function.invokeVoid(new Object[] {aHandle, bHandle, yHandle, beta, (float) scale});
    aStorage.trimViews();
    bStorage.trimViews();
    yStorage.trimViews();
  }

  private boolean takes(Tensor a, Tensor b, Tensor y) {
    long work = y.elements() * a.size(a.rank() - 1);
    return work >= leastWork
        && work > 0
        && y.dtype() == DType.F32
        && y.device().equals(Device.cpu())
        && y.size(0) <= MOST_ROWS
        && (y.rank() == 3 || (y.isContiguous() && isPlain(a) && isPlain(b)));
  }

  /** Contiguous, or the transpose of what is. */
  private static boolean isPlain(Tensor tensor) {
    return tensor.isContiguous() || tensor.transpose(0, 1).isContiguous();
  }
}
