// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.torch;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The inert placeholder of a Python object that has no meaning here: an {@code argparse.Namespace},
 * the state of a random number generator, an optimizer. It knows the name of what would make the
 * object, and the state the object would be given.
 */
public sealed class TorchOpaque implements TorchValue permits PickledGlobal, PickledStorage {
  private final String module;
  private final String simpleName;
  private @Nullable TorchValue state;

  TorchOpaque(String module, String simpleName) {
    this.module = module;
    this.simpleName = simpleName;
  }

  /** The module and name of its class or function, such as {@code argparse.Namespace}. */
  public final String name() {
    return module + "." + simpleName;
  }

  /** Its attributes, as a rule a {@link TorchDict}. */
  public final Optional<TorchValue> state() {
    return Optional.ofNullable(state);
  }

  /** A placeholder for what calling this would give. */
  final TorchOpaque result() {
    return new TorchOpaque(module, simpleName);
  }

  final void setState(TorchValue given) {
    state = given;
  }
}
