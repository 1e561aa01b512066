// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.torch;

/**
 * A value of a torch file. Values form a graph: one may be reached in several ways, and a hostile
 * file can make one that contains itself, so whoever walks through them needs a limit.
 */
public sealed interface TorchValue
    permits TorchDict, TorchOpaque, TorchScalar, TorchSequence, TorchTensor {}
