// SPDX-License-Identifier: Apache-2.0
package dev.loam.lora.peft;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.checkpoint.CheckpointException;
import dev.loam.lora.ModuleNames;
import dev.loam.lora.PeftTargets;
import dev.loam.testkit.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code adapter_config.json}, of PEFT's making and of others'. */
class AdapterConfigTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"b0", "brand", "embed"})
  void whatPeftWroteIsWrittenToTheByte(String golden) throws IOException {
    Path file = TestData.golden("04-lora-" + golden).resolve("adapter_init/adapter_config.json");
    assertThat(AdapterConfig.read(file).toJson()).isEqualTo(Files.readString(file));
  }

  @Test
  void allThatCanBeSaidComesBack() throws IOException {
    for (ModuleNames modules :
        List.of(
            ModuleNames.parse("all-linear"),
            ModuleNames.parse(".*\\.(q|k)_proj"),
            new ModuleNames.Listed(List.of("q_proj", "down_proj")))) {
      List<Integer> layers = modules instanceof ModuleNames.Listed ? List.of(0, 3) : List.of();
      PeftTargets targets =
          new PeftTargets(modules, Optional.of(ModuleNames.parse(".*2.*")), layers);
      AdapterConfig config = new AdapterConfig(4, 2.5, 0.05, true, targets, Optional.of("base"));
      assertThat(read(config.toJson())).isEqualTo(config);
    }
  }

  @Test
  void aSmallFileOfAnOldVersionWillDo() throws IOException {
    AdapterConfig config =
        read(
            """
            {"peft_type": "LORA", "r": 4, "lora_alpha": 8, "target_modules": ["q_proj"],
             "bias": "none", "enable_lora": null, "merge_weights": false, "modules_to_save": []}
            """);
    assertThat(config.options().scale()).isEqualTo(2);
    assertThat(config.options().dropout()).isZero();
    assertThat(
            read("{'peft_type':'LORA','r':4,'lora_alpha':8,'use_rslora':true,"
                    + "'target_modules':'.*q_proj'}")
                .options()
                .scale())
        .isEqualTo(4);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'peft_type':'LOHA'|peft_type must be \"LORA\", not \"LOHA\"",
        "'r':0|r must be a whole number from 1 to 65536, not 0",
        "'r':1.5|r must be a whole number",
        "'r':null|r must be a whole number",
        "'lora_alpha':-1|lora_alpha must be a number above 0, not -1",
        "'lora_dropout':1|lora_dropout must be a number",
        "'use_dora':true|use_dora is true, which is not supported",
        "'use_rslora':1|use_rslora must be true or false",
        "'rank_pattern':{'q_proj':2}|rank_pattern is {\"q_proj\":2}, which is not supported",
        "'alpha_pattern':{'q_proj':2}|alpha_pattern is",
        "'bias':'all'|bias must be \"none\"",
        "'modules_to_save':['lm_head']|modules_to_save is",
        "'fan_in_fan_out':true|fan_in_fan_out is",
        "'lora_bias':true|lora_bias is",
        "'layer_replication':[[0,2]]|layer_replication is",
        "'target_parameters':['a']|target_parameters is",
        "'trainable_token_indices':[1]|trainable_token_indices is",
        "'ensure_weight_tying':true|ensure_weight_tying is",
        "'kasa_config':{'a':1}|kasa_config is",
        "'feature_of_tomorrow':3|feature_of_tomorrow is 3, which is not supported",
        "'init_lora_weights':'pissa_niter_4'|changes the weights of the model",
        "'target_modules':null|target_modules is missing",
        "'target_modules':[]|target_modules must be a text or a list",
        "'target_modules':[1]|target_modules has the member 1",
        "'target_modules':'('|is no regular expression",
        "'layers_to_transform':[-1]|layers_to_transform must be layers, not -1",
        "'layers_pattern':'h'|layers_pattern must be \"layers\"",
      })
  void whatWouldChangeTheResultIsRefused(String member, String message) {
    String key = member.substring(0, member.indexOf(':'));
    StringBuilder json = new StringBuilder("{" + member);
    for (String usual :
        List.of("'peft_type':'LORA'", "'r':8", "'lora_alpha':16", "'target_modules':['q_proj']")) {
      json.append(usual.startsWith(key) ? "" : "," + usual);
    }
    assertThatThrownBy(() -> read(json + "}"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith(folder.resolve("adapter_config.json") + ": ")
        .hasMessageContaining(message);
  }

  @Test
  void allProblemsAtOnce() {
    assertThatThrownBy(() -> read("{'r':0,'use_dora':true}"))
        .hasMessageContaining("5 problems")
        .hasMessageContaining("peft_type must be \"LORA\"; it is missing");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "{", "{'r':1,'r':1}", "{} {}", "nul", "\u0000", "'\ud800'"})
  void whatIsNoObject(String text) {
    assertThatThrownBy(() -> read(text)).isInstanceOf(CheckpointException.class);
  }

  /** Whatever bytes change: it is read, or refused with one message. */
  @Test
  void damagedFiles() throws IOException {
    Path golden = TestData.golden("04-lora-embed").resolve("adapter_init/adapter_config.json");
    byte[] bytes = Files.readAllBytes(golden);
    SplittableRandom random = new SplittableRandom(11);
    int read = 0;
    for (int i = 0; i < 2000; i++) {
      byte[] damaged = bytes.clone();
      for (int n = random.nextInt(1, 4); n > 0; n--) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
      }
      Path file = Files.write(folder.resolve("adapter_config.json"), damaged);
      try {
        AdapterConfig.read(file);
        read++;
      } catch (CheckpointException e) {
        assertThat(e).hasMessageStartingWith(file + ": ");
      }
    }
    assertThat(read).isBetween(1, 1000);
  }

  private AdapterConfig read(String json) throws IOException {
    Path file = folder.resolve("adapter_config.json");
    return AdapterConfig.read(Files.write(file, json.replace('\'', '"').getBytes(UTF_8)));
  }
}
