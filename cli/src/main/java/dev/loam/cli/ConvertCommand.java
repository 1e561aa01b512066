// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import dev.loam.checkpoint.CheckpointException;
import dev.loam.checkpoint.safetensors.SafetensorsType;
import dev.loam.model.Qwen3Config;
import dev.loam.model.formats.ConversionTarget;
import dev.loam.model.formats.WeightConversion;
import dev.loam.model.formats.WeightFolder;
import dev.loam.model.formats.WeightFormat;
import dev.loam.parallel.Layout;
import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.Device;
import dev.loam.tensor.Engine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Weights from one format to another. */
@Command(
    name = "convert",
    description = "Turns the weights of one format into another, tensor by tensor.")
@SuppressWarnings("NullAway.Init") // the fields are set by picocli
final class ConvertCommand implements Callable<Integer> {
  static final Map<String, SafetensorsType> TYPES =
      Map.of(
          "float32", SafetensorsType.F32,
          "bfloat16", SafetensorsType.BF16,
          "float16", SafetensorsType.F16);
  private static final int MOST_RANKS = 4096;

  private final Streams streams;

  @Mixin private ThreadsOption threads;

  @Option(
      names = "--from",
      paramLabel = "FORMAT",
      description = "hf, megatron, mindformers or loam; by default what the input turns out to be.")
  private Optional<String> from = Optional.empty();

  @Option(
      names = "--to",
      required = true,
      paramLabel = "FORMAT",
      description = "hf, megatron, mindformers or loam.")
  private String to;

  @Option(
      names = "--input",
      required = true,
      paramLabel = "DIR",
      description =
          "Folder of weights, one checkpoint, a folder of checkpoints or a run's output folder.")
  private Path input;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "DIR",
      description = "To write; must be absent or empty.")
  private Path output;

  @Option(
      names = "--tp",
      paramLabel = "N",
      description = "With --to megatron: tensor-parallel ranks to write for; by default 1.")
  private Optional<Integer> tensorParallel = Optional.empty();

  @Option(
      names = "--pp",
      paramLabel = "N",
      description = "With --to megatron: pipeline stages to write for; by default 1.")
  private Optional<Integer> pipelineStages = Optional.empty();

  @Option(
      names = "--dtype",
      paramLabel = "TYPE",
      description = "float32, bfloat16 or float16; by default each tensor keeps its own.")
  private Optional<String> dtype = Optional.empty();

  @Option(
      names = "--model-config",
      paramLabel = "DIR",
      description = "Folder with the config.json of the model, where the input has none.")
  private Optional<Path> modelConfig = Optional.empty();

  ConvertCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() {
    ConversionTarget target = target();
    Optional<WeightFormat> expected = from.map(name -> format("--from", name));
    if (!Files.isDirectory(input)) {
      throw new UsageException("no such folder: " + input + "; --input names a folder of weights");
    }
    if (!WeightConversion.isFree(output)) {
      throw new UsageException(
          output + ": already exists and is not an empty folder; name another or delete it");
    }
    Optional<Qwen3Config> config =
        modelConfig.map(folder -> Qwen3Config.read(folder.resolve("config.json")));
    int granted = threads.count();
    try (WeightFolder weights = open(expected, config)) {
      requireRanks(weights.format(), target.format());
      requireDivisible(weights.config(), target);
      WeightConversion.Summary done = convert(weights, target, granted);
      streams.say(
          "%s (%s) converted to %s (%s): %d tensors, %d parameters, %d bytes"
              .formatted(
                  weights.path(),
                  weights.format().commandName(),
                  output,
                  target.format().commandName(),
                  done.tensors(),
                  done.parameters(),
                  done.bytes()));
    }
    return ExitCodes.OK;
  }

  private WeightConversion.Summary convert(
      WeightFolder weights, ConversionTarget target, int granted) {
    try (ComputeLease lease = Engine.named(LoadedModel.ENGINE).lease(granted);
        Arena arena = lease.newArena(Device.cpu())) {
      return new WeightConversion(weights, target, arena).run(output);
    }
  }

  private static void requireDivisible(Qwen3Config config, ConversionTarget target) {
    int ranks = target.tensorParallel() * target.pipelineStages();
    List<String> problems =
        Layout.of(1, target.tensorParallel(), target.pipelineStages())
            .problems(config.shape(), ranks);
    if (!problems.isEmpty()) {
      throw new UsageException(
          "--tp %d --pp %d: %s"
              .formatted(
                  target.tensorParallel(), target.pipelineStages(), String.join("; ", problems)));
    }
  }

  private WeightFolder open(Optional<WeightFormat> expected, Optional<Qwen3Config> config) {
    Optional<WeightFormat> found = WeightFormat.detect(input);
    if (expected.isPresent() && found.isPresent() && !found.equals(expected)) {
      throw new CheckpointException(
          "%s: holds weights in the format %s, not %s; correct --from or leave it out"
              .formatted(input, found.get().commandName(), expected.get().commandName()));
    }
    return WeightFolder.open(input, config);
  }

  private ConversionTarget target() {
    ConversionTarget target = ConversionTarget.of(format("--to", to));
    if (dtype.isPresent()) {
      target = target.withType(type(dtype.get(), target.format()));
    }
    return target.format() == WeightFormat.MEGATRON
        ? target.withRanks(count("--tp", tensorParallel), count("--pp", pipelineStages))
        : target;
  }

  /** Where the input is divided among ranks, its folders say how; saying it again does no harm. */
  private void requireRanks(WeightFormat source, WeightFormat target) {
    boolean given = tensorParallel.isPresent() || pipelineStages.isPresent();
    boolean whole = source == WeightFormat.HUGGING_FACE || source == WeightFormat.LOAM;
    if (given && whole && target != WeightFormat.MEGATRON) {
      throw new UsageException(
          "--tp and --pp are for --to megatron; weights in the format " + to + " are whole");
    }
  }

  private static SafetensorsType type(String name, WeightFormat target) {
    SafetensorsType type = TYPES.get(name);
    if (type == null) {
      throw new UsageException(
          "--dtype " + name + " is not known; use float32, bfloat16 or float16");
    }
    if (type == SafetensorsType.F16 && target == WeightFormat.LOAM) {
      throw new UsageException(
          "--dtype float16 cannot be stored in a checkpoint of Loam; use float32 or bfloat16");
    }
    return type;
  }

  private static int count(String option, Optional<Integer> value) {
    int count = value.orElse(1);
    if (count < 1 || count > MOST_RANKS) {
      throw new UsageException(
          "%s must be between 1 and %d, not %d".formatted(option, MOST_RANKS, count));
    }
    return count;
  }

  private static WeightFormat format(String option, String name) {
    return WeightFormat.parse(name)
        .orElseThrow(
            () ->
                new UsageException(
                    "%s %s is not known; use %s"
                        .formatted(
                            option,
                            name,
                            Arrays.stream(WeightFormat.values())
                                .map(WeightFormat::commandName)
                                .collect(Collectors.joining(", ")))));
  }
}
