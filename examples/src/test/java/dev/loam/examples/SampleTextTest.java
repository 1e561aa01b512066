// SPDX-License-Identifier: Apache-2.0
package dev.loam.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SampleTextTest {
  private static final List<String> TEXTS = SampleText.documents().toList();
  private static final Pattern HAN = Pattern.compile("\\p{IsHan}");
  private static final Pattern LATIN = Pattern.compile("\\p{IsLatin}");

  @Test
  void committedFileIsWhatTheGeneratorWrites(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("sample.jsonl");
    SampleText.write(file);
    try (InputStream committed = SampleText.class.getResourceAsStream(SampleText.RESOURCE)) {
      assertThat(committed).isNotNull();
      assertThat(Files.readAllBytes(file)).isEqualTo(committed.readAllBytes());
    }
    assertThat(Files.size(file)).isBetween(300_000L, 400_000L);
  }

  @Test
  void oneObjectPerLineAndIdsCountUp(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("sample.jsonl");
    SampleText.write(file);
    List<String> lines = Files.readAllLines(file);
    assertThat(lines).hasSameSizeAs(TEXTS);
    for (int id = 0; id < lines.size(); id++) {
      String text = TEXTS.get(id).replace("\"", "\\\"");
      assertThat(lines.get(id)).isEqualTo("{\"text\": \"" + text + "\", \"id\": \"" + id + "\"}");
    }
  }

  @Test
  void documentsAreDistinctAndOfModerateLength() {
    assertThat(TEXTS).doesNotHaveDuplicates();
    assertThat(TEXTS).allSatisfy(text -> assertThat(text.length()).isBetween(300, 1200));
  }

  @Test
  void threeFifthsAreEnglishAndTwoFifthsChinese() {
    List<String> chinese = TEXTS.stream().filter(text -> HAN.matcher(text).find()).toList();
    double share = (double) bytes(chinese) / bytes(TEXTS);
    assertThat(share).isBetween(0.39, 0.41);
    assertThat(chinese).noneMatch(text -> LATIN.matcher(text).find());
  }

  @Test
  void textIsNormalizedAndFreeOfControlCharacters() {
    assertThat(TEXTS).allMatch(text -> Normalizer.isNormalized(text, Normalizer.Form.NFC));
    assertThat(TEXTS).noneMatch(text -> text.chars().anyMatch(Character::isISOControl));
  }

  @Test
  void templatesAreFilledAndQuotationMarksPaired() {
    assertThat(TEXTS)
        .noneMatch(text -> text.matches(".*([{}\\[\\]|\\\\]|  | [.,]|\\.\\.|。。|，。|。，).*"))
        .allMatch(text -> count(text, '"') % 2 == 0)
        .allMatch(text -> count(text, '“') == count(text, '”'));
  }

  @Test
  void promptsBeginSeveralDocuments() {
    assertThat(TEXTS.stream().filter(text -> text.startsWith(SampleText.ENGLISH_PROMPT)))
        .hasSizeGreaterThanOrEqualTo(10);
    assertThat(TEXTS.stream().filter(text -> text.startsWith(SampleText.CHINESE_PROMPT)))
        .hasSizeGreaterThanOrEqualTo(8);
  }

  @Test
  void instructionsAreTheFirstTwoSentencesOfEachDocument(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("instructions.jsonl");
    SampleText.writeInstructions(file);
    List<String> lines = Files.readAllLines(file);
    assertThat(lines).hasSameSizeAs(TEXTS);
    Pattern row = Pattern.compile("\\{\"instruction\": \"(.+)\", \"output\": \"(.+)\"}");
    for (int i = 0; i < lines.size(); i++) {
      Matcher parts = row.matcher(lines.get(i));
      assertThat(parts.matches()).as(lines.get(i)).isTrue();
      String space = HAN.matcher(TEXTS.get(i)).find() ? "" : " ";
      String beginning = (parts.group(1) + space + parts.group(2)).replace("\\\"", "\"");
      assertThat(TEXTS.get(i)).startsWith(beginning);
      assertThat(parts.group(1)).doesNotEndWith("Mr.").doesNotEndWith("Mrs.");
    }
  }

  @Test
  void missingFolderIsNamed(@TempDir Path folder) {
    Path file = folder.resolve("absent").resolve("sample.jsonl");
    assertThatThrownBy(() -> SampleText.write(file))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage("cannot write the sample text to " + file);
  }

  private static long bytes(List<String> texts) {
    return texts.stream().mapToLong(text -> text.getBytes(StandardCharsets.UTF_8).length).sum();
  }

  private static long count(String text, char wanted) {
    return text.chars().filter(c -> c == wanted).count();
  }
}
