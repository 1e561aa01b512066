// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import dev.loam.data.Sample;
import dev.loam.data.SampleSource;
import dev.loam.data.loader.RecordTable;
import dev.loam.data.record.DataRecord;
import dev.loam.data.sft.InstructionOptions;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.Engine;
import dev.loam.tokenizer.HuggingFaceTokenizer;
import dev.loam.tokenizer.Tokenizer;
import dev.loam.train.TrainingData;
import dev.loam.train.config.DataConfig;
import dev.loam.train.config.TrainingConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Unmatched;

/** Shows what the trainer will see. */
@Command(
    name = "samples",
    description = "Shows what the trainer will see, sample by sample.",
    customSynopsis =
        "loam samples --config FILE [--start N] [--count N] [--tokenizer DIR] [--totals] [--json]"
            + " [--indices FILE] [--section.key VALUE]...")
@SuppressWarnings("NullAway.Init") // the fields are set by picocli
final class SamplesCommand implements Callable<Integer> {
  private final Streams streams;

  @Option(
      names = "--config",
      required = true,
      paramLabel = "FILE",
      description =
          "MindFormers YAML file; only train_dataset is read, and where the tokenizer is.")
  private Path config;

  @Option(names = "--count", paramLabel = "N", description = "How many samples; by default 1.")
  private int count = 1;

  @Option(names = "--start", paramLabel = "N", description = "The first of them; by default 0.")
  private long start;

  @Option(
      names = "--tokenizer",
      paramLabel = "DIR",
      description =
          "Shows the text too, what is trained in [[ ]]; by default with the tokenizer of the"
              + " configuration, if it names one.")
  private Optional<Path> tokenizer = Optional.empty();

  @Option(names = "--json", description = "Writes one JSON object a sample, with all tokens.")
  private boolean json;

  @Option(
      names = "--totals",
      description = "Adds how many samples and tokens there are in all, trained and padding.")
  private boolean totals;

  @Option(
      names = "--indices",
      paramLabel = "FILE",
      description = "Writes the index arrays of the dataset to a safetensors file.")
  private Optional<Path> indices = Optional.empty();

  @Unmatched private List<String> overrides = new ArrayList<>();

  SamplesCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() {
    Map<String, String> values = TrainCommand.dottedValues(overrides);
    DataConfig data = TrainingConfig.readData(config, values);
    if (start < 0 || count < 0) {
      throw new UsageException(
          "--start " + start + " --count " + count + ": neither can be negative");
    }
    if (data instanceof DataConfig.Records && indices.isPresent()) {
      throw new UsageException("--indices: HFDataLoader has no index arrays; leave it out");
    }
    if (data instanceof DataConfig.Records records && records.samples().isPresent()) {
      tokenizer = tokenizer.or(() -> records.samples().map(InstructionOptions::tokenizer));
      showSamples(TrainingData.samples(records), values);
    } else if (data instanceof DataConfig.Records records) {
      showRecords(records);
    } else if (data instanceof DataConfig.TokenFile rows) {
      try (ComputeLease lease = Engine.named(LoadedModel.ENGINE).lease(1);
          SampleSource samples = TrainingData.samples(lease, rows)) {
        showSamples(samples, values);
      }
    } else if (data instanceof DataConfig.Instruction instruction) {
      try (SampleSource samples = TrainingData.samples(instruction)) {
        showSamples(samples, values);
      }
    } else {
      try (SampleSource samples = TrainingData.samples((DataConfig.Megatron) data)) {
        showSamples(samples, values);
      }
    }
    return ExitCodes.OK;
  }

  private void showSamples(SampleSource samples, Map<String, String> values) {
    SampleText text = new SampleText(json ? Optional.empty() : tokenizer(values));
    for (long i = start; i < end(samples.size()); i++) {
      Sample sample = samples.get(i);
      streams.out().print((json ? SampleText.json(i, sample) : text.lines(i, sample)) + "\n");
    }
    if (totals) {
      total(SampleTotals.of(samples).line());
    }
    indices.ifPresent(file -> IndexArrays.write(samples, file));
  }

  private void showRecords(DataConfig.Records records) {
    try (RecordTable table = TrainingData.records(records)) {
      for (int i = (int) Math.min(start, table.size()); i < end(table.size()); i++) {
        DataRecord record = table.get(i);
        streams
            .out()
            .print((json ? RecordText.json(i, record) : RecordText.lines(i, record)) + "\n");
      }
      if (totals) {
        total("all: " + table.size() + " records of " + String.join(", ", table.columns()));
      }
    }
  }

  /** Where to stop; a place to start that is not there is a mistake. */
  private long end(long size) {
    if (start > 0 && start >= size) {
      throw new UsageException("--start " + start + ": there are " + size + ", the first is 0");
    }
    return Math.min(size, start + count);
  }

  /** Beside JSON, for people. */
  private void total(String line) {
    if (json) {
      streams.say(line);
    } else {
      streams.out().print(line + "\n");
    }
  }

  private Optional<Tokenizer> tokenizer(Map<String, String> values) {
    return tokenizer
        .or(() -> TrainingConfig.readTokenizerDir(config, values))
        .map(HuggingFaceTokenizer::load);
  }
}
