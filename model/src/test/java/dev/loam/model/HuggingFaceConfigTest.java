// SPDX-License-Identifier: Apache-2.0
package dev.loam.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HuggingFaceConfigTest {
  private static final String MINIMAL =
      "\"model_type\":\"qwen3\",\"hidden_size\":8,\"intermediate_size\":12,\"vocab_size\":20,"
          + "\"num_hidden_layers\":2,\"num_attention_heads\":4";

  @TempDir Path folder;

  private Qwen3Config read(String json) {
    Path file = folder.resolve("config.json");
    try {
      Files.writeString(file, json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Qwen3Config.read(file);
  }

  private void refused(String json, String... parts) {
    assertThatThrownBy(() -> read(json))
        .isInstanceOf(ModelConfigException.class)
        .hasMessageStartingWith(folder.resolve("config.json") + ": ")
        .message()
        .contains(parts);
  }

  @Test
  void defaultsAreThoseOfHuggingFace() {
    assertThat(read("{" + MINIMAL + "}"))
        .isEqualTo(
            new Qwen3Config(
                20, 8, 12, 2, 4, 4, 128, 32768, 1e6, 1e-6, 0.02, false, SpecialTokens.none()));
  }

  @Test
  void bothLayoutsAreTheSameModel() {
    String common =
        MINIMAL
            + ",\"architectures\":[\"Qwen3ForCausalLM\"],\"attention_bias\":false,"
            + "\"attention_dropout\":0.0,\"bos_token_id\":1,\"eos_token_id\":[2,3],"
            + "\"head_dim\":6,\"hidden_act\":\"silu\",\"initializer_range\":0.5,"
            + "\"max_position_embeddings\":64,\"max_window_layers\":2,"
            + "\"num_key_value_heads\":2,\"rms_norm_eps\":1e-5,\"sliding_window\":null,"
            + "\"tie_word_embeddings\":true,\"use_cache\":true,\"use_sliding_window\":false,";
    Qwen3Config published =
        read("{" + common + "\"rope_scaling\":null,\"rope_theta\":5e5,\"torch_dtype\":\"bf\"}");
    Qwen3Config five =
        read(
            "{"
                + common
                + "\"rope_parameters\":{\"rope_theta\":500000,\"rope_type\":\"default\"},"
                + "\"layer_types\":[\"full_attention\",\"full_attention\"],\"dtype\":\"float32\","
                + "\"pad_token_id\":null}");
    assertThat(published)
        .isEqualTo(
            new Qwen3Config(
                20,
                8,
                12,
                2,
                4,
                2,
                6,
                64,
                5e5,
                1e-5,
                0.5,
                true,
                new SpecialTokens(OptionalInt.of(1), List.of(2, 3))));
    assertThat(five).isEqualTo(published);
  }

  @Test
  void allProblemsInOneMessage() {
    refused(
        "{\"model_type\":\"llama\",\"hidden_size\":\"8\",\"intermediate_size\":12.5,"
            + "\"num_hidden_layers\":99999999999,\"num_attention_heads\":4,"
            + "\"num_key_value_heads\":3,\"head_dim\":7,\"rope_theta\":\"big\","
            + "\"tie_word_embeddings\":1,\"hidden_act\":\"gelu\",\"attention_bias\":true,"
            + "\"use_sliding_window\":true,\"attention_dropout\":0.1,"
            + "\"rope_scaling\":{\"type\":\"yarn\"},\"num_experts\":8,"
            + "\"quantization_config\":{\"bits\":4}}",
        "model_type must be \"qwen3\", not \"llama\"",
        "hidden_size must be an integer, not \"8\"",
        "intermediate_size must be an integer, not 12.5",
        "num_hidden_layers must be an integer, not 99999999999",
        "vocab_size must be an integer; it is missing",
        "num_attention_heads 4 is not a multiple of num_key_value_heads 3",
        "head_dim must be even for rotary positions, not 7",
        "rope_theta must be a number, not \"big\"",
        "tie_word_embeddings must be true or false, not 1",
        "hidden_act must be \"silu\", not \"gelu\"",
        "attention_bias must be false",
        "use_sliding_window must be false",
        "attention_dropout must be 0",
        "rope_scaling must be null, not {\"type\":\"yarn\"}",
        "unknown key 'num_experts'",
        "unknown key 'quantization_config'");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'layer_types':['full_attention']|layer_types has 1 entries for 2 layers",
        "'layer_types':['full_attention','sliding_attention']|not \"sliding_attention\"",
        "'layer_types':'full_attention'|layer_types has 0 entries",
        "'rope_parameters':{'rope_type':'yarn','rope_theta':1e6}|rope_type must be \"default\"",
        "'rope_parameters':{'rope_type':'default'}|rope_parameters.rope_theta must be a number",
        "'rope_parameters':{'rope_theta':1e6},'rope_theta':1e5|contradicts",
        "'rope_parameters':7|rope_parameters.rope_theta must be a number",
        "'rope_theta':0|rope_theta must be a positive number, not 0.0",
        "'rope_theta':1e999|rope_theta must be a positive number, not Infinity",
        "'rms_norm_eps':-1e-6|rms_norm_eps must be a positive number",
        "'rms_norm_eps':null|rms_norm_eps must be a number, not null",
        "'head_dim':0|head_dim must be between 1 and 16777216, not 0",
        "'max_position_embeddings':1000000000|max_position_embeddings must be between",
        "'eos_token_id':'</s>'|eos_token_id must be a token id, not \"</s>\"",
        "'eos_token_id':[1,'2']|eos_token_id must be a token id, not \"2\"",
        "'eos_token_id':[-1]|eos_token_id must be a token id, not -1",
        "'eos_token_id':99999999999|eos_token_id must be a token id, not 99999999999",
        "'bos_token_id':true|bos_token_id must be a token id, not true",
        "'hidden_act':7|hidden_act must be \"silu\", not 7",
      })
  void contradictoryOrWrongValues(String fields, String problem) {
    refused("{" + MINIMAL + "," + fields.replace('\'', '"') + "}", "config.json: ", problem);
  }

  @Test
  void aMissingSizeIsOneProblem() {
    refused(
        "{" + MINIMAL.replace(",\"num_attention_heads\":4", ",\"num_key_value_heads\":4") + "}",
        "config.json: num_attention_heads must be an integer; it is missing");
  }

  @Test
  void duplicateKeysAreRefusedWithTheirPlace() {
    refused(
        "{" + MINIMAL + ",\n \"hidden_size\":16}", "line 2", "column", "Duplicate", "hidden_size");
  }

  @Test
  void brokenJsonIsRefusedWithItsPlace() {
    refused("{" + MINIMAL + ",\n \"head_dim\": 8,", "not valid JSON at line 2, column");
    refused("{\n\n  'a': 1}", "not valid JSON at line 3, column 3");
    refused("[".repeat(5000), "not valid JSON");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "7", "null", "\"text\""})
  void otherJsonIsRefused(String json) {
    refused(json, "not a JSON object");
  }

  @Test
  void anythingAfterTheObjectIsRefused() {
    refused("{" + MINIMAL + "} {}", "not valid JSON");
  }

  @Test
  void noFileOrNoRegularOne() {
    assertThatThrownBy(() -> Qwen3Config.read(folder.resolve("none/config.json")))
        .isInstanceOf(ModelConfigException.class)
        .hasMessageContainingAll("none/config.json", "no such file");
    assertThatThrownBy(() -> Qwen3Config.read(folder))
        .isInstanceOf(ModelConfigException.class)
        .hasMessageContaining("no such file");
  }

  @Test
  void hugeFilesAreNotRead() {
    refused("{" + MINIMAL + " ".repeat(1 << 20) + "}", "larger than 1 MiB");
  }
}
