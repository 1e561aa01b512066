// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.torch;

import dev.loam.tensor.DType;
import dev.loam.tensor.Device;
import dev.loam.tensor.Tensor;
import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * Forward kernels of a single token, as when one is decoded, and copies of as few elements, on the
 * JVM: a call of libtorch would take several times as long as the arithmetic.
 */
final class TokenKernels {
  /** More are worth a call of libtorch, which takes both cores to them. */
  private static final long MOST_ELEMENTS = 1 << 14;

  private TokenKernels() {}

  /** Whether x is of a single token, dimension 0 being tokens, and the others can be read here. */
  static boolean takes(Tensor x, Tensor... others) {
    return x.rank() > 1
        && x.size(0) == 1
        && x.elements() <= MOST_ELEMENTS
        && x.dtype() == DType.F32
        && isPlain(x)
        && Arrays.stream(others).allMatch(TokenKernels::isPlain);
  }

  /** Whether x can be rotated here: the tables may have gaps between their rows. */
  static boolean rotates(Tensor xTND, Tensor cosPE, Tensor sinPE, Tensor yTND) {
    return takes(xTND, yTND) && cosPE.stride(1) == 1 && sinPE.stride(1) == 1;
  }

  /** Whether x can be copied to y here. */
  static boolean copies(Tensor x, Tensor y) {
    return x.elements() <= MOST_ELEMENTS && x.dtype() == y.dtype() && isPlain(x) && isPlain(y);
  }

  private static boolean isPlain(Tensor x) {
    return x.isContiguous() && x.device().equals(Device.cpu());
  }

  static void copy(Tensor x, Tensor y) {
    y.window(0, y.elements()).put(x.window(0, x.elements()));
  }

  static void rmsNorm(Tensor x, Tensor weightH, double eps, Tensor y, Tensor factor) {
    int rows = (int) factor.elements();
    float[] weight = read(weightH);
    int size = weight.length;
    float[] row = new float[size];
    FloatBuffer from = floats(x);
    FloatBuffer to = floats(y);
    FloatBuffer factors = floats(factor);
    for (int i = 0; i < rows; i++) {
      from.get(row);
      double squares = 0;
      for (float value : row) {
        squares += (double) value * value;
      }
      float r = (float) (1 / Math.sqrt(squares / size + eps));
      for (int h = 0; h < size; h++) {
        row[h] = row[h] * r * weight[h];
      }
      to.put(row);
      factors.put(r);
    }
  }

  static void rotary(Tensor xTND, Tensor cosPE, Tensor sinPE, Tensor positionsT, Tensor yTND) {
    long position = positionsT.window(0, 1).asLongBuffer().get();
    float[] cos = read(cosPE.rows(position, 1));
    float[] sin = read(sinPE.rows(position, 1));
    int half = cos.length;
    float[] head = new float[2 * half];
    float[] turned = new float[2 * half];
    FloatBuffer from = floats(xTND);
    FloatBuffer to = floats(yTND);
    for (long n = 0; n < xTND.size(1); n++) {
      from.get(head);
      for (int d = 0; d < half; d++) {
        turned[d] = head[d] * cos[d] - head[half + d] * sin[d];
        turned[half + d] = head[half + d] * cos[d] + head[d] * sin[d];
      }
      to.put(turned);
    }
  }

  private static float[] read(Tensor x) {
    float[] values = new float[(int) x.elements()];
    floats(x).get(values);
    return values;
  }

  private static FloatBuffer floats(Tensor x) {
    return x.window(0, x.elements()).asFloatBuffer();
  }
}
