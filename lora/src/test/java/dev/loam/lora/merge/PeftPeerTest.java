// SPDX-License-Identifier: Apache-2.0
package dev.loam.lora.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.loam.lora.LoraModules;
import dev.loam.lora.LoraOptions;
import dev.loam.lora.LoraTargets;
import dev.loam.lora.PeftTargets;
import dev.loam.lora.PetTargets;
import dev.loam.lora.peft.AdapterFolder;
import dev.loam.model.formats.WeightFolder;
import dev.loam.testkit.TestData;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * PEFT loads what is written, without a word, and gives the logits that Transformers give with what
 * is merged. Needs a Python that has {@code peft} and {@code transformers}, which the system
 * property {@code loam.python} names.
 */
class PeftPeerTest {
  private static final String SCRIPT =
      """
      import json, sys, warnings, torch
      from peft import PeftModel
      from transformers import AutoModelForCausalLM
      def load(folder):
          return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
      base, adapter, merged = sys.argv[1:]
      model = load(base)
      ids = torch.arange(96).reshape(4, 24) * 37 % model.config.vocab_size
      with torch.no_grad(), warnings.catch_warnings(record=True) as said:
          warnings.simplefilter("always")
          plain = model(ids).logits
          with_adapter = PeftModel.from_pretrained(model, adapter)(ids).logits
          with_merged = load(merged)(ids).logits
      most = with_adapter.abs().max()
      json.dump({
          "warnings": [str(w.message) for w in said if "keys" in str(w.message)],
          "effect": ((plain - with_adapter).abs().max() / most).item(),
          "error": ((with_merged - with_adapter).abs().max() / most).item(),
      }, sys.stdout)
      """;

  @TempDir private Path folder;

  @Test
  void allKindsOfTargets() throws Exception {
    String python = System.getProperty("loam.python", "");
    assumeTrue(!python.isBlank(), "no Python with peft is named");
    Path tied = TestData.golden("01-model-a-tied").resolve("hf");
    Path untied = TestData.golden("01-model-b-untied").resolve("hf");
    String seed = ".*word_embeddings|.*linear_qkv|.*linear_proj|.*linear_fc1|.*linear_fc2";
    compare(python, tied, "fused", PetTargets.parse(seed, List.of(), false));
    compare(python, untied, "list", PeftTargets.of(List.of("embed_tokens", "k_proj", "up_proj")));
    compare(
        python, untied, "regex", PetTargets.parse(".*[12].*\\.(v|down)_proj", List.of(), false));
    compare(python, tied, "linear", PetTargets.parse("all-linear", List.of(), false));
    compare(python, tied, "exclude", PetTargets.parse("all-linear", List.of("linear_fc2"), false));
  }

  private void compare(String python, Path model, String name, LoraTargets targets)
      throws Exception {
    LoraOptions options = new LoraOptions(4, 6, 0.1, name.equals("list"), targets);
    Path adapter = RandomAdapter.write(folder.resolve(name), model, options, 0.2);
    Path merged = folder.resolve(name + "-merged");
    try (WeightFolder weights = WeightFolder.open(model, Optional.empty());
        AdapterFolder open = AdapterFolder.open(adapter, new LoraModules(weights.config()))) {
      new LoraMerge(weights, List.of(open), MergeOptions.DEFAULT, new PlainArena()).run(merged);
    }
    JsonNode told = run(python, model, adapter, merged);
    System.Logger log = System.getLogger(getClass().getName());
    log.log(System.Logger.Level.INFO, name + ": " + told);
    assertThat(told.path("warnings")).as(name).isEmpty();
    assertThat(told.path("effect").asDouble()).as(name).isGreaterThan(1e-2);
    // Float32 noise of the goldens' own comparisons is 6e-7; the limit is that of merging.
    assertThat(told.path("error").asDouble()).as(name).isLessThan(1e-5);
  }

  private JsonNode run(String python, Path... arguments) throws Exception {
    Path out = folder.resolve("out.json");
    Path err = folder.resolve("err.txt");
    ProcessBuilder process = new ProcessBuilder(python, "-c", SCRIPT);
    for (Path argument : arguments) {
      process.command().add(argument.toString());
    }
    process.environment().put("HF_HUB_OFFLINE", "1");
    Process started = process.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
    assertThat(started.waitFor(300, TimeUnit.SECONDS)).isTrue();
    assertThat(started.exitValue()).as(Files.readString(err, StandardCharsets.UTF_8)).isZero();
    return new ObjectMapper().readTree(out.toFile());
  }
}
