// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.preprocess;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.data.internal.OrderedWorkers;
import dev.loam.data.internal.PythonText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** However the work is cut up, what comes out is the same. */
class PreprocessPropertyTest {
  private static Path folder = Path.of("");

  @BeforeContainer
  static void makeFolder() throws IOException {
    folder = Files.createTempDirectory("loam-preprocess");
  }

  @AfterContainer
  static void removeFolder() throws IOException {
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }

  /** Lines, some of which cannot be used. */
  @Provide
  Arbitrary<List<String>> lines() {
    Arbitrary<String> good =
        Arbitraries.strings()
            .withChars("ab\u00e9\u4e2d\n\t\"\\")
            .ofMaxLength(12)
            .map(
                text -> {
                  StringBuilder json = new StringBuilder("{\"text\": ");
                  PythonText.appendJson(json, text);
                  return json.append('}').toString();
                });
    Arbitrary<String> bad = Arbitraries.of("", "{", "{\"text\": 1}", "[]");
    return Arbitraries.frequencyOf(Tuple.of(8, good), Tuple.of(1, bad)).list().ofMaxSize(40);
  }

  private record Sizes(int block, int workers) {}

  /** Every outcome as text, with the places of what was refused. */
  private static List<String> outcomes(Path file, Sizes sizes) throws IOException {
    DocumentEncoder encoder =
        new DocumentEncoder(new Characters(), PreprocessOptions.defaults().withEndOfDocument(7));
    LineTexts texts = new JsonTexts(List.of("text"));
    List<String> all = new ArrayList<>();
    int before = 0;
    try (LineSource source = new LineSource(file, texts, sizes.block());
        OrderedWorkers<EncodedBatch> workers = new OrderedWorkers<>("test", sizes.workers())) {
      for (Optional<Batch> b = source.next(); b.isPresent(); b = source.next()) {
        Batch batch = b.get();
        before = add(all, workers.submit(1, () -> batch.encode(encoder, false)), before);
      }
      for (Optional<EncodedBatch> r = workers.next(); r.isPresent(); r = workers.next()) {
        before = add(all, r, before);
      }
    }
    return all;
  }

  private static int add(List<String> all, Optional<EncodedBatch> encoded, int before) {
    if (encoded.isEmpty()) {
      return before;
    }
    for (EncodedBatch.Outcome outcome : encoded.get().outcomes()) {
      if (outcome instanceof EncodedBatch.Refused refused) {
        all.add((before + refused.line()) + ": " + refused.problem());
      } else if (outcome instanceof EncodedBatch.Encoded document) {
        all.add(Arrays.toString(document.fields().get(0).tokens()));
      }
    }
    return before + encoded.get().lines();
  }

  @Property(tries = 50)
  void blocksAndWorkersDoNotMatter(
      @ForAll("lines") List<String> lines,
      @ForAll @IntRange(min = 1, max = 200) int block,
      @ForAll @IntRange(min = 1, max = 5) int workers)
      throws IOException {
    Path file = Files.writeString(folder.resolve("in.jsonl"), String.join("\n", lines));
    List<String> expected = outcomes(file, new Sizes(1 << 16, 1));
    assertThat(outcomes(file, new Sizes(block, workers))).isEqualTo(expected);
    int whole = lines.isEmpty() || lines.get(lines.size() - 1).isEmpty() ? 1 : 0;
    assertThat(expected).hasSize(Math.max(0, lines.size() - whole));
  }

  @Property(tries = 12)
  void skippingGivesWhatIsThereWithoutTheBadLines(@ForAll("lines") List<String> lines)
      throws IOException {
    List<String> good =
        lines.stream().filter(l -> l.startsWith("{\"text\": \"") && l.length() > 2).toList();
    byte[][] skipped = run(lines, 3);
    assertThat(run(good, 1)).isDeepEqualTo(skipped);
  }

  private static byte[][] run(List<String> lines, int workers) throws IOException {
    Path file = Files.writeString(folder.resolve("in.jsonl"), String.join("\n", lines));
    PreprocessOptions options =
        PreprocessOptions.defaults()
            .withOnError(PreprocessOptions.OnError.SKIP)
            .withWorkers(workers);
    Path prefix =
        new Preprocessor(new Characters(), options)
            .run(file, folder.resolve("out"))
            .prefixes()
            .get(0);
    return new byte[][] {
      Files.readAllBytes(Path.of(prefix + ".bin")), Files.readAllBytes(Path.of(prefix + ".idx"))
    };
  }
}
