// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.crash;

import dev.loam.train.crash.Scenario.Size;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Kills runs of all scenarios in turn, two at a time, until enough were killed. */
final class CrashLoop {
  private static final int WORKERS = 2;
  private static final int KILLS_OF_A_RUN = 9;

  private final Path folder;
  private final Path data;
  private final boolean everywhere;
  private final Consumer<String> progress;
  private final List<Scenario> scenarios;
  private final Tally tally = new Tally();
  private final KillPoints sync = new KillPoints();
  private final KillPoints async = new KillPoints();
  private final Map<Scenario, Life> models = new HashMap<>();
  private final int mostRuns;
  private int open;
  private int begun;

  /**
   * A loop.
   *
   * @param folder for all that runs write
   * @param kills in all
   * @param everywhere whether it goes on until every point was visited; large models are trained
   *     then, too
   * @param progress is told after every run
   */
  CrashLoop(Path folder, int kills, boolean everywhere, Consumer<String> progress) {
    this.folder = folder;
    this.everywhere = everywhere;
    this.progress = progress;
    data = TokenRows.write(folder);
    scenarios = Scenario.all(everywhere ? List.of(Size.values()) : List.of(Size.SMALL));
    open = kills;
    mostRuns = kills;
  }

  /** A run to be killed so often. */
  private record Task(int number, Scenario scenario, int kills, boolean onlyPoints) {}

  /** Runs until enough were killed, or one has lost something. */
  void run() throws Exception {
    ExecutorService workers = Executors.newFixedThreadPool(WORKERS);
    List<Callable<Void>> works = Collections.nCopies(WORKERS, this::work);
    try {
      for (Future<Void> worker : workers.invokeAll(works)) {
        worker.get();
      }
    } finally {
      workers.shutdownNow();
    }
  }

  int kills() {
    return tally.kills();
  }

  /** The points at which nothing was killed. */
  List<KillPoint> unvisited() {
    List<KillPoint> all = new ArrayList<>(sync.unvisited());
    all.addAll(async.unvisited());
    return all;
  }

  private Void work() throws Exception {
    boolean sound = false;
    try {
      for (Optional<Task> task = next(); task.isPresent(); task = next()) {
        crash(task.get());
      }
      sound = true;
    } finally {
      if (!sound) {
        stop();
      }
    }
    return null;
  }

  private synchronized Optional<Task> next() {
    int kills = Math.min(open, KILLS_OF_A_RUN);
    if (kills > 0) {
      open -= kills;
      return Optional.of(new Task(begun, scenario(begun++), kills, false));
    }
    for (; everywhere && begun < mostRuns && !unvisited().isEmpty(); begun++) {
      if (!points(scenario(begun)).unvisited().isEmpty()) {
        return Optional.of(new Task(begun, scenario(begun++), KILLS_OF_A_RUN, true));
      }
    }
    return Optional.empty();
  }

  /** Lets the other worker end, too. */
  private synchronized void stop() {
    open = 0;
    begun = mostRuns;
  }

  /** A run may end before it was killed so often. */
  private synchronized void giveBack(int kills) {
    open = begun < mostRuns ? open + kills : 0;
  }

  private Scenario scenario(int number) {
    return scenarios.get(number % scenarios.size());
  }

  private KillPoints points(Scenario scenario) {
    return scenario.async() ? async : sync;
  }

  private void crash(Task task) throws IOException, InterruptedException {
    SplittableRandom random = new SplittableRandom(task.number());
    Scenario scenario = task.scenario();
    KillPlan plan = new KillPlan(random, points(scenario), model(scenario.unkilled()));
    Path own = folder.resolve("run-" + task.number());
    int kills =
        new CrashedRun(scenario, data, plan, random, tally)
            .run(own, task.kills(), task.onlyPoints(), reference(scenario.unkilled()));
    if (!task.onlyPoints()) {
      giveBack(task.kills() - kills);
    }
    delete(own);
    progress.accept(describe());
  }

  private OutputCheck reference(Scenario scenario) {
    return new OutputCheck(folder.resolve(scenario.toString()));
  }

  /** A life of a run that is not killed; the other worker waits for it. */
  private synchronized Life model(Scenario scenario) throws IOException, InterruptedException {
    Life known = models.get(scenario);
    if (known != null) {
      return known;
    }
    Path own = Files.createDirectories(reference(scenario).folder());
    Life life = Life.live(scenario.write(own, data, 1), Kill.NEVER);
    models.put(scenario, life);
    return life;
  }

  private String describe() {
    List<KillPoint> left = unvisited();
    return String.format(
        "%s; points visited: %d of %d, in the background %d of %d%s",
        tally,
        sync.visited(),
        sync.all().size(),
        async.visited(),
        async.all().size(),
        left.size() > 8 ? "" : "; not yet: " + left);
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> entries = Files.walk(folder)) {
      for (Path entry : entries.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(entry);
      }
    }
  }
}
