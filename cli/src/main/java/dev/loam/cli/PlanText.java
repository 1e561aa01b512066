// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import dev.loam.model.Qwen3Config;
import dev.loam.train.RankMemory;
import dev.loam.train.StepMetrics;
import dev.loam.train.machine.ProcessMemory;
import dev.loam.train.plan.RankPlan;
import dev.loam.train.plan.RunPlan;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.StringJoiner;

/** A plan for people, and for programs. */
final class PlanText {
  private static final double MIB = 1 << 20;

  private PlanText() {}

  static String of(Qwen3Config model, RunPlan plan) {
    StringJoiner lines = new StringJoiner("\n");
    lines.add(
        String.format(
            Locale.ROOT,
            "%,d parameters, %s, %,d tokens a step; memory in MiB",
            model.parameterCount(),
            plan.layout().describe(),
            plan.tokens()));
    StringJoiner head = new StringJoiner("");
    head.add(String.format("%-30s", "rank"));
    parts(plan.ranks().get(0)).keySet().forEach(part -> head.add(String.format("%13s", part)));
    lines.add(head.add(String.format("%13s", "all")).toString());
    plan.ranks().forEach(rank -> lines.add(row(rank)));
    lines.add(
        String.format(
            Locale.ROOT,
            "%,.0f of Java and the native library%s; in all %,.0f of %,.0f%s",
            plan.process() / MIB,
            plan.processes() > 1 ? " in each of " + plan.processes() + " processes" : "",
            plan.bytes() / MIB,
            plan.limit() / MIB,
            plan.fits() ? "" : ", which do not suffice"));
    lines.add(
        String.format(
            Locale.ROOT,
            "about %.3g s a step, %,.0f tokens/s, at %.0f GFLOP/s and %.1f GB/s of this machine",
            plan.stepSeconds(),
            plan.tokens() / plan.stepSeconds(),
            plan.speed().operations() / 1e9,
            plan.speed().bytes() / 1e9));
    return lines.toString();
  }

  /** What a run took beside what was planned. */
  static String outcome(RunPlan plan, StepMetrics last) {
    OptionalLong peak = ProcessMemory.peak();
    String memory =
        peak.isPresent()
            ? String.format(
                Locale.ROOT,
                "memory: %,.0f MiB at most, planned were %,.0f; ",
                peak.getAsLong() / MIB,
                (double) plan.bytes() / plan.processes() / MIB)
            : "";
    return String.format(
        Locale.ROOT,
        "%slast step: %.3g s, planned were %.3g",
        memory,
        last.seconds(),
        plan.stepSeconds());
  }

  private static String row(RankPlan rank) {
    StringBuilder row = new StringBuilder();
    row.append(String.format("%-30s", rank.rank() + " (" + rank.position() + ")"));
    parts(rank)
        .values()
        .forEach(bytes -> row.append(String.format(Locale.ROOT, "%,13.1f", bytes / MIB)));
    return row.append(String.format(Locale.ROOT, "%,13.1f", rank.bytes() / MIB)).toString();
  }

  private static Map<String, Long> parts(RankPlan rank) {
    RankMemory memory = rank.memory();
    Map<String, Long> parts = new LinkedHashMap<>();
    parts.put("weights", memory.weights());
    parts.put("gradients", memory.gradients());
    parts.put("moments", memory.moments());
    parts.put("activations", memory.activations());
    parts.put("workspace", memory.workspace());
    parts.put("logits", memory.logits());
    parts.put("other", memory.other());
    parts.put("snapshot", rank.snapshot());
    return parts;
  }

  static Map<String, Object> fields(RunPlan plan) {
    List<Map<String, Object>> ranks =
        plan.ranks().stream()
            .map(
                rank -> {
                  Map<String, Object> fields = new LinkedHashMap<>();
                  fields.put("rank", rank.rank());
                  fields.put("stage", rank.position().stage());
                  fields.put("data", rank.position().data());
                  fields.put("tensor", rank.position().tensor());
                  parts(rank).forEach((part, bytes) -> fields.put(part + "_bytes", bytes));
                  fields.put("bytes", rank.bytes());
                  fields.put("operations", rank.operations());
                  fields.put("sent_bytes", rank.sentBytes());
                  return fields;
                })
            .toList();
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("ranks", ranks);
    fields.put("process_bytes", plan.process());
    fields.put("processes", plan.processes());
    fields.put("bytes", plan.bytes());
    fields.put("limit_bytes", plan.limit());
    fields.put("fits", plan.fits());
    fields.put("step_seconds", plan.stepSeconds());
    fields.put("tokens_per_second", plan.tokens() / plan.stepSeconds());
    fields.put("operations_per_second", plan.speed().operations());
    fields.put("bytes_per_second", plan.speed().bytes());
    return fields;
  }
}
