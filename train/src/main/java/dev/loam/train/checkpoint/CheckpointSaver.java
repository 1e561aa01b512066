// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.checkpoint;

import dev.loam.checkpoint.TensorPiece;
import dev.loam.checkpoint.sharded.Checkpoint;
import dev.loam.checkpoint.sharded.CheckpointFolder;
import dev.loam.checkpoint.sharded.CheckpointSave;
import dev.loam.model.Qwen3Model;
import dev.loam.parallel.Layout;
import dev.loam.parallel.ProcessGroup;
import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.Device;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Saves a training, on one of its ranks: decides when, has this rank's share written, and lets go
 * of the checkpoints that are not kept. All ranks make the same calls, each on its compute thread,
 * between two steps. An interrupt of that thread waits until a save is done.
 */
public final class CheckpointSaver implements AutoCloseable {
  private final Qwen3Model model;
  private final ProcessGroup world;
  private final CheckpointFolder folder;
  private final CheckpointPolicy policy;
  private final Map<String, String> texts;
  private final SaveListener listener;
  private final List<TensorPiece> weights;
  private final List<TensorPiece> states;
  private final Arena arena;
  private final Snapshot snapshot;
  private final ExecutorService writer;
  private Optional<Pending> pending = Optional.empty();
  private long savedStep;
  private long savedNanos = System.nanoTime();

  /** Is told of what was saved, on the first rank. */
  @FunctionalInterface
  public interface SaveListener {
    /** A checkpoint is published. */
    void onSaved(long step, Path checkpoint);
  }

  /** A save that is being written in the background. */
  private record Pending(
      CheckpointSave save, Arena exchange, Map<String, String> state, long step, Future<?> written)
      implements AutoCloseable {
    @Override
    public void close() {
      save.close();
      exchange.close();
    }
  }

  /**
   * A saver.
   *
   * @param states all of the optimizer that this rank has
   * @param texts small files that a checkpoint also has, by name; those of the first rank count
   * @param saved the step that is saved already; 0 for none, since the start of a training is not
   *     worth saving
   */
  public CheckpointSaver(
      Qwen3Model model,
      List<OptimizerState> states,
      CheckpointFolder folder,
      CheckpointPolicy policy,
      Map<String, String> texts,
      long saved,
      SaveListener listener) {
    this.model = model;
    this.folder = folder;
    this.policy = policy;
    this.texts = texts;
    this.listener = listener;
    savedStep = saved;
    ComputeLease lease = model.lease();
    world = model.groups().world();
    RankShare share = new RankShare(model);
    this.weights = share.weights();
    this.states = share.states(states);
    arena = lease.newArena(Device.cpu());
    snapshot = new Snapshot(lease.kernels(), arena);
    writer =
        Executors.newSingleThreadExecutor(
            task -> {
              Thread thread = new Thread(task, "loam-checkpoint-writer-" + world.rank());
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * The memory that saving in the background takes on this rank; 0 where it is not done.
   *
   * @param momentBytes of the optimizer, all that this rank has
   */
  public static long snapshotBytes(Qwen3Model model, CheckpointPolicy policy, long momentBytes) {
    if (!policy.async() || (policy.everySteps() == 0 && policy.every().isEmpty())) {
      return 0;
    }
    Layout layout = model.groups().layout();
    boolean ownMoments = layout.shardedOptimizer() && layout.dataParallel() > 1;
    long weights =
        new RankShare(model)
            .weights().stream()
                .mapToLong(w -> w.values().elements() * w.values().dtype().bytes())
                .sum();
    return weights + (ownMoments ? momentBytes : 2 * weights);
  }

  /** Whether the time between two saves is over, by this rank's clock. */
  public boolean isDue() {
    long waited = System.nanoTime() - savedNanos;
    return policy.every().filter(time -> waited >= time.toNanos()).isPresent();
  }

  /** Whether the state before a failed step is saved. */
  public boolean savesOnFailure() {
    return policy.onFailure();
  }

  /** Whether this rank is still writing in the background. */
  public boolean isWriting() {
    return pending.isPresent() && !pending.get().save().isWritten();
  }

  /** Whether a step is one to be saved, and is not saved yet. */
  public boolean isWanted(long step, boolean anyDue) {
    boolean atStep = policy.everySteps() > 0 && step % policy.everySteps() == 0;
    return !isSaved(step) && (atStep || anyDue);
  }

  /** Whether a step is the one that was saved last. */
  public boolean isSaved(long step) {
    return step == savedStep;
  }

  /**
   * Publishes what has been written meanwhile, and saves if asked to.
   *
   * @param step steps done
   * @param state of the training, for the checkpoint
   * @param save whether to, such as {@link #isWanted}
   * @param anyWriting whether {@link #isWriting} on any rank
   */
  public void betweenSteps(long step, Map<String, String> state, boolean save, boolean anyWriting) {
    uninterrupted(
        () -> {
          if (!anyWriting) {
            publishPending();
          }
          if (save) {
            publishPending();
            save(step, state, policy.async());
          }
        });
  }

  /** Completes what was begun. */
  public void settle() {
    uninterrupted(this::publishPending);
  }

  /** Saves at once, unless this step is saved already, and completes what was begun. */
  public void saveNow(long step, Map<String, String> state) {
    uninterrupted(
        () -> {
          publishPending();
          if (step != savedStep) {
            save(step, state, false);
          }
        });
  }

  private void save(long step, Map<String, String> state, boolean async) {
    Arena exchange = model.lease().newArena(Device.cpu());
    CheckpointSave save = begin(exchange, step, async);
    savedStep = step;
    savedNanos = System.nanoTime();
    pending = Optional.of(new Pending(save, exchange, state, step, writer.submit(save::write)));
    if (!async) {
      publishPending();
    }
  }

  private CheckpointSave begin(Arena exchange, long step, boolean async) {
    try {
      if (!async) {
        return CheckpointSave.begin(folder, world, exchange, step, weights, states);
      }
      List<TensorPiece> all = new ArrayList<>(weights);
      all.addAll(states);
      List<TensorPiece> copies = snapshot.take(all);
      int first = weights.size();
      return CheckpointSave.begin(
          folder,
          world,
          exchange,
          step,
          copies.subList(0, first),
          copies.subList(first, copies.size()));
    } catch (RuntimeException | Error e) {
      exchange.close();
      throw e;
    }
  }

  /** Waits for what is being written and publishes it. */
  private void publishPending() {
    if (pending.isEmpty()) {
      return;
    }
    try (Pending ended = pending.get()) {
      pending = Optional.empty();
      await(ended.written());
      Path published = ended.save().publish(ended.state(), texts);
      if (world.rank() == 0) {
        listener.onSaved(ended.step(), published);
        deleteSuperfluous();
      }
    }
  }

  /** What a write throws, {@link CheckpointSave#publish} throws on all ranks. */
  @SuppressWarnings("EmptyCatch")
  private static void await(Future<?> written) {
    boolean interrupted = false;
    while (true) {
      try {
        written.get();
        break;
      } catch (ExecutionException e) {
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void deleteSuperfluous() {
    List<Retention.Saved> saved = new ArrayList<>();
    for (Path path : folder.complete()) {
      try (Checkpoint checkpoint = Checkpoint.open(path)) {
        saved.add(new Retention.Saved(checkpoint.step(), loss(checkpoint.state())));
      }
    }
    for (long step : Retention.superfluous(saved, policy)) {
      folder.delete(folder.path().resolve(CheckpointFolder.nameOf(step)));
    }
  }

  private static double loss(Map<String, String> state) {
    try {
      return Double.parseDouble(state.getOrDefault("loss", "NaN"));
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }

  private static void uninterrupted(Runnable work) {
    boolean interrupted = Thread.interrupted();
    try {
      work.run();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Withdraws a save that was not published, once its writing has ended. */
  @Override
  public void close() {
    pending.ifPresent(
        unpublished -> {
          await(unpublished.written());
          unpublished.close();
        });
    pending = Optional.empty();
    writer.shutdown();
    arena.close();
  }
}
