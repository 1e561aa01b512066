// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor;

/** How {@link Engine#named} finds engines, through {@link java.util.ServiceLoader}. */
public interface EngineProvider {
  /** The name users ask for. */
  String name();

  /** The process's one engine of this kind, started when first asked for. */
  Engine engine();
}
