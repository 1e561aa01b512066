// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.crash;

import dev.loam.checkpoint.sharded.Storage;
import dev.loam.tensor.Engine;
import dev.loam.train.StepMetrics;
import dev.loam.train.StopRequest;
import dev.loam.train.TrainingListener;
import dev.loam.train.TrainingRun;
import dev.loam.train.config.TrainingConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The program that is killed: runs a training and says on its standard output, line by line, what
 * happens: {@code UP}, {@code BEGUN}, {@code STEP n} after each step, {@code SAVED n} when a
 * checkpoint is acknowledged, {@code OP ...} and {@code AT ...} as {@link StoppingStorage} does,
 * and at the end {@code DONE} or {@code FAILED} with the reason.
 */
final class TrainingProcess {
  private TrainingProcess() {}

  /**
   * Runs.
   *
   * @param args the configuration, and where to stand still: moment, operation, occurrence
   */
  public static void main(String[] args) {
    say("UP");
    endWithParent();
    try {
      run(
          TrainingConfig.read(Path.of(args[0]), Map.of()),
          new KillPoint(KillPoint.Moment.valueOf(args[1]), args[2]),
          Integer.parseInt(args[3]));
      say("DONE");
    } catch (RuntimeException | Error e) {
      StringWriter trace = new StringWriter();
      e.printStackTrace(new PrintWriter(trace));
      say("FAILED " + trace);
      Runtime.getRuntime().exit(1);
    }
  }

  private static void run(TrainingConfig config, KillPoint stop, int occurrence) {
    Path base = config.outputDir().resolve("checkpoint").toAbsolutePath().normalize();
    StoppingStorage storage =
        new StoppingStorage(Storage.disk(), base, stop, occurrence, TrainingProcess::say);
    new TrainingRun(config, new StopRequest(), storage)
        .runOnThreads(
            Engine.named("torch"),
            1,
            List.of(
                new TrainingListener() {
                  @Override
                  public void onStart(List<String> summary) {
                    storage.begin();
                    say("BEGUN");
                  }

                  @Override
                  public void onStep(StepMetrics metrics) {
                    say("STEP " + metrics.step());
                  }

                  @Override
                  public void onCheckpoint(long step, Path checkpoint) {
                    say("SAVED " + step);
                  }
                }));
  }

  /** Whatever happens to the parent, this process does not survive it. */
  private static void endWithParent() {
    Thread watch =
        new Thread(
            () -> {
              try (InputStream fromParent = System.in) {
                while (fromParent.read() >= 0) {}
              } catch (IOException e) {
                say("FAILED " + e);
              }
              Runtime.getRuntime().halt(1);
            });
    watch.setDaemon(true);
    watch.start();
  }

  /** A line in one piece: what is read of it is all of it. */
  private static synchronized void say(String line) {
    byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
    System.out.write(bytes, 0, bytes.length);
    System.out.flush();
  }
}
