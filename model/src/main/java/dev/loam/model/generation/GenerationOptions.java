// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.generation;

import dev.loam.model.Qwen3Config;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.Set;

/**
 * How the next token is chosen, and when to end, in the meaning and order of Hugging Face's
 * transformers: repetition penalty, temperature, top-k, top-p, min-p, and of what is left a draw.
 * Immutable.
 *
 * @param temperature logits are divided by it; 0 takes the most probable token, of several the one
 *     with the smallest id, and then top-k, top-p, min-p and seed do not matter
 * @param topK only the k largest logits remain, and those equal to the smallest of them; 0 keeps
 *     all
 * @param topP only the most probable tokens remain that have this probability together; 1 keeps all
 * @param minP only tokens remain that are at least this times as probable as the most probable one;
 *     0 keeps all
 * @param repetitionPenalty logits of tokens that the prompt or the new text has are divided by it
 *     where positive and multiplied where negative; 1 changes none
 * @param seed starts the random numbers of a text, of which each token takes one: the same seed
 *     gives the same draws, whatever other texts are generated meanwhile
 * @param stopTokens a text ends after one of these
 * @param maxNewTokens how many new tokens at most, which have to fit the model's positions after
 *     the prompt; where absent, {@link #DEFAULT_NEW_TOKENS} or as many as fit
 */
public record GenerationOptions(
    double temperature,
    int topK,
    double topP,
    double minP,
    double repetitionPenalty,
    long seed,
    Set<Integer> stopTokens,
    OptionalInt maxNewTokens) {
  /** How many new tokens there are at most where nothing else was said. */
  public static final int DEFAULT_NEW_TOKENS = 128;

  /**
   * Checks all values.
   *
   * @throws IllegalArgumentException if one is impossible
   */
  public GenerationOptions {
    stopTokens = Set.copyOf(stopTokens);
    require(
        temperature >= 0 && Double.isFinite(temperature),
        "temperature must be a number from 0 on, not " + temperature);
    require(topK >= 0, "top-k must be at least 1, or 0 for all tokens, not " + topK);
    require(topP >= 0 && topP <= 1, "top-p must be a number from 0 to 1, not " + topP);
    require(minP >= 0 && minP <= 1, "min-p must be a number from 0 to 1, not " + minP);
    require(
        repetitionPenalty > 0 && Double.isFinite(repetitionPenalty),
        "repetition penalty must be a number above 0, not " + repetitionPenalty);
    require(
        maxNewTokens.orElse(0) >= 0,
        "max new tokens must not be negative: " + maxNewTokens.orElse(0));
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }

  /** The most probable token each time, without stop tokens. */
  public static GenerationOptions greedy() {
    return builder().build();
  }

  /**
   * What {@code generation_config.json} of a model's folder says: temperature, top-k, top-p and
   * min-p where {@code do_sample} is true, else temperature 0; the repetition penalty; and the stop
   * tokens {@code eos_token_id}, one or a list. Where there is no such file or key, the stop tokens
   * are those of {@code config.json} and all else is as {@link #builder} has it. {@code
   * max_new_tokens} is not taken over.
   *
   * @throws dev.loam.model.ModelConfigException if the file says something impossible
   */
  public static GenerationOptions read(Path folder, Qwen3Config config) {
    return GenerationConfigFile.read(folder.resolve("generation_config.json"), config);
  }

  /** Starts with the most probable token each time and no stop tokens. */
  public static Builder builder() {
    return new Builder();
  }

  /** Starts with these options. */
  public Builder toBuilder() {
    Builder builder =
        new Builder()
            .optTemperature(temperature)
            .optTopK(topK)
            .optTopP(topP)
            .optMinP(minP)
            .optRepetitionPenalty(repetitionPenalty)
            .optSeed(seed)
            .optStopTokens(stopTokens);
    builder.maxNewTokens = maxNewTokens;
    return builder;
  }

  /** Whether the logits alone decide. */
  boolean isGreedy() {
    return temperature == 0;
  }

  /** Collects options; they are checked by {@link #build}. */
  public static final class Builder {
    private double temperature;
    private int topK;
    private double topP = 1;
    private double minP;
    private double repetitionPenalty = 1;
    private long seed;
    private Set<Integer> stopTokens = Set.of();
    private OptionalInt maxNewTokens = OptionalInt.empty();

    private Builder() {}

    /** What logits are divided by; 0, the default, takes the most probable token. */
    public Builder optTemperature(double value) {
      temperature = value;
      return this;
    }

    /** How many tokens remain; by default 0, all. */
    public Builder optTopK(int value) {
      topK = value;
      return this;
    }

    /** What probability remains; by default 1, all. */
    public Builder optTopP(double value) {
      topP = value;
      return this;
    }

    /** How probable, relative to the most probable, a token has to be; by default 0. */
    public Builder optMinP(double value) {
      minP = value;
      return this;
    }

    /** Above 1 makes tokens that were there less probable; by default 1. */
    public Builder optRepetitionPenalty(double value) {
      repetitionPenalty = value;
      return this;
    }

    /** Starts the random numbers; by default 0. */
    public Builder optSeed(long value) {
      seed = value;
      return this;
    }

    /** What ends a text; by default nothing. */
    public Builder optStopTokens(Set<Integer> value) {
      stopTokens = Set.copyOf(value);
      return this;
    }

    /** How many new tokens at most; by default 128, or as many as the model has positions for. */
    public Builder optMaxNewTokens(int value) {
      maxNewTokens = OptionalInt.of(value);
      return this;
    }

    /**
     * The options.
     *
     * @throws IllegalArgumentException if a value is impossible
     */
    public GenerationOptions build() {
      return new GenerationOptions(
          temperature, topK, topP, minP, repetitionPenalty, seed, stopTokens, maxNewTokens);
    }
  }
}
