// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import dev.loam.data.wikitext.WikitextCleaner;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** WikiText to JSON lines. */
@Command(
    name = "clean-wikitext",
    description = "Turns a raw WikiText file into JSON lines, one for each paragraph.")
@SuppressWarnings("NullAway.Init") // the fields are set by picocli
final class CleanWikitextCommand implements Callable<Integer> {
  private final Streams streams;

  @Option(names = "--input", required = true, paramLabel = "F", description = "WikiText in UTF-8.")
  private Path input;

  @Option(names = "--output", required = true, paramLabel = "F.jsonl", description = "To write.")
  private Path output;

  CleanWikitextCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() throws IOException {
    long paragraphs = WikitextCleaner.clean(InputFiles.require(input, "WikiText in UTF-8"), output);
    streams.say(paragraphs + " paragraphs written to " + output);
    return ExitCodes.OK;
  }
}
