// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.loam.train.LearningRateSchedule;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * All schedules, from YAML, step by step against their formulas, which are written here once more.
 */
class LrSectionTest {
  private static final int STEPS = 120;
  private static final int OF_EPOCH = 40;
  private static final double LR = 3e-4;

  @TempDir private Path folder;
  private ConfigFiles files;

  @BeforeEach
  void files() {
    files = new ConfigFiles(folder);
  }

  private LrConfig read(String section, Map<String, String> overrides) {
    return files
        .read(ConfigFiles.MINIMAL.replace("{learning_rate: 1.e-3}", "{" + section + "}"), overrides)
        .lr();
  }

  /** A schedule and what it should be. */
  record Case(String section, DoubleUnaryOperator formula) {
    static Case of(String type, String arguments, DoubleUnaryOperator formula) {
      return new Case("type: " + type + ", learning_rate: 3e-4" + arguments, formula);
    }

    @Override
    public String toString() {
      return section;
    }
  }

  /** From {@code initial} to the top in {@code w} steps, then the rest. */
  private static DoubleUnaryOperator rise(double w, double initial, DoubleUnaryOperator rest) {
    return s -> s < w ? initial * (1 - s / w) + LR * s / w : rest.applyAsDouble(s);
  }

  /** From one value to another along half a turn as x goes from 0 to 1. */
  private static double half(double from, double to, double x) {
    return (from + to) / 2 + (from - to) / 2 * Math.cos(x * Math.PI);
  }

  static Stream<Case> cases() {
    return Stream.of(
        Case.of("ConstantWarmUpLR", "", s -> LR),
        Case.of("ConstantWarmUpLR", ", warmup_steps: 10", rise(10, 0, s -> LR)),
        Case.of("ConstantWarmUpLR", ", warmup_epochs: 0.5", rise(20, 0, s -> LR)),
        Case.of(
            "ConstantWarmUpLR",
            ", warmup_steps: 10, warmup_epochs: 2, warmup_ratio: 0.129, warmup_lr_init: 1e-5",
            rise(15, 1e-5, s -> LR)),
        Case.of(
            "LinearWithWarmUpLR",
            ", warmup_steps: 20",
            rise(20, 0, s -> s > 120 ? 0 : LR * (120 - s) / 100)),
        Case.of(
            "CosineWithWarmUpLR",
            ", warmup_steps: 20, lr_end: 1e-5",
            rise(20, 0, s -> s < 120 ? half(LR, 1e-5, (s - 20) / 100) : 1e-5)),
        Case.of(
            "CosineWithWarmUpLR",
            ", num_cycles: 1.5, decay_steps: 90, total_steps: 100",
            s -> s < 90 ? half(LR, 0, 3 * s / 100) : 0),
        Case.of(
            "CosineWithWarmUpLR", ", decay_ratio: 0.25", s -> s < 30 ? half(LR, 0, s / 120) : 0),
        Case.of(
            "CosineWithRestartsAndWarmUpLR",
            ", warmup_steps: 20, num_cycles: 4",
            rise(20, 0, s -> s < 120 ? half(LR, 0, (s - 20) % 25 / 25) : 0)),
        Case.of("CosineWithRestartsAndWarmUpLR", "", s -> s < 120 ? half(LR, 0, s / 120) : 0),
        Case.of(
            "PolynomialWithWarmUpLR",
            ", warmup_steps: 20",
            rise(20, 0, s -> s > 120 ? 1e-7 : LR - (LR - 1e-7) * (s - 20) / 100)),
        Case.of(
            "PolynomialWithWarmUpLR",
            ", power: 2, lr_end: 1e-6, decay_steps: 60",
            s -> s > 60 ? 1e-6 : 1e-6 + (LR - 1e-6) * Math.pow(1 - s / 60, 2)),
        Case.of(
            "ConstantWithCoolDownLR",
            ", warmup_steps: 10, keep_steps: 30, decay_steps: 40, lr_end1: 1e-5, final_steps: 20,"
                + " lr_end2: 1e-6",
            rise(
                10,
                0,
                s -> s < 40 ? LR : s < 80 ? half(LR, 1e-5, (s - 40) / 40) : s < 100 ? 1e-5 : 1e-6)),
        Case.of(
            "ConstantWithCoolDownLR",
            ", decay_ratio: 0.5, lr_end1: 1e-5",
            s -> s < 60 ? half(LR, 1e-5, s / 60) : 1e-5),
        Case.of(
            "WarmUpStableDecayLR",
            ", warmup_steps: 10, decay_start_steps: 80",
            rise(
                10,
                0,
                s -> s < 80 ? LR : s < 120 ? (LR * (120 - s) + 1e-7 * (s - 80)) / 40 : 1e-7)),
        Case.of(
            "WarmUpStableDecayLR",
            ", decay_start_ratio: 0.5, lr_end: 1e-5",
            s -> s < 60 ? LR : s < 120 ? (LR * (120 - s) + 1e-5 * (s - 60)) / 60 : 1e-5),
        Case.of(
            "InverseSquareRootWithWarmUpLR",
            ", warmup_steps: 4, lr_end: 6e-5",
            rise(4, 0, s -> s > 120 ? 6e-5 : Math.max(6e-5, 2 * LR / Math.sqrt(s)))),
        new Case(
            "type: CosineAnnealingLR, base_lr: 3e-4, t_max: 30, eta_min: 1e-5",
            s -> half(LR, 1e-5, Math.abs((s + 30) % 60 - 30) / 30)),
        new Case(
            "type: CosineAnnealingWarmRestarts, base_lr: 3e-4, t_0: 10, t_mult: 2",
            s ->
                s < 10
                    ? half(LR, 0, s / 10)
                    : s < 30
                        ? half(LR, 0, (s - 10) / 20)
                        : s < 70 ? half(LR, 0, (s - 30) / 40) : half(LR, 0, (s - 70) / 80)),
        new Case(
            "type: CosineAnnealingWarmRestarts, base_lr: 3e-4, t_0: 7, eta_min: 1e-6",
            s -> half(LR, 1e-6, s % 7 / 7)));
  }

  /** The limit is a few roundings of float64 at the top rate. */
  @ParameterizedTest
  @MethodSource("cases")
  void followsItsFormula(Case schedule) {
    LearningRateSchedule rates = read(schedule.section, Map.of()).schedule(STEPS, OF_EPOCH);
    LearningRateSchedule rounded =
        read(schedule.section, Map.of("upstream_compat", "True")).schedule(STEPS, OF_EPOCH);
    for (int s = 0; s < STEPS + 20; s++) {
      double truth = schedule.formula.applyAsDouble(s);
      assertThat(rates.at(s)).as("step %d", s).isCloseTo(truth, within(1e-15 * LR));
      assertThat(rounded.at(s)).as("step %d", s).isEqualTo((float) rates.at(s));
    }
  }

  @Test
  void scaleGoesByRanksAndRows() {
    Map<String, String> scaled =
        Map.of(
            "lr_scale", "True",
            "runner_config.batch_size", "8",
            "use_parallel", "True",
            "parallel_config.data_parallel", "4");
    assertThat(read("learning_rate: 0.5", scaled).learningRate()).isEqualTo(0.5 * 32 / 256);
    Map<String, String> byFour =
        Map.of("lr_scale", "True", "lr_scale_factor", "4", "runner_config.batch_size", "8");
    assertThat(read("learning_rate: 0.5", byFour).learningRate()).isEqualTo(1);
    assertThat(read("learning_rate: 0.5", Map.of("lr_scale_factor", "4")).learningRate())
        .isEqualTo(0.5);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "type: CosineWithWarmupLR, learning_rate: 1|did you mean CosineWithWarmUpLR?",
        "type: LinearWithWarmUpLR|lr_schedule.learning_rate is missing",
        "type: CosineAnnealingLR, learning_rate: 1, t_max: 3|lr_schedule.base_lr is missing",
        "type: CosineAnnealingLR, base_lr: 1|lr_schedule.t_max is missing",
        "type: WarmUpStableDecayLR, learning_rate: 1|decay_start_steps is missing",
        "learning_rate: 1, warmup_epochs: -1|lr_schedule.warmup_epochs must be at least 0",
        "learning_rate: 1, lr_ends: 1|unknown key lr_schedule.lr_ends; did you mean",
      })
  void saysWhatIsWrong(String section, String message) {
    files
        .refused(ConfigFiles.MINIMAL.replace("{learning_rate: 1.e-3}", "{" + section + "}"))
        .hasMessageContaining(message);
  }

  @Test
  void argumentsOfOtherSchedulesAreListed() {
    String text =
        ConfigFiles.MINIMAL.replace(
            "{learning_rate: 1.e-3}", "{learning_rate: 1.e-3, lr_end: 1e-5, eta_min: 1}");
    assertThat(files.read(text).ignoredKeys())
        .containsExactly("lr_schedule.lr_end", "lr_schedule.eta_min");
  }
}
