// SPDX-License-Identifier: Apache-2.0
package dev.loam.benchmarks;

import dev.loam.checkpoint.sharded.Checkpoint;
import dev.loam.checkpoint.sharded.CheckpointFolder;
import dev.loam.model.Qwen3Config;
import dev.loam.model.Qwen3Model;
import dev.loam.parallel.gradients.OwnedPiece;
import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.Device;
import dev.loam.tensor.Engine;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Weight;
import dev.loam.train.checkpoint.CheckpointPolicy;
import dev.loam.train.checkpoint.CheckpointSaver;
import dev.loam.train.checkpoint.OptimizerState;
import dev.loam.train.checkpoint.Resume;
import dev.loam.train.machine.ProcessMemory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Saves and loads a model with its moments, one rank, each time beside a plain sequential write or
 * read of the same bytes from and to the same memory. Writes are flushed to the disk; reads find in
 * the system's cache what it still holds, the plain ones as well.
 *
 * @param config the model
 * @param folder where to; holds one copy at a time, two while saving in the background
 * @param repeats of each measurement, of which medians are told
 */
public record CheckpointBenchmark(Qwen3Config config, Path folder, int repeats) {
  private static final int HEAD_CHUNK_ROWS = 256;
  private static final CheckpointPolicy EVERY_STEP =
      CheckpointPolicy.DEFAULT.withEverySteps(1).withKeepLatest(1);

  /**
   * The result; times are medians in seconds.
   *
   * @param bytes of weights and moments
   * @param snapshotSeconds a plain copy of them in memory
   * @param blockedSeconds how long a save in the background holds up the training
   * @param loadExtraBytes resident memory at the peak of a load beyond that before it
   */
  public record Result(
      long bytes,
      double plainWriteSeconds,
      double saveSeconds,
      double snapshotSeconds,
      double blockedSeconds,
      double plainReadSeconds,
      double loadSeconds,
      OptionalLong loadExtraBytes) {
    /** The speed of a save by that of a plain write. */
    public double saveRatio() {
      return plainWriteSeconds / saveSeconds;
    }

    /** The speed of a load by that of a plain read. */
    public double loadRatio() {
      return plainReadSeconds / loadSeconds;
    }

    /** Extra memory of a load by the bytes loaded. */
    public OptionalDouble loadExtraRatio() {
      return loadExtraBytes.isPresent()
          ? OptionalDouble.of((double) loadExtraBytes.getAsLong() / bytes)
          : OptionalDouble.empty();
    }
  }

  /** Runs it. */
  public Result run(Engine engine, int threads, Consumer<String> progress) {
    try (ComputeLease lease = engine.lease(threads)) {
      return lease.call(() -> run(lease, progress));
    }
  }

  private Result run(ComputeLease lease, Consumer<String> progress) {
    try (Qwen3Model model = Qwen3Model.allocate(lease, config, HEAD_CHUNK_ROWS);
        Arena arena = lease.newArena(Device.cpu())) {
      progress.accept("preparing " + config.parameterCount() + " parameters and their moments");
      List<Tensor> tensors = new ArrayList<>();
      List<OptimizerState> states = new ArrayList<>();
      for (Weight weight : model.weights().stream().distinct().toList()) {
        Tensor flat = weight.value().view(weight.value().elements());
        OwnedPiece piece = new OwnedPiece(weight, 0, flat, flat, true);
        tensors.add(flat);
        for (String name : List.of("adam_m", "adam_v")) {
          states.add(new OptimizerState(name, piece, filled(lease, arena, flat)));
          tensors.add(states.get(states.size() - 1).values());
        }
      }
      model.initialize(1);
      return measure(
          lease, model, states, new PlainFile(folder.resolve("plain"), tensors), progress);
    }
  }

  private static Tensor filled(ComputeLease lease, Arena arena, Tensor like) {
    Tensor tensor = arena.allocate(like.dtype(), like.elements());
    lease.kernels().fill(tensor, 0.5);
    return tensor;
  }

  private Result measure(
      ComputeLease lease,
      Qwen3Model model,
      List<OptimizerState> states,
      PlainFile plain,
      Consumer<String> progress) {
    CheckpointFolder checkpoints = new CheckpointFolder(folder);
    List<Double> plainWrites = new ArrayList<>();
    List<Double> saves = new ArrayList<>();
    List<Double> plainReads = new ArrayList<>();
    List<Double> loads = new ArrayList<>();
    List<Double> copies = new ArrayList<>();
    List<Double> blocked = new ArrayList<>();
    OptionalLong extra = OptionalLong.empty();
    for (int i = 1; i <= repeats; i++) {
      progress.accept("round " + i + " of " + repeats + ": writing and reading");
      plainWrites.add(plain.write());
      plainReads.add(plain.read());
      plain.delete();
      saves.add(save(model, states, checkpoints, i));
      long before = ProcessMemory.resident().orElse(0);
      boolean reset = ProcessMemory.resetPeak();
      loads.add(load(model, states, checkpoints));
      if (reset && extra.isEmpty()) {
        extra = difference(ProcessMemory.peak(), before);
      }
      checkpoints.complete().forEach(checkpoints::delete);
    }
    progress.accept("saving in the background");
    background(lease, model, states, checkpoints, plain, copies, blocked);
    checkpoints.complete().forEach(checkpoints::delete);
    plain.deleteFolder();
    return new Result(
        plain.bytes(),
        Median.of(plainWrites),
        Median.of(saves),
        Median.of(copies),
        Median.of(blocked),
        Median.of(plainReads),
        Median.of(loads),
        extra);
  }

  private static OptionalLong difference(OptionalLong peak, long before) {
    return peak.isPresent() ? OptionalLong.of(Math.max(0, peak.getAsLong() - before)) : peak;
  }

  /** Until the checkpoint is published. */
  private static double save(
      Qwen3Model model, List<OptimizerState> states, CheckpointFolder checkpoints, long step) {
    AtomicLong published = new AtomicLong();
    try (CheckpointSaver saver =
        new CheckpointSaver(
            model,
            states,
            checkpoints,
            EVERY_STEP,
            Map.of(),
            0,
            (saved, path) -> published.set(System.nanoTime()))) {
      long start = System.nanoTime();
      saver.betweenSteps(step, Map.of(), true, false);
      return (published.get() - start) / 1e9;
    }
  }

  private static double load(
      Qwen3Model model, List<OptimizerState> states, CheckpointFolder checkpoints) {
    Path newest = checkpoints.newest().orElseThrow();
    long start = System.nanoTime();
    try (Checkpoint checkpoint = Checkpoint.open(newest)) {
      Resume.readWeights(checkpoint, model);
      Resume.readState(checkpoint, states);
    }
    return (System.nanoTime() - start) / 1e9;
  }

  /** Beside plain copies; the memory of both was used once before the first that counts. */
  private void background(
      ComputeLease lease,
      Qwen3Model model,
      List<OptimizerState> states,
      CheckpointFolder checkpoints,
      PlainFile plain,
      List<Double> copies,
      List<Double> blocked) {
    try (CheckpointSaver saver =
        new CheckpointSaver(
            model, states, checkpoints, EVERY_STEP.withAsync(true), Map.of(), 0, (s, p) -> {})) {
      for (int i = 0; i <= repeats; i++) {
        long start = System.nanoTime();
        saver.betweenSteps(repeats + 1 + i, Map.of(), true, false);
        double seconds = (System.nanoTime() - start) / 1e9;
        if (i > 0) {
          blocked.add(seconds);
        }
        saver.saveNow(repeats + 1 + i, Map.of());
      }
    }
    try (Arena arena = lease.newArena(Device.cpu())) {
      List<Tensor> targets =
          plain.tensors().stream().map(t -> arena.allocate(t.dtype(), t.elements())).toList();
      for (int i = 0; i <= repeats; i++) {
        long start = System.nanoTime();
        for (int t = 0; t < targets.size(); t++) {
          lease.kernels().copy(plain.tensors().get(t), targets.get(t));
        }
        if (i > 0) {
          copies.add((System.nanoTime() - start) / 1e9);
        }
      }
    }
  }
}
