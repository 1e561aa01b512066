// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import dev.loam.train.config.LrConfig.Kind;
import dev.loam.train.config.LrConfig.Length;
import java.util.List;
import java.util.Optional;

/** Reads {@code lr_schedule}, {@code lr_scale} and {@code lr_scale_factor}. */
final class LrSection {
  private static final List<String> TYPES =
      List.of(
          "ConstantWarmUpLR",
          "LinearWithWarmUpLR",
          "CosineWithWarmUpLR",
          "CosineWithRestartsAndWarmUpLR",
          "PolynomialWithWarmUpLR",
          "ConstantWithCoolDownLR",
          "WarmUpStableDecayLR",
          "InverseSquareRootWithWarmUpLR",
          "CosineAnnealingLR",
          "CosineAnnealingWarmRestarts");

  private final Section root;
  private final Section section;

  private LrSection(Section root) {
    this.root = root;
    this.section = root.section("lr_schedule");
  }

  /**
   * Reads them.
   *
   * @param samples of all ranks' micro batches together, which {@code lr_scale} goes by
   */
  static LrConfig read(Section root, boolean compat, long samples) {
    return new LrSection(root).read(compat, samples);
  }

  private LrConfig read(boolean compat, long samples) {
    String type = section.choice("type", TYPES).orElse(TYPES.get(0));
    boolean annealing = type.startsWith("CosineAnnealing");
    String top = annealing ? "base_lr" : "learning_rate";
    if (!section.has(top)) {
      section.problem(top, "is missing");
    }
    double rate = rate(top, 0) * scale(samples);
    Length warmUp = annealing ? new Length.Steps(0) : warmUp();
    double warmUpInit = annealing ? 0 : rate("warmup_lr_init", 0);
    Optional<Long> total = section.integer("total_steps").filter(steps -> steps > 0);
    Kind kind = kind(type);
    section.integer("step_offset");
    ignoreThoseOfOthers();
    section.finish();
    return new LrConfig(kind, rate, warmUp, warmUpInit, total, compat);
  }

  private Kind kind(String type) {
    return switch (type) {
      case "LinearWithWarmUpLR" -> new Kind.Linear();
      case "CosineWithWarmUpLR" -> new Kind.Cosine(rate("lr_end", 0), cycles(0.5), decay("decay"));
      case "CosineWithRestartsAndWarmUpLR" ->
          new Kind.CosineWithRestarts(rate("lr_end", 0), cycles(1));
      case "PolynomialWithWarmUpLR" ->
          new Kind.Polynomial(
              rate("lr_end", 1e-7),
              section.number("power", 1, Double.MIN_NORMAL, Double.MAX_VALUE),
              decay("decay"));
      case "ConstantWithCoolDownLR" -> coolDown();
      case "WarmUpStableDecayLR" -> new Kind.WarmUpStableDecay(decayStart(), rate("lr_end", 1e-7));
      case "InverseSquareRootWithWarmUpLR" -> new Kind.InverseSquareRoot(rate("lr_end", 0));
      case "CosineAnnealingLR" -> new Kind.CosineAnnealing(period("t_max"), rate("eta_min", 0));
      case "CosineAnnealingWarmRestarts" ->
          new Kind.CosineAnnealingWarmRestarts(
              period("t_0"), count("t_mult", 1, 1), rate("eta_min", 0));
      default -> new Kind.Constant();
    };
  }

  private Kind coolDown() {
    double end = rate("lr_end1", 0);
    return new Kind.ConstantWithCoolDown(
        count("keep_steps", 0, 0),
        decay("decay"),
        cycles(0.5),
        end,
        count("final_steps", 0, 0),
        rate("lr_end2", end));
  }

  private Length decayStart() {
    Optional<Length> start = decay("decay_start");
    if (start.isEmpty()) {
      section.problem(
          "decay_start_steps",
          "is missing, as is decay_start_ratio; WarmUpStableDecayLR needs one");
    }
    return start.orElse(new Length.Steps(0));
  }

  private long period(String key) {
    if (!section.has(key)) {
      section.problem(key, "is missing");
    }
    return count(key, 1, 1);
  }

  /** The ratio wins over passes, and these over steps. */
  private Length warmUp() {
    Length steps = new Length.Steps(count("warmup_steps", 0, 0));
    Optional<Length> epochs =
        section
            .number("warmup_epochs")
            .map(unused -> section.number("warmup_epochs", 0, 0, Double.MAX_VALUE))
            .map(Length.Epochs::new);
    return ratio("warmup_ratio").or(() -> epochs).orElse(steps);
  }

  /** {@code ..._ratio}, which wins, or {@code ..._steps}. */
  private Optional<Length> decay(String name) {
    Optional<Length> steps =
        section.has(name + "_steps")
            ? Optional.of(new Length.Steps(count(name + "_steps", 1, 1)))
            : Optional.empty();
    return ratio(name + "_ratio").or(() -> steps);
  }

  private Optional<Length> ratio(String key) {
    return section.has(key)
        ? Optional.of(new Length.Ratio(section.number(key, 0, 0, 1)))
        : Optional.empty();
  }

  private double rate(String key, double absent) {
    return section.number(key, absent, 0, Double.MAX_VALUE);
  }

  private double cycles(double absent) {
    return section.number("num_cycles", absent);
  }

  private long count(String key, int absent, int least) {
    return section.integer(key, absent, least, Integer.MAX_VALUE);
  }

  private double scale(long samples) {
    boolean scales = root.flag("lr_scale", false);
    double factor = root.number("lr_scale_factor", 256, Double.MIN_NORMAL, Double.MAX_VALUE);
    return scales ? samples / factor : 1;
  }

  /** Upstream's schedules take any argument and use their own. */
  private void ignoreThoseOfOthers() {
    section.ignoreUnread(
        "learning_rate",
        "warmup_steps",
        "warmup_ratio",
        "warmup_epochs",
        "warmup_lr_init",
        "lr_end",
        "num_cycles",
        "decay_steps",
        "decay_ratio",
        "power",
        "keep_steps",
        "lr_end1",
        "final_steps",
        "lr_end2",
        "decay_start_steps",
        "decay_start_ratio",
        "base_lr",
        "t_max",
        "t_0",
        "t_mult",
        "eta_min");
  }
}
