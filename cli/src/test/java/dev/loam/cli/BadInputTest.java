// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.testkit.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What people and hostile files do wrong: one message that helps, and the right exit code. */
class BadInputTest {
  @TempDir Path folder;
  private Path model;
  private Path tokenizer;

  @BeforeEach
  void prepare() {
    model = TestData.golden("01-model-a-tied").resolve("hf");
    tokenizer = TinyTokenizer.save(folder.resolve("tokenizer"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''                                   | no command given; there are tokenize,",
        "tokenise                             | 'tokenise'",
        "tokenize --inptu x                   | not understood: --inptu x",
        "tokenize --input a --tokenizer b --c | Unknown option: '--c'",
        "tokenize --input a --input b         | option '--input' (F) should be specified only once",
        "tokenize --lines --jsonl --input a --tokenizer b | exclude each other",
        "generate --model m                   | --prompt",
        "generate --model m --prompt a --prompt-ids [1]    | mutually exclusive",
        "generate --model m --prompt-ids 1,2  | --prompt-ids",
        "generate --model m --prompt-ids [1.5]| --prompt-ids[0] must be a token id, not 1.5",
        "generate --model m --prompt-ids [1] --max-new-tokens 0 | must be at least 1, not 0",
        "generate --model m --prompt-ids [1] --max-new-tokens x | 'x' is not an int",
        "generate --model nowhere --prompt-ids [1] | nowhere/config.json: no such file",
        "generate --model m --prompt-ids [1] --temperature -1 | temperature must be a number from 0",
        "generate --model m --prompt-ids [1] --temperature NaN | from 0 on, not NaN",
        "generate --model m --prompt-ids [1] --top-k -1 | top-k must be at least 1, or 0 for all",
        "generate --model m --prompt-ids [1] --top-p 1.5 | top-p must be a number from 0 to 1",
        "generate --model m --prompt-ids [1] --min-p 2 | min-p must be a number from 0 to 1",
        "generate --model m --prompt-ids [1] --repetition-penalty 0 | must be a number above 0",
        "generate --model m --prompt-ids [1] --seed x | 'x' is not a long",
        "generate --model m --prompt-ids [1] --batch-size 0 | must be at least 1, not 0",
        "generate --model m --messages nowhere.json | no such file: nowhere.json",
        "generate --model m --batch nowhere.jsonl | no such file: nowhere.jsonl",
        "chat --model m                       | chat needs a terminal, or lines from a pipe",
      })
  void usage(String line, String part) {
    Object[] args = line.isEmpty() ? new Object[0] : line.split(" ", -1);
    Cli.assertRefused(Cli.run(args), ExitCodes.USAGE, part);
  }

  @Test
  void threads() throws IOException {
    Path input = json("{\"input_ids\": [[1, 2]]}");
    Cli.assertRefused(
        logits(input, "--threads", "0"), ExitCodes.USAGE, "--threads must be at least 1, not 0");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tokenize --tokenizer T --input",
        "detokenize --tokenizer T --input",
        "tokenize --jsonl --tokenizer T --input",
        "clean-wikitext --output F --input",
        "logits --model M --output F --input-ids"
      })
  void missingFileAndFolder(String line) {
    String[] args = line.split(" ", -1);
    String[] all = Arrays.copyOf(args, args.length + 1);
    for (String wrong : new String[] {"nowhere", folder.toString()}) {
      all[args.length] = wrong;
      Cli.assertRefused(Cli.run((Object[]) all), ExitCodes.USAGE, wrong, "expected");
    }
  }

  /** A folder may be a corpus. */
  @Test
  void missingCorpus() throws IOException {
    Path empty = Files.createDirectory(folder.resolve("empty"));
    for (String wrong : new String[] {"nowhere", empty.toString()}) {
      Object[] args = {
        "preprocess", "--output-prefix", "P", "--tokenizer-dir", "T", "--input", wrong
      };
      Cli.assertRefused(Cli.run(args), ExitCodes.USAGE, wrong);
    }
  }

  @Test
  void outputIsAFolder() throws IOException {
    Path input = Files.writeString(folder.resolve("text"), "the sea");
    Cli.assertRefused(
        Cli.run("tokenize", "--tokenizer", tokenizer, "--input", input, "--output", folder),
        ExitCodes.USAGE,
        folder + ": is a folder; expected the name of a file");
  }

  @Test
  void textThatIsNotUtf8() throws IOException {
    Path input = Files.write(folder.resolve("text"), new byte[] {'a', '\n', 'b', (byte) 0xc3, 'c'});
    Path output = folder.resolve("ids");
    for (String mode : new String[] {"--no-special", "--lines"}) {
      Cli.assertRefused(
          Cli.run("tokenize", mode, "--tokenizer", tokenizer, "--input", input, "--output", output),
          ExitCodes.USAGE,
          input + ", byte 3: 0xc3 begins no UTF-8 character");
      assertThat(output).doesNotExist();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"ids\": [1, -2]}       | \"ids[1]\" must be a token id, not -2",
        "{\"ids\": \"1\"}         | \"ids\" must be a list of token ids",
        "{\"skip_special\": true} | \"ids\" must be a list of token ids, it is missing",
        "{\"ids\": [1], \"skip_special\": 1} | \"skip_special\" must be true or false",
        "{\"ids\": [1], \"x\": 1} | unknown key \"x\"",
        "{\"ids\": [1], \"ids\": [2]} | Duplicate field 'ids'",
        "{\"ids\": [1]            | not valid JSON",
        "[1]                      | expected a JSON object, found [1]",
        "' '                      | the line is blank",
      })
  void lines(String json, String part) throws IOException {
    Path input = Files.writeString(folder.resolve("lines"), json + "\n");
    Cli.assertRefused(
        Cli.run("detokenize", "--jsonl", "--tokenizer", tokenizer, "--input", input),
        ExitCodes.USAGE,
        input + ":1: ",
        part);
  }

  @Test
  void idsThatAreNone() throws IOException {
    Path input = Files.write(folder.resolve("ids"), new byte[] {1, 0, 0, 0, -1, -1, -1, -1});
    Cli.assertRefused(
        Cli.run("detokenize", "--tokenizer", tokenizer, "--input", input),
        ExitCodes.USAGE,
        input + ", byte 4: token id -1 is negative");
    Files.write(input, new byte[5]);
    Cli.assertRefused(
        Cli.run("detokenize", "--tokenizer", tokenizer, "--input", input),
        ExitCodes.USAGE,
        input + ": 5 bytes");
  }

  @Test
  void brokenTokenizer() throws IOException {
    Path input = Files.writeString(folder.resolve("text"), "the sea");
    Path json = tokenizer.resolve("tokenizer.json");
    String whole = Files.readString(json);
    Files.writeString(json, whole.substring(0, whole.length() / 2));
    Cli.assertRefused(
        Cli.run("tokenize", "--tokenizer", tokenizer, "--input", input),
        ExitCodes.USAGE,
        json + ": not valid JSON at line ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"input_ids\": [[1, 512]]}      | input_ids[0][1] = 512 is not in 0..511",
        "{\"input_ids\": [[1, -1]]}       | input_ids[0][1] = -1 is not in 0..511",
        "{\"input_ids\": [[1, 2], [3]]}   | input_ids[1] has 1 values",
        "{\"input_ids\": []}              | input_ids is empty",
        "{\"input_ids\": [[]]}            | input_ids is empty",
        "{\"input_ids\": 5}               | input_ids must be a list of rows",
        "{\"input_ids\": [5]}             | input_ids[0] must be a list of rows",
        "{\"input_ids\": [[\"a\"]]}       | input_ids[0][0] must be an integer, not \"a\"",
        "{\"input_ids\": [[9223372036854775808]]} | input_ids[0][0] must be an integer",
        "{\"inputs\": [[1]]}              | unknown key \"inputs\"",
        "{\"labels\": [[1]]}              | the key \"input_ids\" is missing",
        "{\"input_ids\": [[1, 2]], \"labels\": [[1, 512]]} | labels[0][1] = 512",
        "{\"input_ids\": [[1, 2]], \"labels\": [[1, -100]]} | no token has a label",
        "{\"input_ids\": [[1, 2]], \"attention_mask\": [[1, 2]]} | is neither 0 nor 1",
        "{\"input_ids\": [[1, 2]], \"position_ids\": [[0, 4096]]} | position_ids[0][1] = 4096",
        "{\"input_ids\": [[1, 2, 3]], \"document_ids\": [[0, 1, 0]]} | document_ids[0][2]",
        "{\"input_ids\": [[1, 2]]         | not valid JSON at line 1",
        "''                               | empty",
      })
  void rows(String json, String part) throws IOException {
    Path input = json(json);
    Cli.assertRefused(logits(input), ExitCodes.USAGE, input + ": ", part);
  }

  @Test
  void sequenceTooLong() throws IOException {
    Path input = json("{\"input_ids\": [" + Arrays.toString(new int[4097]) + "]}");
    Cli.assertRefused(
        logits(input), ExitCodes.USAGE, "4097 tokens is longer than the model's 4096 positions");
    Cli.assertRefused(
        Cli.run("generate", "--model", model, "--prompt-ids", "[1,2]", "--max-new-tokens", "4095"),
        ExitCodes.USAGE,
        "--prompt-ids: 2 prompt tokens and 4095 new ones do not fit");
  }

  @Test
  void promptOutsideTheVocabulary() {
    Cli.assertRefused(
        Cli.run("generate", "--model", model, "--prompt-ids", "[1,512]"),
        ExitCodes.USAGE,
        "--prompt-ids: prompt token 1 = 512 is outside the vocabulary of 512");
    Cli.assertRefused(
        Cli.run("generate", "--model", model, "--tokenizer", tokenizer, "--prompt", ""),
        ExitCodes.USAGE,
        "--prompt: the prompt has no tokens");
  }

  @Test
  void headsThatDoNotDivide() throws IOException {
    Path config = model.resolve("config.json");
    Files.writeString(
        config,
        Files.readString(config)
            .replaceFirst("\"num_key_value_heads\": 2", "\"num_key_value_heads\": 3")
            .replaceFirst("\"head_dim\": 32", "\"head_dim\": 31"));
    Cli.Result result = logits(json("{\"input_ids\": [[1, 2]]}"));
    Cli.assertRefused(
        result,
        ExitCodes.USAGE,
        config + ": 2 problems",
        "num_attention_heads 4 is not a multiple of num_key_value_heads 3",
        "head_dim must be even");
  }

  @Test
  void generationConfig() throws IOException {
    Path config =
        Files.writeString(model.resolve("generation_config.json"), "{\"eos_token_id\": \"x\"}");
    Cli.assertRefused(
        Cli.run("generate", "--model", model, "--prompt-ids", "[1]"),
        ExitCodes.USAGE,
        config + ": eos_token_id must be a token id");
  }

  @Test
  void truncatedWeights() throws IOException {
    Path weights = model.resolve("model.safetensors");
    byte[] bytes = Files.readAllBytes(weights);
    Path input = json("{\"input_ids\": [[1, 2]]}");
    for (int length : new int[] {bytes.length - 1, 100, 3, 0}) {
      Files.write(weights, Arrays.copyOf(bytes, length));
      Cli.assertRefused(logits(input), ExitCodes.CHECKPOINT, weights + ": ");
    }
    Files.delete(weights);
    Cli.assertRefused(logits(input), ExitCodes.CHECKPOINT, model.toString());
    assertThat(folder.resolve("out.safetensors")).doesNotExist();
  }

  private Path json(String text) throws IOException {
    return Files.writeString(folder.resolve("in.json"), text);
  }

  private Cli.Result logits(Path input, String... more) {
    Object[] args = {
      "logits",
      "--model",
      model,
      "--input-ids",
      input,
      "--output",
      folder.resolve("out.safetensors")
    };
    Object[] all = Arrays.copyOf(args, args.length + more.length);
    System.arraycopy(more, 0, all, args.length, more.length);
    return Cli.run(all);
  }
}
