// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.formats;

import dev.loam.checkpoint.safetensors.SafetensorsType;
import dev.loam.tensor.DType;
import java.util.Collection;
import java.util.Set;

/** The types of weights on their way from one file to another. */
final class WeightTypes {
  /** The types that weights may have. */
  static final Set<SafetensorsType> ALLOWED =
      Set.of(SafetensorsType.F64, SafetensorsType.F32, SafetensorsType.BF16, SafetensorsType.F16);

  private WeightTypes() {}

  /** The type that stores tensors of these types, of at least one, in one without loss. */
  static SafetensorsType common(Collection<SafetensorsType> types) {
    Set<SafetensorsType> distinct = Set.copyOf(types);
    if (distinct.size() == 1) {
      return distinct.iterator().next();
    }
    return distinct.contains(SafetensorsType.F64) ? SafetensorsType.F64 : SafetensorsType.F32;
  }

  /** The type in memory that takes all sources and can be stored as the target. */
  static DType memory(Collection<SafetensorsType> sources, SafetensorsType target) {
    if (target == SafetensorsType.F64) {
      return DType.F64;
    }
    boolean asIs =
        target == SafetensorsType.BF16 && Set.copyOf(sources).equals(Set.of(SafetensorsType.BF16));
    return asIs ? DType.BF16 : DType.F32;
  }

  /** As {@code config.json} calls it. */
  static String huggingFaceName(SafetensorsType type) {
    return switch (type) {
      case F64 -> "float64";
      case BF16 -> "bfloat16";
      case F16 -> "float16";
      default -> "float32";
    };
  }
}
