// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.torch;

import dev.loam.checkpoint.safetensors.SafetensorsType;
import dev.loam.tensor.Shape;

/**
 * A tensor of a torch file.
 *
 * @param type the type of its elements
 * @param shape its shape
 * @param position the first byte of its first element in the file
 * @param contiguous whether its elements lie back to back in row-major order; only such tensors can
 *     be read
 */
public record TorchTensor(SafetensorsType type, Shape shape, long position, boolean contiguous)
    implements TorchValue {}
