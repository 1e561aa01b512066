// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.formats;

import dev.loam.model.ParameterCatalog.Division;
import dev.loam.tensor.Shape;

/**
 * A tensor of MindSpore Transformers.
 *
 * @param shape in the whole model
 * @param division what each tensor-parallel rank has of it
 */
record MindFormersTensor(String name, Shape shape, Division division) {
  /** Whether it has a row for each token, which ranks divide or not as an option says. */
  boolean isVocabulary() {
    return name.startsWith("embedding.") || name.startsWith("output_layer.");
  }
}
