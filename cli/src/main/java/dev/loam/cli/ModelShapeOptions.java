// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import dev.loam.model.Qwen3Config;
import dev.loam.model.SpecialTokens;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The shape of a model that is initialised randomly to be measured. */
@SuppressWarnings("NullAway.Init") // the fields are set by picocli
final class ModelShapeOptions {
  private static final int FEWEST_POSITIONS = 4096;

  @Option(
      names = "--model-config",
      paramLabel = "DIR",
      description = "Folder with a config.json, or the file; else the shape is given by options.")
  private Optional<Path> modelConfig = Optional.empty();

  @Option(names = "--layers", paramLabel = "N", description = "By default 4.")
  private int layers = 4;

  @Option(names = "--hidden", paramLabel = "N", description = "By default 256.")
  private int hidden = 256;

  @Option(names = "--intermediate", paramLabel = "N", description = "By default 3 x hidden.")
  private Optional<Integer> intermediate = Optional.empty();

  @Option(names = "--heads", paramLabel = "N", description = "By default 4.")
  private int heads = 4;

  @Option(names = "--kv-heads", paramLabel = "N", description = "By default 2.")
  private int keyValueHeads = 2;

  @Option(names = "--head-dim", paramLabel = "N", description = "By default 64.")
  private int headSize = 64;

  @Option(names = "--vocab", paramLabel = "N", description = "By default 8192.")
  private int vocabulary = 8192;

  /**
   * The configuration read, or that of the shape.
   *
   * @param positions the model has at least this many if its shape is given by options
   */
  Qwen3Config config(int positions) {
    return modelConfig.map(ModelShapeOptions::read).orElseGet(() -> shape(positions));
  }

  private static Qwen3Config read(Path path) {
    return Qwen3Config.read(Files.isDirectory(path) ? path.resolve("config.json") : path);
  }

  private Qwen3Config shape(int positions) {
    return new Qwen3Config(
        vocabulary,
        hidden,
        intermediate.orElse(3 * hidden),
        layers,
        heads,
        keyValueHeads,
        headSize,
        Math.max(FEWEST_POSITIONS, positions),
        1e6,
        1e-6,
        0.02,
        true,
        SpecialTokens.none());
  }
}
