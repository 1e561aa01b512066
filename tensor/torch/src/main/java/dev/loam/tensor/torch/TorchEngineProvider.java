// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.torch;

import dev.loam.tensor.Engine;
import dev.loam.tensor.EngineProvider;

/** Finds the torch engine for {@link Engine#named}. */
public final class TorchEngineProvider implements EngineProvider {
  /** For {@link java.util.ServiceLoader}. */
  public TorchEngineProvider() {}

  @Override
  public String name() {
    return "torch";
  }

  @Override
  public Engine engine() {
    return TorchEngine.get();
  }
}
