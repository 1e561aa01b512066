// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.data.loader.RecordCondition;
import dev.loam.data.loader.RecordHandler;
import dev.loam.data.loader.RecordSource;
import dev.loam.data.loader.SortOrder;
import dev.loam.data.sft.ConversationFormat;
import dev.loam.data.sft.InstructionOptions;
import dev.loam.data.sft.Packing;
import dev.loam.data.sft.RowLayout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HfLoaderSectionTest {
  @TempDir Path folder;

  private Path file(String loader) throws IOException {
    return Files.writeString(
        folder.resolve("data.yaml"),
        "train_dataset:\n  data_loader:\n    type: HFDataLoader\n" + loader.indent(4));
  }

  private DataConfig.Records read(String loader) throws IOException {
    return (DataConfig.Records) TrainingConfig.readData(file(loader), Map.of());
  }

  @Test
  void upstreamsKeys() throws IOException {
    DataConfig.Records records =
        read(
            """
            load_func: load_dataset
            path: "llm-wizard/alpaca-gpt4-data-zh"
            data_files: alpaca_gpt4_data_zh.json
            create_attention_mask: False
            use_broadcast_data: True
            shuffle: False
            handler:
              - type: take
                n: 1000
            """);
    assertThat(records)
        .isEqualTo(
            new DataConfig.Records(
                new RecordSource(
                    "llm-wizard/alpaca-gpt4-data-zh",
                    Map.of("train", List.of("alpaca_gpt4_data_zh.json")),
                    "train"),
                List.of(new RecordHandler.Take(1000)),
                Optional.empty()));
  }

  @Test
  void allHandlers() throws IOException {
    DataConfig.Records records =
        read(
            """
            path: json
            data_files: {train: [a.jsonl, 'b*.jsonl'], test: c.jsonl}
            split: train[:50%]+test
            handler:
              - {type: skip, n: 2}
              - {type: select, indices: [3, 1]}
              - {type: shuffle, seed: 42}
              - {type: sort, column_names: a}
              - {type: sort, column_names: [a, b], reverse: [True, False], null_placement: first}
              - {type: sort, column_names: [a, b], reverse: True, null_placement: at_end}
              - {type: filter, column: a, min_length: 1, max_length: 9}
              - {type: filter, column: a, equals: 5, not_empty: True}
              - {type: rename_column, original_column_name: a, new_column_name: b}
              - {type: remove_columns, column_names: [a, b]}
              - {type: select_columns, column_names: a}
              - type: flatten
            """);
    assertThat(records.source())
        .isEqualTo(
            new RecordSource(
                "json",
                Map.of("train", List.of("a.jsonl", "b*.jsonl"), "test", List.of("c.jsonl")),
                "train[:50%]+test"));
    assertThat(records.handlers())
        .containsExactly(
            new RecordHandler.Skip(2),
            new RecordHandler.Select(List.of(3, 1)),
            new RecordHandler.Shuffle(42),
            new RecordHandler.Sort(new SortOrder(List.of("a"), List.of(false), false)),
            new RecordHandler.Sort(new SortOrder(List.of("a", "b"), List.of(true, false), true)),
            new RecordHandler.Sort(new SortOrder(List.of("a", "b"), List.of(true, true), false)),
            new RecordHandler.Filter(
                new RecordCondition(
                    "a", OptionalInt.of(1), OptionalInt.of(9), Optional.empty(), false)),
            new RecordHandler.Filter(
                new RecordCondition(
                    "a", OptionalInt.empty(), OptionalInt.empty(), Optional.of("5"), true)),
            new RecordHandler.RenameColumn("a", "b"),
            new RecordHandler.RemoveColumns(List.of("a", "b")),
            new RecordHandler.SelectColumns(List.of("a")),
            new RecordHandler.Flatten());
  }

  @Test
  void oneHandlerNeedsNoList() throws IOException {
    assertThat(read("path: a.jsonl\nhandler: {type: flatten}").handlers())
        .containsExactly(new RecordHandler.Flatten());
    assertThat(read("path: a.jsonl").handlers()).isEmpty();
  }

  private InstructionOptions made(String handlers, Map<String, String> overrides)
      throws IOException {
    Path file = file("path: a\nhandler:\n" + handlers.indent(2));
    DataConfig data = TrainingConfig.readData(file, overrides);
    return ((DataConfig.Records) data).samples().orElseThrow();
  }

  @Test
  void handlersThatMakeSamples() throws IOException {
    String upstreams =
        """
        - {type: take, n: 3}
        - type: AlpacaInstructDataHandler
          seq_length: 512
          padding: False
          tokenizer: {trust_remote_code: True, padding_side: right, pretrained_model_dir: tok}
        - {type: PackingHandler, seq_length: 1024}
        """;
    InstructionOptions.Builder options = InstructionOptions.builder(Path.of("tok"), 512);
    RowLayout packed = new RowLayout.Packed(Packing.IN_ORDER, 1024);
    options.optRows(packed).optFormat(ConversationFormat.ALPACA);
    assertThat(made(upstreams, Map.of())).isEqualTo(options.build());
    options.optText(InstructionOptions.TextStyle.MINDFORMERS_ALPACA);
    options.optAddedTokensInMessages(true).optPadTo(1024).optPadToken(0);
    assertThat(made(upstreams, Map.of("upstream_compat", "True"))).isEqualTo(options.build());
    String own =
        """
        - {type: ChatDataHandler, seq_length: 64, format: openai, enable_thinking: False,
           mask_history: True, skip_untrained: True, added_tokens_in_messages: True,
           pad_token_id: 7}
        """;
    assertThat(made(own, Map.of("tokenizer_dir", folder.toString())))
        .isEqualTo(
            InstructionOptions.builder(folder, 64)
                .optFormat(ConversationFormat.OPENAI)
                .optEnableThinking(false)
                .optOnlyLastAnswer(true)
                .optSkipUntrained(true)
                .optAddedTokensInMessages(true)
                .optPadTo(64)
                .optPadToken(7)
                .build());
  }

  @Test
  void handlersInAnotherOrderAreRefused() throws IOException {
    Path file =
        file(
            """
            path: a
            handler:
              - {type: PackingHandler}
              - {type: ChatDataHandler, tokenizer: {pretrained_model_dir: tok}, is_dynamic: True}
              - {type: take, n: 3}
            """);
    assertThatThrownBy(() -> TrainingConfig.readData(file, Map.of()))
        .hasMessageContainingAll(
            "type = ChatDataHandler cannot come after PackingHandler",
            "type = take cannot come after ChatDataHandler",
            "is_dynamic cannot be set: set padding to False");
    Path alone = file("path: a\nhandler: {type: PackingHandler}");
    assertThatThrownBy(() -> TrainingConfig.readData(alone, Map.of()))
        .hasMessageContaining("type = PackingHandler needs one of AlpacaInstructDataHandler");
  }

  @Test
  void allProblemsAtOnceWithTheirPlaces() throws IOException {
    Path file =
        file(
            """
            load_func: load_datasets
            split: train[
            data_file: a.json
            shuffle: True
            handler:
              - {type: tak, n: 1}
              - {type: take, n: -1}
              - {type: take, m: 1}
              - {type: shuffle}
              - {type: select, indices: [-1]}
              - {type: sort, reverse: 5, null_placement: top}
              - {type: filter, column: a}
              - {type: filter, function: "lambda x: x"}
              - {type: rename_column, original_column_name: a}
              - {type: remove_columns}
              - {type: AlpacaInstructDataHandler}
              - {n: 1}
            """);
    assertThatThrownBy(() -> TrainingConfig.readData(file, Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContainingAll(
            file
                + ":4:16: train_dataset.data_loader.load_func = load_datasets is not available;"
                + " did you mean load_dataset",
            "train_dataset.data_loader.path is missing",
            file
                + ":6:5: unknown key train_dataset.data_loader.data_file; did you mean"
                + " train_dataset.data_loader.data_files?",
            file + ":7:14: train_dataset.data_loader.shuffle = True is not available",
            file
                + ":9:16: train_dataset.data_loader.handler.type = tak is not available;"
                + " did you mean take?",
            file + ":10:25: train_dataset.data_loader.handler.n must be from 0",
            file + ":11:16: train_dataset.data_loader.handler.type = take needs n, a number",
            file + ":11:22: unknown key train_dataset.data_loader.handler.m",
            file + ":12:16: train_dataset.data_loader.handler.type = shuffle needs seed",
            file + ":13:16: train_dataset.data_loader.handler.type = select needs indices",
            file + ":14:16: train_dataset.data_loader.handler.type = sort needs column_names",
            file + ":14:31: train_dataset.data_loader.handler.reverse must be True or False",
            file + ":14:50: train_dataset.data_loader.handler.null_placement must be at_start",
            file + ":15:16: train_dataset.data_loader.handler.type = filter needs a condition",
            file + ":16:34: train_dataset.data_loader.handler.function cannot be set: it is Python",
            ":17:16: train_dataset.data_loader.handler.type = rename_column needs new_column_name",
            ":18:16: train_dataset.data_loader.handler.type = remove_columns needs column_names",
            ":19:16: train_dataset.data_loader.handler.type = AlpacaInstructDataHandler needs a"
                + " tokenizer",
            ":5:12: train_dataset.data_loader.split = train[ is not understood",
            "handler.type is missing; one of take, skip");
    Path disk = file("path: a\nload_func: load_from_disk\ndata_files: []");
    assertThatThrownBy(() -> TrainingConfig.readData(disk, Map.of()))
        .hasMessageContainingAll("load_from_disk", "Arrow", "data_files names no files of train");
  }

  @Test
  void trainingOnRecordsIsRefused() {
    String config =
        ConfigFiles.MINIMAL.replace(
            "TokenFileDataLoader, path: data.safetensors", "HFDataLoader, path: x");
    new ConfigFiles(folder)
        .refused(config)
        .hasMessageContainingAll(
            "train_dataset.data_loader.type = HFDataLoader cannot be trained on without a handler",
            "AlpacaInstructDataHandler",
            "loam samples");
  }
}
