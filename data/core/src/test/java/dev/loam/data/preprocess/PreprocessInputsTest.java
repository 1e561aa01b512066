// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.preprocess;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.data.DataFormatException;
import dev.loam.data.indexed.IndexedDataset;
import dev.loam.data.indexed.TokenType;
import dev.loam.data.preprocess.PreprocessOptions.OnError;
import dev.loam.data.preprocess.PreprocessOptions.TokenStorage;
import dev.loam.data.record.RecordFormat;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Formats, several files, what cannot be used, storage, order, progress. */
class PreprocessInputsTest {
  private static final PreprocessOptions DEFAULTS = PreprocessOptions.defaults();

  @TempDir private Path folder;

  private Path file(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    try (OutputStream raw = Files.newOutputStream(file);
        OutputStream out = name.endsWith(".gz") ? new GZIPOutputStream(raw) : raw) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return file;
  }

  private Preprocessor.Result run(PreprocessOptions options, Path... files) throws IOException {
    return new Preprocessor(new Characters(), options).run(List.of(files), folder.resolve("out"));
  }

  private List<String> texts() throws IOException {
    List<String> texts = new ArrayList<>();
    try (IndexedDataset data = IndexedDataset.open(folder.resolve("out_text_document"))) {
      for (int i = 0; i < data.sequences(); i++) {
        StringBuilder text = new StringBuilder();
        for (int token : data.sequence(i)) {
          text.append((char) token);
        }
        texts.add(text.toString());
      }
    }
    return texts;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "a.jsonl    | \ufeff{`text`:`a`}~{`text`:`b\u00e9`}",
        "a.jsonl.gz | {`text`:`a`}~{`text`:`b\u00e9`}~",
        "a.unknown  | {`text`:`a`}~{`text`:`b\u00e9`}~",
        "a.json     | [{`text`:`a`}, {`text`:`b\u00e9`, `x`: 1}]",
        "a.json     | {`x`: [{}], `text`:`a`}~{`text`:`-`, `text`:`b\u00e9`}",
        "a.csv.gz   | id,text~1,a~2,b\u00e9~",
        "a.tsv      | id\ttext~1\ta~2\tb\u00e9~",
        "a.txt      | \ufeffa~b\u00e9"
      })
  void anyFormatGivesTheSame(String name, String text) throws IOException {
    run(DEFAULTS.withWorkers(2), file(name, text.replace('`', '"').replace('~', '\n')));
    assertThat(texts()).containsExactly("a", "b\u00e9");
  }

  @Test
  void filesFollowEachOtherAndCountTheirOwnLines() throws IOException {
    Path a = file("a.jsonl", "{\"text\":\"1\"}\n{\"text\":\"2\"}\n");
    Path b = file("b.txt", "3\n\n4");
    run(DEFAULTS, a, b, a);
    assertThat(texts()).containsExactly("1", "2", "3", "", "4", "1", "2");
    run(DEFAULTS.withFormat(RecordFormat.PARAGRAPHS), b, b);
    assertThat(texts()).containsExactly("3", "4", "3", "4");
    Path bad = file("c.jsonl", "{\"text\":\"1\"}\nx\n");
    assertThatThrownBy(() -> run(DEFAULTS.withWorkers(2), a, a, bad))
        .isInstanceOf(DataFormatException.class)
        .hasMessageContaining("c.jsonl:2: column 1: broken JSON");
    assertThatThrownBy(() -> run(DEFAULTS.withJsonKeys(List.of("a")), b))
        .hasMessageContaining("b.txt: lines of text have the one field \"text\", not [a]");
  }

  @Test
  void whatCannotBeUsedIsLeftOutWhereThatIsWanted() throws IOException {
    Path lines = file("a.jsonl", "{\"text\":\"1\"}\n\n{\"text\":2}\n{\"text\":\"\u00e9\"}\nx\n");
    byte[] bytes = Files.readAllBytes(lines);
    bytes[new String(bytes, StandardCharsets.ISO_8859_1).indexOf('\u00c3')] = (byte) 0xff;
    Files.write(lines, bytes);
    Path records = file("b.json", "[{\"text\":\"5\"},{\"t\":\"6\"}]");
    Preprocessor.Result result = run(DEFAULTS.withOnError(OnError.SKIP), lines, records);
    assertThat(texts()).containsExactly("1", "5");
    assertThat(result.documents()).isEqualTo(2);
    assertThat(result.skipped()).isEqualTo(5);
    assertThat(result.problems())
        .map(p -> p.substring(folder.toString().length() + 1))
        .satisfiesExactly(
            p -> assertThat(p).startsWith("a.jsonl:2: the line is blank"),
            p -> assertThat(p).startsWith("a.jsonl:3: field \"text\" must be"),
            p -> assertThat(p).startsWith("a.jsonl:4: 0xff at byte 34 begins no UTF-8"),
            p -> assertThat(p).startsWith("a.jsonl:5: column 1: broken JSON"),
            p -> assertThat(p).startsWith("b.json, record 2: no field \"text\""));
  }

  @Test
  void onlyTheFirstProblemsAreKept() throws IOException {
    Preprocessor.Result result =
        run(DEFAULTS.withOnError(OnError.SKIP).withWorkers(3), file("a.jsonl", "x\n".repeat(25)));
    assertThat(result.skipped()).isEqualTo(25);
    assertThat(result.problems()).hasSize(10);
    assertThat(texts()).isEmpty();
  }

  @Test
  void theFirstBadLineIsNamedWhicheverThreadIsFirst() throws IOException {
    String line = "{\"text\":\"slow" + "y".repeat(10_000) + "\"}\n";
    Path input = file("a.jsonl", line.repeat(100) + "first\n" + line + "second\n".repeat(100_000));
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> run(DEFAULTS.withWorkers(4), input))
          .hasMessageContaining("a.jsonl:101: ");
    }
    assertThat(folder).isDirectoryNotContaining(p -> p.toString().contains("out"));
  }

  @Test
  void smallVocabulariesCanBeStoredInTwoBytes() throws IOException {
    Path input = file("a.txt", "ab");
    PreprocessOptions auto = DEFAULTS.withStorage(TokenStorage.AUTO);
    PreprocessOptions uint16 = DEFAULTS.withStorage(TokenStorage.UINT16);
    assertThat(stored(65_499, auto, input)).isEqualTo(TokenType.UINT16);
    assertThat(stored(65_500, auto, input)).isEqualTo(TokenType.INT32);
    assertThat(stored(65_536, uint16, input)).isEqualTo(TokenType.UINT16);
    assertThat(stored(10, DEFAULTS, input)).isEqualTo(TokenType.INT32);
    assertThatThrownBy(() -> stored(65_537, uint16, input))
        .isInstanceOf(DataFormatException.class)
        .hasMessageContaining("the vocabulary has 65537; use int32");
  }

  private TokenType stored(int vocabSize, PreprocessOptions options, Path input)
      throws IOException {
    new Preprocessor(new Characters(vocabSize), options).run(input, folder.resolve("out"));
    try (IndexedDataset data = IndexedDataset.open(folder.resolve("out_text_document"))) {
      return data.tokenType();
    }
  }

  @Test
  void documentsCanBeDealtToPartitions() throws IOException {
    Path input = file("a.txt", "0\n1\n2\n3\n4\n5\n6");
    run(DEFAULTS.withDocumentOrder(DocumentOrder.dealtTo(3)), input);
    assertThat(texts()).containsExactly("0", "3", "6", "1", "4", "2", "5");
    run(DEFAULTS.withDocumentOrder(DocumentOrder.dealtTo(8)), input);
    assertThat(texts()).containsExactly("0", "1", "2", "3", "4", "5", "6");
    Path bad = file("a.jsonl", "x");
    assertThatThrownBy(() -> run(DEFAULTS.withDocumentOrder(DocumentOrder.dealtTo(2)), bad))
        .isInstanceOf(DataFormatException.class);
    try (var files = Files.list(folder)) {
      assertThat(files.map(f -> f.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "a.txt", "a.jsonl", "out_text_document.bin", "out_text_document.idx");
    }
    assertThatThrownBy(() -> DocumentOrder.dealtTo(0)).hasMessageContaining("partitions is 0");
  }

  @Test
  void progressIsReported() throws IOException {
    List<String> lines = new ArrayList<>();
    List<PreprocessProgress> batches = new ArrayList<>();
    PreprocessListener listener =
        new PreprocessListener() {
          @Override
          public void onBatch(PreprocessProgress progress) {
            batches.add(progress);
          }

          @Override
          public void onInterval(PreprocessProgress progress) {
            lines.add(progress.toString().replaceFirst("[(].*", ""));
          }
        };
    Path input = file("a.txt", "ab\n".repeat(25));
    new Preprocessor(new Characters(), DEFAULTS.withLogInterval(10), listener)
        .run(List.of(input, input), folder.resolve("out"));
    assertThat(lines)
        .containsExactly(
            "Processed 10 documents ",
            "Processed 20 documents ",
            "Processed 30 documents ",
            "Processed 40 documents ",
            "Processed 50 documents ");
    PreprocessProgress last = batches.get(batches.size() - 1);
    assertThat(last.documents()).isEqualTo(50);
    assertThat(last.contentBytes()).isEqualTo(100);
    assertThat(last.bytesRead()).isEqualTo(last.totalBytes()).isEqualTo(150);
    assertThat(new PreprocessProgress(1000, 2_500_000, 0, 0, 0.5))
        .hasToString("Processed 1000 documents (2000 docs/s, 5.00 MB/s).");
  }

  @Test
  void anInterruptEndsTheRunAndItsThreads() throws IOException {
    Path input = file("a.txt", "slow\n".repeat(500_000));
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> run(DEFAULTS.withWorkers(2), input))
        .isInstanceOfAny(CancellationException.class, IOException.class);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(t -> t.isAlive() && t.getName().startsWith("loam-preprocess"));
    assertThat(folder.resolve("out_text_document.idx")).doesNotExist();
  }
}
