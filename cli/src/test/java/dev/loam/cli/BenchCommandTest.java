// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.loam.model.Qwen3Config;
import dev.loam.model.SpecialTokens;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code bench step}, {@code bench generate} and {@code bench collectives}. */
class BenchCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final List<String> PARTS =
      List.of("data_s", "forward_s", "head_s", "backward_s", "communication_s", "optimizer_s");

  /** A model of 4 layers, 2 heads and a vocabulary of 64. */
  private static Cli.Result step(Object... more) {
    return Cli.run(
        Stream.concat(
                Stream.of(
                    "bench step --hidden 16 --heads 2 --kv-heads 2 --head-dim 8 --vocab"
                        .split(" ")),
                Stream.concat(Stream.of(64, "--threads", 1), Stream.of(more)))
            .toArray());
  }

  private static List<Long> longs(JsonNode array) {
    List<Long> values = new ArrayList<>();
    array.forEach(value -> values.add(value.asLong()));
    return values;
  }

  @Test
  void stepSaysWhereTimeGoes() throws IOException {
    JsonNode json = JSON.readTree(step("--steps", 2, "--json").ok().out());
    assertThat(json.path("step_seconds")).hasSize(2);
    assertThat(json.path("losses")).hasSize(3);
    for (String field :
        List.of(
            "tokens_per_second",
            "forward_s",
            "head_s",
            "backward_s",
            "optimizer_s",
            "bound_tokens_per_second",
            "bound_ratio")) {
      assertThat(json.path(field).asDouble()).as(field).isPositive();
    }
    assertThat(PARTS).allMatch(json::has);
    assertThat(json.path("bound_ratio").asDouble())
        .isCloseTo(
            json.path("tokens_per_second").asDouble()
                / json.path("bound_tokens_per_second").asDouble(),
            within(1e-9));
    long weights = json.path("weight_bytes").get(0).asLong();
    assertThat(longs(json.path("moment_bytes"))).containsExactly(2 * weights);
    assertThat(longs(json.path("logit_bytes")))
        .singleElement()
        .satisfies(n -> assertThat(n).isPositive());
  }

  /** Adapters of rank 2 beside q, k, v, o (16 wide), gate, up and down (16 and 48) of 4 layers. */
  @Test
  void stepOfAdaptersHasMomentsOfThoseAlone() throws IOException {
    JsonNode json = JSON.readTree(step("--steps", 1, "--lora", 2, "--json").ok().out());
    long elements = 4 * 2 * (4 * (16 + 16) + 3 * (16 + 48));
    assertThat(longs(json.path("moment_bytes"))).containsExactly(2 * 4 * elements);
    assertThat(json.path("bound_ratio").asDouble()).isPositive();
  }

  /** With recompute a layer more takes its input alone: 32 tokens of 16 numbers. */
  @Test
  void recomputeStoresLess() throws IOException {
    long input = 4 * 32 * 16;
    long two = activations("--layers", 2);
    long four = activations("--layers", 4);
    long twoRecomputed = activations("--layers", 2, "--recompute");
    long fourRecomputed = activations("--layers", 4, "--recompute");
    assertThat(fourRecomputed - twoRecomputed).isBetween(1L, 2 * input);
    // Queries, keys, values, attention, its sum, gate and up.
    long kept = 4 * 32 * (3 * 16 + 16 + 16 + 2 * 48);
    assertThat(four - two).isGreaterThan(2 * (input + kept));
    assertThat(four - fourRecomputed).isGreaterThan(4 * kept);
    assertThat(activations("--layers", 4, "--recompute", 3))
        .isBetween(fourRecomputed + kept, four - 3 * kept);
  }

  private static long activations(Object... options) throws IOException {
    Stream<Object> all =
        Stream.concat(Stream.of("--seq", 32, "--steps", 1, "--json"), Stream.of(options));
    return JSON.readTree(step(all.toArray()).ok().out()).path("activation_bytes").get(0).asLong();
  }

  @Test
  void stepOnSeveralRanksSaysWhatEachHas() throws IOException {
    long all =
        JSON.readTree(step("--steps", 1, "--json").ok().out()).path("weight_bytes").get(0).asLong();
    JsonNode json =
        JSON.readTree(
            step((Object[])
                    ("--dp 2 --tp 2 --pp 2 --micro-batches 2 --virtual-stages 2 --zero"
                            + " --sequence-parallel --seq 8 --steps 1 --json")
                        .split(" "))
                .ok()
                .out());
    assertThat(PARTS).allMatch(json::has);
    // The first rank of a pipeline has no head.
    assertThat(json.path("head_s").asDouble()).isZero();
    assertThat(json.path("communication_s").asDouble()).isPositive();
    List<Long> weights = longs(json.path("weight_bytes"));
    assertThat(weights).hasSize(8).allSatisfy(n -> assertThat(n).isBetween(1L, all / 2));
    List<Long> moments = longs(json.path("moment_bytes"));
    // Shared by two replicas, each has half of two moments.
    assertThat(moments.get(0) + moments.get(2)).isEqualTo(2 * weights.get(0));
    List<Long> logits = longs(json.path("logit_bytes"));
    assertThat(logits.subList(0, 4)).containsOnly(0L);
    assertThat(logits.subList(4, 8)).doesNotContain(0L);
  }

  @Test
  void schedulesAgree() throws IOException {
    List<List<Double>> losses = new ArrayList<>();
    for (List<Object> options :
        List.of(
            List.<Object>of(),
            List.<Object>of("--gpipe"),
            List.<Object>of("--virtual-stages", 2))) {
      List<Object> args = new ArrayList<>(options);
      args.addAll(List.of("--pp", 2, "--micro-batches", 4, "--seq", 8, "--steps", 1, "--json"));
      JsonNode json = JSON.readTree(step(args.toArray()).ok().out());
      List<Double> values = new ArrayList<>();
      json.path("losses").forEach(loss -> values.add(loss.asDouble()));
      losses.add(values);
    }
    assertThat(losses.get(1)).isEqualTo(losses.get(0));
    assertThat(losses.get(2)).isEqualTo(losses.get(0));
  }

  @Test
  void stepForPeople() {
    assertThat(step("--steps", 1, "--pp", 2).ok().out())
        .contains(" tokens/s, ", "forward ", ", communication ", ", optimizer ", "; activations ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--tp 3|tensor parallel 3 does not divide the 2 attention heads; choose one of 1, 2",
        "--pp 5|4 layers cannot fill 5 pipeline stages of 1 virtual stages each",
        "--dp 0|--dp 0 x --tp 1 x --pp 1 must be 1 to 1024 ranks",
        "--dp 65536 --tp 65536 --pp 65536|must be 1 to 1024 ranks",
        "--dp -1 --tp -1|must be 1 to 1024 ranks",
        "--virtual-stages 2|2 virtual stages need at least 2 pipeline stages",
        "--micro-batches 0|micro batches 0: must be 1 to",
        "--pp 2 --virtual-stages 2|1 micro batches are no multiple of 2 pipeline stages",
        "--pp 2 --micro-batches 2 --virtual-stages 2 --gpipe|leave out --virtual-stages",
        "--tp 2 --sequence-parallel --seq 7|divides the 7 tokens of a micro batch",
        "--seq 5000 --model-config /nowhere|/nowhere",
        "--steps 0|--steps must be at least 1",
        "--batch 2000000000|--batch x --seq are 1024000000000 tokens; at most 2147483647",
      })
  void stepRefusesWhatCannotBe(String options, String problem) {
    Cli.assertRefused(step((Object[]) options.split(" ")), ExitCodes.USAGE, problem);
  }

  @Test
  void stepRefusesAllAtOnce() {
    Cli.assertRefused(
        step("--tp", 3, "--pp", 5, "--warmup", -1, "--sequence-parallel"),
        ExitCodes.USAGE,
        "--warmup at least 0; ",
        "attention heads",
        "key and value heads",
        "4 layers cannot fill",
        "--sequence-parallel divides the 512 tokens");
  }

  private static Cli.Result generate(String options) {
    String shape = "bench generate --hidden 16 --heads 2 --kv-heads 2 --head-dim 8 --vocab 64";
    return Cli.run((Object[]) (shape + " --threads 1 " + options).split(" "));
  }

  @Test
  void generationBesideItsBounds() throws IOException {
    JsonNode json = JSON.readTree(generate("--prompt 8 --context 3 --tokens 4 --json").ok().out());
    for (String part : List.of("prefill", "decode")) {
      double rate = json.path(part + "_tokens_per_second").asDouble();
      double bound = json.path(part + "_bound_tokens_per_second").asDouble();
      assertThat(rate).as(part).isPositive().isFinite();
      assertThat(bound).as(part).isPositive().isFinite();
      assertThat(json.path(part + "_bound_ratio").asDouble()).isCloseTo(rate / bound, within(1e-9));
    }
    // Embedding, 4 layers of q, k, v, o, gate, up and down with 4 norms, and the last norm.
    long weights = 64 * 16 + 4 * (4 * 16 * 16 + 3 * 16 * 48 + 2 * 16 + 2 * 8) + 16;
    assertThat(json.path("weight_bytes").asLong()).isEqualTo(4 * weights);
    assertThat(json.path("decode_bound_tokens_per_second").asDouble() * 4 * weights)
        .isCloseTo(1e9 * json.path("read_bandwidth_gb_s").asDouble(), withinPercentage(1e-6));
  }

  @Test
  void generationForPeople() {
    assertThat(generate("--prompt 8 --context 3 --tokens 1").ok().out().lines())
        .anySatisfy(line -> assertThat(line).startsWith("prompt: ").contains(" tokens/s, "))
        .anySatisfy(line -> assertThat(line).startsWith("decoding: ").contains(" GB/s would"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--tokens 0|--prompt, --context and --tokens must be at least 1",
        "--prompt -1|must be at least 1",
        "--context 2147483647 --tokens 2147483647|max_position_embeddings must be between 1 and",
        "--model-config /nowhere|/nowhere",
      })
  void generationRefusesWhatCannotBe(String options, String problem) {
    Cli.assertRefused(generate(options), ExitCodes.USAGE, problem);
  }

  @Test
  void generationFitsTheModelsPositions(@TempDir Path folder) {
    new Qwen3Config(64, 16, 48, 1, 2, 2, 8, 64, 1e6, 1e-6, 0.02, true, SpecialTokens.none())
        .write(folder.resolve("config.json"), "float32");
    Cli.assertRefused(
        generate("--prompt 8 --context 60 --tokens 4 --model-config " + folder),
        ExitCodes.USAGE,
        "--prompt 8, and --context 60 with --tokens 4, need 65 positions;"
            + " max_position_embeddings is 64");
  }

  @Test
  void collectivesOnThreads() throws IOException {
    JsonNode json =
        JSON.readTree(
            Cli.run("bench", "collectives", "--ranks", 3, "--bytes", 40000, "--json").ok().out());
    assertThat(json.path("transport").asText()).isEqualTo("threads");
    assertThat(json.path("ranks").asInt()).isEqualTo(3);
    assertThat(json.path("bytes").asLong()).isEqualTo(40000);
    for (String rate :
        List.of("all_reduce", "reduce_scatter", "all_gather", "broadcast", "send_receive")) {
      JsonNode figure = json.path(rate + "_gb_s");
      assertThat(figure.path("median").asDouble()).as(rate).isPositive();
      assertThat(figure.path("best").asDouble())
          .as(rate)
          .isGreaterThanOrEqualTo(figure.path("median").asDouble());
    }
    JsonNode latency = json.path("all_reduce_latency_us");
    assertThat(latency.path("best").asDouble()).isPositive();
    assertThat(latency.path("best").asDouble())
        .isLessThanOrEqualTo(latency.path("median").asDouble());
  }

  @Test
  void collectivesForPeople() {
    List<String> lines =
        Cli.run("bench", "collectives", "--bytes", 4096, "--repeats", 1)
            .ok()
            .out()
            .lines()
            .toList();
    assertThat(lines).hasSize(8);
    assertThat(lines.get(0)).isEqualTo("2 ranks (threads), 4096 bytes");
    assertThat(lines.get(2)).matches("all_reduce +GB/s +[0-9.]+ +[0-9.]+");
    assertThat(lines.get(7)).matches("all_reduce 1 KiB +us +[0-9.]+ +[0-9.]+");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--ranks 1|at least 2 ranks exchange something, not 1",
        "--ranks 2000|--ranks must be at most 1024, not 2000",
        "--bytes 6|--bytes must be a multiple of 4 with 4 for each rank at least, not 6",
        "--bytes 4|not 4",
        "--repeats 0|--repeats must be at least 1, not 0",
        "--ranks 0 --bytes 1 --repeats -1|not 0; --bytes",
      })
  void collectivesRefuseWhatCannotBe(String options, String problem) {
    Cli.assertRefused(
        Cli.run(
            Stream.concat(Stream.of("bench", "collectives"), Stream.of(options.split(" ")))
                .toArray()),
        ExitCodes.USAGE,
        problem);
  }

  @Test
  void nothingToMeasure() {
    Cli.assertRefused(
        Cli.run("bench"),
        ExitCodes.USAGE,
        "there is step, generate, checkpoint, tokenizer, data, collectives");
    assertThat(Cli.run("bench", "step", "--help").ok().out())
        .contains("--dp", "--tp", "--pp", "--micro-batches", "--virtual-stages", "--gpipe")
        .contains("--zero", "--sequence-parallel");
    assertThat(Cli.run("bench", "collectives", "--help").ok().out()).contains("--ranks", "--bytes");
  }
}
