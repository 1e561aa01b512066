// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import dev.loam.benchmarks.GenerationBenchmark;
import dev.loam.model.Qwen3Config;
import dev.loam.tensor.Engine;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures generation. */
@Command(
    name = "generate",
    description =
        "Reads prompts and writes tokens with a randomly initialised model and says how far from"
            + " the machine's bounds that is.")
@SuppressWarnings("NullAway.Init") // the fields are set by picocli
final class GenerateBenchCommand implements Callable<Integer> {
  private static final double GIGA = 1e9;

  private final Streams streams;

  @Mixin private ThreadsOption threads;
  @Mixin private ModelShapeOptions model;

  @Option(
      names = "--prompt",
      paramLabel = "N",
      description = "Tokens of the prompt whose reading is measured; by default 512.")
  private int prompt = 512;

  @Option(
      names = "--context",
      paramLabel = "N",
      description = "Tokens before those that are written; by default 64.")
  private int context = 64;

  @Option(names = "--tokens", paramLabel = "N", description = "Tokens written; by default 32.")
  private int tokens = 32;

  @Option(names = "--json", description = "Writes the result as JSON.")
  private boolean json;

  GenerateBenchCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() {
    if (prompt < 1 || context < 1 || tokens < 1) {
      throw new UsageException("--prompt, --context and --tokens must be at least 1");
    }
    long positions = Math.max(prompt, (long) context + tokens) + 1;
    Qwen3Config config = model.config((int) Math.min(positions, Integer.MAX_VALUE));
    if (positions > config.maxPositions()) {
      throw new UsageException(
          String.format(
              Locale.ROOT,
              "--prompt %d, and --context %d with --tokens %d, need %d positions;"
                  + " max_position_embeddings is %d",
              prompt,
              context,
              tokens,
              positions,
              config.maxPositions()));
    }
    GenerationBenchmark.Result result =
        new GenerationBenchmark(config, prompt, context, tokens)
            .run(Engine.named(LoadedModel.ENGINE), threads.count(), streams::say);
    streams.out().print((json ? JsonText.write(fields(result)) : text(result)) + "\n");
    return ExitCodes.OK;
  }

  private static Map<String, Object> fields(GenerationBenchmark.Result result) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("prefill_tokens_per_second", result.promptTokensPerSecond());
    fields.put("prefill_bound_tokens_per_second", result.promptBound());
    fields.put("prefill_bound_ratio", result.promptBoundRatio());
    fields.put("decode_tokens_per_second", result.decodeTokensPerSecond());
    fields.put("decode_bound_tokens_per_second", result.decodeBound());
    fields.put("decode_bound_ratio", result.decodeBoundRatio());
    fields.put("weight_bytes", result.weightBytes());
    fields.put("read_bandwidth_gb_s", result.readBandwidth() / GIGA);
    result.peakRssGib().ifPresent(gib -> fields.put("peak_rss_gib", gib));
    return fields;
  }

  private static String text(GenerationBenchmark.Result result) {
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            Locale.ROOT,
            "prompt: %.1f tokens/s, %.0f%% of the %.1f that the matrix products alone would allow",
            result.promptTokensPerSecond(),
            100 * result.promptBoundRatio(),
            result.promptBound()));
    lines.add(
        String.format(
            Locale.ROOT,
            "decoding: %.2f tokens/s, %.0f%% of the %.2f that reading %.2f GB of weights at %.1f"
                + " GB/s would allow",
            result.decodeTokensPerSecond(),
            100 * result.decodeBoundRatio(),
            result.decodeBound(),
            result.weightBytes() / GIGA,
            result.readBandwidth() / GIGA));
    result
        .peakRssGib()
        .ifPresent(gib -> lines.add(String.format(Locale.ROOT, "peak memory: %.2f GiB", gib)));
    return String.join("\n", lines);
  }
}
