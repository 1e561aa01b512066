// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.blend;

import java.util.Arrays;

/**
 * How many samples are made of each dataset so that a blend does not run out: half a percent more
 * than its share, in one of two ways. The number matters beyond being enough, since it decides how
 * many epochs there are and thereby the order of the samples.
 */
public enum SurplusRule {
  /** The share, rounded up; half a percent more of each dataset; the blend has the shares. */
  MEGATRON {
    @Override
    Sizes sizes(double[] weights, long size) {
      long[] shares = new long[weights.length];
      long[] requested = new long[weights.length];
      for (int i = 0; i < weights.length; i++) {
        shares[i] = (long) Math.ceil(size * weights[i]);
        requested[i] = (long) Math.ceil(shares[i] * (1 + SURPLUS));
      }
      return new Sizes(requested, Arrays.stream(shares).sum());
    }
  },

  /** Half a percent more than the share, rounded up once; the blend has all of it. */
  MINDFORMERS {
    @Override
    Sizes sizes(double[] weights, long size) {
      long[] requested = new long[weights.length];
      for (int i = 0; i < weights.length; i++) {
        requested[i] = (long) Math.ceil(size * weights[i] * FACTOR);
      }
      return new Sizes(requested, Arrays.stream(requested).sum());
    }
  };

  private static final double SURPLUS = 0.005;
  private static final double FACTOR = 1.005;

  /**
   * How large things are to be.
   *
   * @param requested samples to request of each dataset
   * @param blended samples in the blend
   */
  @SuppressWarnings("ArrayRecordComponent") // Handed from one place to another, never kept.
  record Sizes(long[] requested, long blended) {}

  /** The sizes for weights whose sum is 1 and so many samples wanted. */
  abstract Sizes sizes(double[] weights, long size);
}
