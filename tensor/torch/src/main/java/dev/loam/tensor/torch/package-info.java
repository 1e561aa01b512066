// SPDX-License-Identifier: Apache-2.0
/** Default engine: TorchScript kernels on DJL's PyTorch engine. */
@NullMarked
package dev.loam.tensor.torch;

import org.jspecify.annotations.NullMarked;
