// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import dev.loam.model.ModelInput;
import dev.loam.model.ModelInputException;
import dev.loam.tensor.part.MicroBatch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** One pass through a model, for comparison with others. */
@Command(
    name = "logits",
    description =
        "Writes the logits of rows of tokens, and with labels the loss and the gradients.")
@SuppressWarnings("NullAway.Init") // the fields are set by picocli
final class LogitsCommand implements Callable<Integer> {
  private final Streams streams;

  @Mixin private ThreadsOption threads;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR",
      description = "Folder in Hugging Face's format.")
  private Path folder;

  @Option(
      names = "--adapter",
      paramLabel = "DIR",
      description =
          "Folder of a low-rank adapter in PEFT's format, used unmerged; gradients are its.")
  private Optional<Path> adapter = Optional.empty();

  @Option(
      names = "--input-ids",
      required = true,
      paramLabel = "F.json",
      description =
          "{\"input_ids\": [[...]]}, optionally with labels, attention_mask, position_ids and"
              + " document_ids.")
  private Path inputIds;

  @Option(
      names = "--labels",
      paramLabel = "F.json",
      description = "{\"labels\": [[...]]}, aligned with input_ids; -100 is ignored.")
  private Optional<Path> labels = Optional.empty();

  @Option(names = "--gradients", description = "Adds grad.NAME of every parameter.")
  private boolean gradients;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "F.safetensors",
      description = "logits [batch, T, vocabulary] in float32, loss, gradients.")
  private Path output;

  LogitsCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() throws IOException {
    ModelInput input = TokenRows.read(inputIds, labels);
    if (gradients && input.labels().isEmpty()) {
      throw new UsageException("--gradients needs labels; give them with --labels");
    }
    try (LoadedModel loaded = LoadedModel.open(folder, adapter, threads.count())) {
      MicroBatch batch = batch(input, loaded);
      new ModelPass(loaded, batch, input.inputIds().size())
          .write(output, input.labels().isPresent(), gradients);
    }
    streams.say("written to " + output);
    return ExitCodes.OK;
  }

  private MicroBatch batch(ModelInput input, LoadedModel loaded) {
    MicroBatch batch;
    try {
      batch = input.toMicroBatch(loaded.model().config());
    } catch (ModelInputException e) {
      throw new UsageException(inputIds + ": " + e.getMessage(), e);
    }
    if (input.labels().isPresent() && batch.trainedTokens() == 0) {
      throw new UsageException(
          labels.orElse(inputIds)
              + ": no token has a label; the first of each row is not predicted and -100 is"
              + " ignored");
    }
    return batch;
  }
}
