// SPDX-License-Identifier: Apache-2.0
/**
 * The files of PyTorch's {@code torch.save}: a zip archive of stored entries, {@code
 * <root>/data.pkl} with a pickle of everything but the tensors' elements, {@code <root>/data/<key>}
 * with the elements of one storage each, {@code <root>/version} and {@code <root>/byteorder}.
 *
 * <p>A pickle is a program. Here it is interpreted as data: tensors, dicts, lists, texts and
 * numbers are understood, whatever else it names becomes an inert placeholder, and nothing is ever
 * loaded or run on its behalf. Memory is bounded by {@link dev.loam.checkpoint.torch.TorchLimits}.
 *
 * @see <a href="https://docs.pytorch.org/docs/stable/notes/serialization.html">Serialization
 *     semantics of PyTorch</a>
 */
@NullMarked
package dev.loam.checkpoint.torch;

import org.jspecify.annotations.NullMarked;
