// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import dev.loam.checkpoint.safetensors.SafetensorsType;
import dev.loam.lora.LoraModules;
import dev.loam.lora.merge.LoraMerge;
import dev.loam.lora.merge.LoraUnmerge;
import dev.loam.lora.merge.MergeError;
import dev.loam.lora.merge.MergeOptions;
import dev.loam.lora.peft.AdapterFolder;
import dev.loam.model.formats.WeightConversion;
import dev.loam.model.formats.WeightFolder;
import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.Device;
import dev.loam.tensor.Engine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Adapters into the weights of a model, or out of them. */
@Command(
    name = "merge-lora",
    description = "Adds low-rank adapters to the weights of a model, or takes them out again.")
@SuppressWarnings("NullAway.Init") // the fields are set by picocli
final class MergeLoraCommand implements Callable<Integer> {
  private final Streams streams;

  @Mixin private ThreadsOption threads;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR",
      description = "The model: a Hugging Face folder, or any other that convert reads.")
  private Path model;

  @Option(
      names = "--adapter",
      required = true,
      paramLabel = "DIR",
      description = "Folder of an adapter in PEFT's format; several are added in their order.")
  private List<Path> adapters;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "DIR",
      description = "Hugging Face folder to write; must be absent or empty.")
  private Path output;

  @Option(
      names = "--unmerge",
      description = "Takes the adapters out of a model that they were merged into.")
  private boolean unmerge;

  @Option(
      names = "--dtype",
      paramLabel = "TYPE",
      description = "float32, bfloat16 or float16; by default each tensor keeps its own.")
  private Optional<String> dtype = Optional.empty();

  @Option(
      names = "--keep-tied",
      description =
          "Of a model whose head is its embedding, the head follows an adapter of the embedding.")
  private boolean keepTied;

  @Option(
      names = "--no-check",
      description = "Does not compare the logits of merged weights with those of the adapter.")
  private boolean noCheck;

  MergeLoraCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() {
    MergeOptions options = new MergeOptions(dtype.map(MergeLoraCommand::type), keepTied);
    if (unmerge && !options.equals(MergeOptions.DEFAULT)) {
      throw new UsageException("--dtype and --keep-tied do not go with --unmerge; leave them out");
    }
    if (!Files.isDirectory(model)) {
      throw new UsageException("no such folder: " + model + "; --model names a folder of weights");
    }
    if (!WeightConversion.isFree(output)) {
      throw new UsageException(
          output + ": already exists and is not an empty folder; name another or delete it");
    }
    List<AdapterFolder> open = new ArrayList<>();
    try (WeightFolder weights = WeightFolder.open(model, Optional.empty());
        ComputeLease lease = Engine.named(LoadedModel.ENGINE).lease(threads.count());
        Arena arena = lease.newArena(Device.cpu())) {
      LoraModules modules = new LoraModules(weights.config());
      adapters.forEach(folder -> open.add(AdapterFolder.open(folder, modules)));
      if (unmerge) {
        tell(new LoraUnmerge(weights, open, arena).run(output));
      } else {
        tell(new LoraMerge(weights, open, options, arena).run(output));
        if (!noCheck && open.size() == 1) {
          tell(MergeError.measure(lease, weights, open.get(0), options));
        }
      }
    } finally {
      open.forEach(AdapterFolder::close);
    }
    return ExitCodes.OK;
  }

  private void tell(LoraMerge.Summary done) {
    streams.say(
        "%s merged into %s: %d tensors changed, written to %s"
            .formatted(names(), model, done.tensors(), output));
    if (done.untied()) {
      streams.say(
          "the adapter changes the embedding and not the head, so the merged model has a head of"
              + " its own (tie_word_embeddings is false); --keep-tied lets the head follow");
    }
    if (!done.restorable()) {
      streams.say(
          "written in another type than the model has: --unmerge will not bring its last bits"
              + " back, keep it");
    }
  }

  private void tell(MergeError error) {
    streams.say(
        String.format(
            Locale.ROOT,
            "logits of %d tokens, merged beside unmerged: relative error %.1e in float32, %.1e with weights in bfloat16",
            error.tokens(),
            error.float32(),
            error.bfloat16()));
  }

  private void tell(LoraUnmerge.Summary done) {
    streams.say(
        "%s taken out of %s: %d tensors changed, written to %s; %s"
            .formatted(
                names(),
                model,
                done.tensors(),
                output,
                done.exact()
                    ? "all are what they were, to the bit"
                    : "nothing beside the weights says what they were: their last bits may differ"));
  }

  private String names() {
    return String.join(", ", adapters.stream().map(Path::toString).toList());
  }

  private static SafetensorsType type(String name) {
    SafetensorsType type = ConvertCommand.TYPES.get(name);
    if (type == null) {
      throw new UsageException(
          "--dtype " + name + " is not known; use float32, bfloat16 or float16");
    }
    return type;
  }
}
