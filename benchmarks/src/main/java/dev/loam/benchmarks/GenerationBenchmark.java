// SPDX-License-Identifier: Apache-2.0
package dev.loam.benchmarks;

import dev.loam.model.Qwen3Config;
import dev.loam.model.Qwen3Model;
import dev.loam.model.generation.GenerationOptions;
import dev.loam.model.generation.TokenGenerator;
import dev.loam.model.generation.TokenListener;
import dev.loam.model.generation.TokenRequest;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.Engine;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Weight;
import dev.loam.train.machine.ProcessMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.function.Consumer;

/**
 * Generates with a randomly initialised model, as an application does, and says how far from their
 * bounds reading a prompt and writing tokens are: from the matrix products of the one, and from
 * reading all weights once for each of the others.
 *
 * @param config the model
 * @param promptTokens of the prompt whose reading is measured
 * @param contextTokens of the prompt behind which tokens are written
 * @param newTokens how many are written
 */
public record GenerationBenchmark(
    Qwen3Config config, int promptTokens, int contextTokens, int newTokens) {
  private static final int PROMPTS = 3;
  private static final int WARM_UP_TOKENS = 8;

  /** Before each so many the bandwidth is measured, which on shared machines changes. */
  private static final int TOKENS_AT_ONCE = 8;

  private static final double NANOS = 1e9;

  /** No logits of a loss are computed. */
  private static final int HEAD_CHUNK_ROWS = 1;

  /**
   * The result, of medians.
   *
   * @param promptBound tokens a second that the matrix products alone would allow
   * @param decodeBound tokens a second that reading the weights alone would allow
   * @param weightBytes that a token needs
   * @param readBandwidth bytes a second, measured between the tokens
   */
  public record Result(
      double promptTokensPerSecond,
      double promptBound,
      double decodeTokensPerSecond,
      double decodeBound,
      long weightBytes,
      double readBandwidth,
      OptionalDouble peakRssGib) {
    /** The share of the bound that reading a prompt reached. */
    public double promptBoundRatio() {
      return promptTokensPerSecond / promptBound;
    }

    /** The share of the bound that writing tokens reached. */
    public double decodeBoundRatio() {
      return decodeTokensPerSecond / decodeBound;
    }
  }

  /**
   * Runs the benchmark.
   *
   * @param threads compute threads
   * @param progress is given a line for each measurement
   */
  public Result run(Engine engine, int threads, Consumer<String> progress) {
    try (ComputeLease lease = engine.lease(threads)) {
      double prompt;
      Decoding decoding;
      try (Qwen3Model model = Qwen3Model.allocate(lease, config, HEAD_CHUNK_ROWS)) {
        model.initialize(1);
        progress.accept("prompts of " + promptTokens + " tokens");
        prompt = promptSeconds(model);
        progress.accept(newTokens + " tokens after " + contextTokens);
        decoding = decoding(model, lease);
      }
      OptionalDouble peak = ProcessMemory.peakGib();
      progress.accept("bounds");
      RequiredProducts products = new RequiredProducts(config, 1, promptTokens);
      long bytes = neededWeights() * lease.computeType().bytes();
      return new Result(
          promptTokens / prompt,
          promptTokens / GemmBound.seconds(lease, products.ofPrompt()),
          1 / decoding.seconds(),
          decoding.readBandwidth() / bytes,
          bytes,
          decoding.readBandwidth(),
          peak);
    }
  }

  private static List<Tensor> weights(Qwen3Model model) {
    return model.weights().stream().distinct().map(Weight::value).toList();
  }

  /** Weights that a token needs: of an embedding that is not the head as well, a row at most. */
  private long neededWeights() {
    long embedding = (long) config.vocabSize() * config.hiddenSize();
    return config.parameterCount() - (config.tiedEmbeddings() ? 0 : embedding);
  }

  private double promptSeconds(Qwen3Model model) {
    int[] prompt = randomTokens(promptTokens);
    try (TokenGenerator generator = new TokenGenerator(model)) {
      List<Double> seconds = new ArrayList<>();
      for (int i = 0; i <= PROMPTS; i++) {
        long start = System.nanoTime();
        write(generator, prompt, 1, token -> true);
        seconds.add((System.nanoTime() - start) / NANOS);
      }
      return Median.of(seconds.subList(1, seconds.size()));
    }
  }

  /** Medians of the seconds of a token and of the bytes a second at which weights are read. */
  private record Decoding(double seconds, double readBandwidth) {}

  private Decoding decoding(Qwen3Model model, ComputeLease lease) {
    int[] prompt = randomTokens(contextTokens);
    List<Double> seconds = new ArrayList<>();
    List<Double> bandwidths = new ArrayList<>();
    try (TokenGenerator generator = new TokenGenerator(model);
        ReadBandwidth bandwidth = new ReadBandwidth(lease, weights(model))) {
      // One that is not counted.
      bandwidth.measure();
      write(generator, prompt, WARM_UP_TOKENS, token -> true);
      while (seconds.size() < newTokens) {
        bandwidths.add(bandwidth.measure());
        // The first token is that of the prompt's pass.
        int tokens = 1 + Math.min(TOKENS_AT_ONCE, newTokens - seconds.size());
        List<Long> times = new ArrayList<>();
        write(generator, prompt, tokens, token -> times.add(System.nanoTime()));
        for (int i = 1; i < tokens; i++) {
          seconds.add((times.get(i) - times.get(i - 1)) / NANOS);
        }
      }
    }
    return new Decoding(Median.of(seconds), Median.of(bandwidths));
  }

  /** Writes the most probable tokens. */
  private static void write(
      TokenGenerator generator, int[] prompt, int tokens, TokenListener listener) {
    GenerationOptions options = GenerationOptions.builder().optMaxNewTokens(tokens).build();
    var unused = generator.generateAll(List.of(new TokenRequest(prompt, options, listener)));
  }

  private int[] randomTokens(int count) {
    return new Random(1).ints(count, 0, config.vocabSize()).toArray();
  }
}
