// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.loam.tokenizer.StreamingDecoder;
import dev.loam.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Token ids to text. */
@Command(
    name = "detokenize",
    description = "Turns token ids (int32, little-endian) into text in UTF-8.")
@SuppressWarnings("NullAway.Init") // the fields are set by picocli
final class DetokenizeCommand implements Callable<Integer> {
  private final Streams streams;

  @Mixin private TokenizerOption tokenizer;

  @Option(names = "--input", required = true, paramLabel = "F", description = "Token ids.")
  private Path input;

  @Option(names = "--output", paramLabel = "F", description = "By default standard output.")
  private Optional<Path> output = Optional.empty();

  @Option(
      names = "--skip-special",
      description =
          "Leaves out special tokens such as <|im_end|>; where a line of --jsonl does not say.")
  private boolean skipSpecial;

  @Option(
      names = "--jsonl",
      description =
          "Reads an object {\"ids\", \"skip_special\"} on each line and writes one {\"text\","
              + " \"stream\"}: the whole text, and what streaming decode gives out at each id.")
  private boolean jsonl;

  DetokenizeCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() throws IOException {
    InputFiles.require(input, "token ids");
    Tokenizer loaded = tokenizer.load();
    try (Output out = Output.open(output, streams)) {
      if (jsonl) {
        JsonLines.transform(
            input, Set.of("ids", "skip_special"), out, line -> decoded(loaded, line));
      } else {
        out.stream().write(loaded.decode(IdFile.read(input), skipSpecial).getBytes(UTF_8));
      }
      out.commit();
    }
    return ExitCodes.OK;
  }

  private Map<String, ?> decoded(Tokenizer loaded, JsonLines.Line line) {
    int[] ids = line.ids("ids");
    boolean skip = line.flag("skip_special", skipSpecial);
    StreamingDecoder stream = loaded.streamingDecoder(skip);
    Map<String, Object> decoded = new LinkedHashMap<>();
    decoded.put("text", loaded.decode(ids, skip));
    decoded.put("stream", Arrays.stream(ids).mapToObj(stream::next).toList());
    return decoded;
  }
}
