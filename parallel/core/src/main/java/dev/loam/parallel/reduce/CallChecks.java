// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.reduce;

import dev.loam.parallel.Partition;
import dev.loam.parallel.ProcessGroup;
import dev.loam.tensor.DType;
import dev.loam.tensor.Device;
import dev.loam.tensor.Tensor;

/** What every transport asks of the arguments of an operation. */
public final class CallChecks {
  private static final int TAGS = 32768;

  private CallChecks() {}

  /** The tensor lies back to back in host memory. */
  public static void requireHostMemory(Tensor tensor) {
    if (!tensor.isContiguous()) {
      throw new IllegalArgumentException("ranks exchange contiguous tensors, not " + tensor);
    }
    if (!tensor.device().equals(Device.cpu())) {
      throw new IllegalArgumentException("this transport reads CPU memory, not " + tensor);
    }
  }

  /** An all-reduce can be made of it. */
  public static void requireReducible(Tensor tensor, String what) {
    if (tensor.dtype() == DType.BF16) {
      throw new IllegalArgumentException(
          what + ": F32, F64 and I64 are reduced, not " + tensor.dtype());
    }
  }

  /** A reduce-scatter can be made of it. */
  public static void requireFloats(Tensor tensor, String what) {
    if (tensor.dtype() != DType.F32 && tensor.dtype() != DType.F64) {
      throw new IllegalArgumentException(
          what + ": F32 and F64 are reduced and scattered, not " + tensor.dtype());
    }
  }

  /** The pieces are one for each member and cover the tensor. */
  public static void requireCovers(
      Partition pieces, Tensor tensor, ProcessGroup group, String what) {
    if (pieces.pieces() != group.size() || pieces.elements() != tensor.elements()) {
      throw new IllegalArgumentException(
          what + ": " + pieces + " does not cut " + tensor + " into " + group.size() + " pieces");
    }
  }

  /** There is such a member. */
  public static void requireMember(int member, ProcessGroup group, String what) {
    if (member < 0 || member >= group.size()) {
      throw new IllegalArgumentException(
          what + ": group " + group.name() + " of " + group.size() + " has no member " + member);
    }
  }

  /** There is such a member, it is another one, and the tag is in range. */
  public static void requirePeer(int member, int tag, ProcessGroup group, String what) {
    requireMember(member, group, what);
    if (member == group.rank()) {
      throw new IllegalArgumentException(what + ": member " + member + " exchanges with itself");
    }
    if (tag < 0 || tag >= TAGS) {
      throw new IllegalArgumentException(
          what + ": tags are from 0 to " + (TAGS - 1) + ", not " + tag);
    }
  }
}
