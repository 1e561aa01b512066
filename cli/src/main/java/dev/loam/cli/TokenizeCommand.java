// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import dev.loam.tokenizer.AddedTokens;
import dev.loam.tokenizer.Encoding;
import dev.loam.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Text to token ids. */
@Command(
    name = "tokenize",
    description = "Turns text into token ids, written as int32, little-endian.")
@SuppressWarnings("NullAway.Init") // the fields are set by picocli
final class TokenizeCommand implements Callable<Integer> {
  private final Streams streams;

  @Mixin private TokenizerOption tokenizer;

  @Option(names = "--input", required = true, paramLabel = "F", description = "Text in UTF-8.")
  private Path input;

  @Option(names = "--output", paramLabel = "F", description = "By default standard output.")
  private Optional<Path> output = Optional.empty();

  @Option(
      names = "--lines",
      description = "Encodes each line by itself, its line feed included; lines end at LF only.")
  private boolean lines;

  @Option(
      names = "--no-special",
      description = "Takes added tokens such as <|im_end|> for plain text.")
  private boolean noSpecial;

  @Option(
      names = "--jsonl",
      description =
          "Reads an object {\"text\"} on each line and writes one {\"ids\", \"offsets\"}: for each"
              + " id the code points [start, end) of the text it comes from.")
  private boolean jsonl;

  TokenizeCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() throws IOException {
    if (jsonl && lines) {
      throw new UsageException("--lines and --jsonl exclude each other; leave one out");
    }
    InputFiles.require(input, "text in UTF-8");
    Tokenizer loaded = tokenizer.load();
    AddedTokens added = noSpecial ? AddedTokens.none() : AddedTokens.all();
    try (Output out = Output.open(output, streams)) {
      if (jsonl) {
        JsonLines.transform(
            input, Set.of("text"), out, line -> encoded(loaded, line.text("text"), added));
      } else if (lines) {
        encodeLines(loaded, added, out);
      } else {
        IdFile.write(loaded.encode(TextInput.read(input, "text in UTF-8"), added), out.stream());
      }
      out.commit();
    }
    return ExitCodes.OK;
  }

  private static Map<String, ?> encoded(Tokenizer loaded, String text, AddedTokens added) {
    Encoding encoding = loaded.encodeWithSpans(text, added);
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("ids", encoding.ids());
    line.put("offsets", CodePoints.of(text, encoding.spans()));
    return line;
  }

  private void encodeLines(Tokenizer loaded, AddedTokens added, Output out) throws IOException {
    try (TextInput text = new TextInput(input, "text in UTF-8")) {
      for (Optional<String> line = text.nextLine(); line.isPresent(); line = text.nextLine()) {
        IdFile.write(loaded.encode(line.get(), added), out.stream());
      }
    }
  }
}
