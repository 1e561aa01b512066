// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import dev.loam.benchmarks.CheckpointBenchmark;
import dev.loam.model.Qwen3Config;
import dev.loam.model.SpecialTokens;
import dev.loam.tensor.Engine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures checkpoints. */
@Command(
    name = "checkpoint",
    description = {
      "Saves and loads a model with its moments, beside plain writes and reads of the same bytes."
    })
@SuppressWarnings("NullAway.Init") // the fields are set by picocli
final class CheckpointBenchCommand implements Callable<Integer> {
  private final Streams streams;

  @Mixin private ThreadsOption threads;

  @Option(
      names = "--model-config",
      paramLabel = "DIR",
      description = "Folder with a config.json, or the file; by default a model of 50M parameters.")
  private Optional<Path> modelConfig = Optional.empty();

  @Option(
      names = "--folder",
      paramLabel = "DIR",
      description = "Where to write; by default output/bench-checkpoint. Emptied afterwards.")
  private Path folder = Path.of("output", "bench-checkpoint");

  @Option(names = "--repeats", paramLabel = "N", description = "By default 3.")
  private int repeats = 3;

  @Option(names = "--json", description = "Writes the result as JSON.")
  private boolean json;

  CheckpointBenchCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() {
    if (repeats < 1) {
      throw new UsageException("--repeats must be at least 1, not " + repeats);
    }
    if (Files.exists(folder)) {
      throw new UsageException("--folder " + folder + " exists already; name a new one");
    }
    Qwen3Config config = modelConfig.map(CheckpointBenchCommand::read).orElseGet(this::small);
    CheckpointBenchmark.Result result =
        new CheckpointBenchmark(config, folder, repeats)
            .run(Engine.named(LoadedModel.ENGINE), threads.count(), streams::say);
    streams.out().print((json ? JsonText.write(fields(result)) : text(result)) + "\n");
    return ExitCodes.OK;
  }

  private static Qwen3Config read(Path path) {
    return Qwen3Config.read(Files.isDirectory(path) ? path.resolve("config.json") : path);
  }

  private Qwen3Config small() {
    return new Qwen3Config(
        32768, 512, 1536, 8, 8, 4, 64, 4096, 1e6, 1e-6, 0.02, true, SpecialTokens.none());
  }

  private static Map<String, Object> fields(CheckpointBenchmark.Result result) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("bytes", result.bytes());
    fields.put("plain_write_s", result.plainWriteSeconds());
    fields.put("save_s", result.saveSeconds());
    fields.put("save_ratio", result.saveRatio());
    fields.put("plain_read_s", result.plainReadSeconds());
    fields.put("load_s", result.loadSeconds());
    fields.put("load_ratio", result.loadRatio());
    fields.put("plain_copy_s", result.snapshotSeconds());
    fields.put("async_blocked_s", result.blockedSeconds());
    result.loadExtraBytes().ifPresent(bytes -> fields.put("load_extra_bytes", bytes));
    result.loadExtraRatio().ifPresent(ratio -> fields.put("load_extra_ratio", ratio));
    return fields;
  }

  private static String text(CheckpointBenchmark.Result result) {
    return String.format(
        Locale.ROOT,
        "%.2f GB: save %.2f s, %.0f%% of the speed of a plain write; load %.2f s, %.0f%% of a plain"
            + " read; in the background %.2f s blocked, a plain copy takes %.2f s",
        result.bytes() / 1e9,
        result.saveSeconds(),
        100 * result.saveRatio(),
        result.loadSeconds(),
        100 * result.loadRatio(),
        result.blockedSeconds(),
        result.snapshotSeconds());
  }
}
