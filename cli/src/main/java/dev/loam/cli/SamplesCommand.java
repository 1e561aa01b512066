// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import dev.loam.data.Sample;
import dev.loam.data.SampleSource;
import dev.loam.train.TrainingData;
import dev.loam.train.config.DataConfig;
import dev.loam.train.config.TrainingConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
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
        "loam samples --config FILE --count N [--json] [--indices FILE] [--section.key VALUE]...")
@SuppressWarnings("NullAway.Init") // the fields are set by picocli
final class SamplesCommand implements Callable<Integer> {
  private static final int SHOWN_TOKENS = 16;

  private final Streams streams;

  @Option(
      names = "--config",
      required = true,
      paramLabel = "FILE",
      description = "MindFormers YAML file; only train_dataset is read.")
  private Path config;

  @Option(names = "--count", paramLabel = "N", description = "How many samples; by default 1.")
  private int count = 1;

  @Option(names = "--json", description = "Writes one JSON object a sample, with all tokens.")
  private boolean json;

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
    DataConfig data = TrainingConfig.readData(config, TrainCommand.dottedValues(overrides));
    if (!(data instanceof DataConfig.Megatron megatron)) {
      throw new UsageException(
          config + ": samples are shown of BlendedMegatronDatasetDataLoader only");
    }
    try (SampleSource samples = TrainingData.samples(megatron)) {
      for (long i = 0; i < Math.min(count, samples.size()); i++) {
        streams.out().print((json ? json(i, samples.get(i)) : line(i, samples.get(i))) + "\n");
      }
      indices.ifPresent(file -> IndexArrays.write(samples, file));
    }
    return ExitCodes.OK;
  }

  private static String json(long index, Sample sample) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("index", index);
    object.put("input_ids", sample.inputIds());
    object.put("labels", sample.labels());
    int[] mask = new int[sample.length()];
    for (int t = 0; t < mask.length; t++) {
      mask[t] = sample.lossMask()[t] ? 1 : 0;
    }
    object.put("loss_mask", mask);
    object.put("position_ids", sample.positionIds());
    if (sample.cuSeqlens().length > 2) {
      object.put("cu_seqlens", sample.cuSeqlens());
    }
    return JsonText.write(object);
  }

  private static String line(long index, Sample sample) {
    StringBuilder line = new StringBuilder();
    line.append("sample ").append(index).append(": ").append(sample.length()).append(" tokens, ");
    line.append(sample.trainedTokens()).append(" trained, ");
    line.append(sample.cuSeqlens().length - 1).append(" segments:");
    for (int t = 0; t < Math.min(SHOWN_TOKENS, sample.length()); t++) {
      line.append(' ').append(sample.inputIds()[t]);
    }
    return line.append(sample.length() > SHOWN_TOKENS ? " ..." : "").toString();
  }
}
