// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.monitor;

import dev.loam.train.EpochStep;
import dev.loam.train.StepMetrics;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Locale;

/**
 * The two records that MindFormers' {@code MFLossMonitor} prints of a step.
 *
 * @param flops of the model
 * @param ranks that the work is shared by
 */
record MindFormersLines(ModelFlops flops, int ranks) {
  private static final int BAR = 50;

  /** Losses are not scaled. */
  private static final String LOSS_SCALE = "1.0";

  /**
   * The records of a step.
   *
   * @param secondsLeft until the end of the run
   */
  List<String> of(StepMetrics m, double secondsLeft) {
    double done = 100.0 * m.step() / m.totalSteps();
    int filled = (int) (BAR * m.step() / m.totalSteps());
    long left = (long) secondsLeft;
    return List.of(
        String.format(
            Locale.ROOT,
            "{ %s, loss: %5.6f, per_step_time: %dms, lr: %s, overflow cond: %s, loss_scale: %s,"
                + " global_norm: [%s], train_throughput_per_npu: %.3fT",
            place(m.epoch()),
            m.loss(),
            (long) (m.seconds() * 1000),
            number(m.lr()),
            m.outcome() == StepMetrics.Outcome.SKIPPED_NOT_FINITE ? "True" : "False",
            LOSS_SCALE,
            number(m.gradientNorm()),
            flops.perSecond(m) / ranks / 1e12),
        String.format(
            Locale.ROOT,
            "   %4.1f%% |%s%s| %.5f samples/s/p  %d:%02d:%02d }",
            done,
            "█".repeat(filled),
            " ".repeat(BAR - filled),
            m.samples() / m.seconds() / ranks,
            left / 3600,
            left / 60 % 60,
            left % 60));
  }

  /** Epoch and step as its lines have them. */
  static String place(EpochStep epoch) {
    return String.format(
        Locale.ROOT,
        "Epoch:[%3d/%3d], step:[%5d/%5d]",
        epoch.number(),
        epoch.total(),
        epoch.step(),
        epoch.steps());
  }

  /** The fewest digits that no other float32 is nearer to. */
  private static BigDecimal shortest(float value) {
    BigDecimal exact = new BigDecimal(value);
    int digits = 1;
    while (exact.round(new MathContext(digits)).floatValue() != value) {
      digits++;
    }
    return exact.round(new MathContext(digits)).stripTrailingZeros();
  }

  /** A float32 as Python writes it. */
  static String number(double value) {
    float single = (float) value;
    if (Float.isNaN(single)) {
      return "nan";
    } else if (Float.isInfinite(single)) {
      return single > 0 ? "inf" : "-inf";
    } else if (single == 0) {
      return "0.0";
    }
    BigDecimal exact = shortest(single);
    int exponent = exact.precision() - exact.scale() - 1;
    if (exponent >= -4 && exponent < 16) {
      String plain = exact.toPlainString();
      return plain.contains(".") ? plain : plain + ".0";
    }
    BigDecimal mantissa = exact.movePointLeft(exponent).stripTrailingZeros();
    return String.format(
        Locale.ROOT,
        "%se%s%02d",
        mantissa.toPlainString(),
        exponent < 0 ? "-" : "+",
        Math.abs(exponent));
  }
}
