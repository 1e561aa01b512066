// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.nd4j;

import dev.loam.tensor.Engine;
import dev.loam.tensor.EngineException;
import dev.loam.tensor.EngineProvider;

/** Makes the reference engine known as {@code reference}. */
public final class ReferenceEngineProvider implements EngineProvider {
  private static final class Holder {
    static final Engine ENGINE = new ReferenceEngine();
  }

  /** For {@link java.util.ServiceLoader}. */
  public ReferenceEngineProvider() {}

  @Override
  public String name() {
    return ReferenceEngine.NAME;
  }

  @Override
  public Engine engine() {
    try {
      return Holder.ENGINE;
    } catch (LinkageError e) {
      throw new EngineException(
          "ND4J cannot start; are its native libraries for this platform on the class path?", e);
    }
  }
}
