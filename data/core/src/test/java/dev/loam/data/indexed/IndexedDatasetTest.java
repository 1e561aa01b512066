// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.indexed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loam.data.DataFormatException;
import dev.loam.data.internal.MappedFile;
import dev.loam.testkit.TestData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IndexedDatasetTest {
  private static final String GOLDEN_IDX =
      "4d4d494449445800000100000000000000040300000000000000040000000000000003000000010000000200000000"
          + "000000000000000c0000000000000010000000000000000000000000000000010000000000000002000000000000"
          + "000300000000000000";

  @TempDir private Path folder;

  private static void write(Path prefix, TokenType type, List<List<int[]>> documents)
      throws IOException {
    try (IndexedDatasetWriter writer = new IndexedDatasetWriter(prefix, type)) {
      for (List<int[]> document : documents) {
        int[] tokens = document.stream().flatMapToInt(Arrays::stream).toArray();
        writer.addDocument(tokens, document.stream().mapToInt(s -> s.length).toArray());
      }
      writer.finish();
    }
  }

  private static List<List<int[]>> read(IndexedDataset data) {
    List<List<int[]>> documents = new ArrayList<>();
    for (int d = 0; d < data.documents(); d++) {
      List<int[]> document = new ArrayList<>();
      for (int s = data.documentStart(d); s < data.documentStart(d + 1); s++) {
        document.add(data.sequence(s));
      }
      documents.add(document);
    }
    return documents;
  }

  @Test
  void writesTheBytesOfMegatron() throws IOException {
    write(
        folder.resolve("c"),
        TokenType.INT32,
        List.of(List.of(new int[] {1, 2, 3}), List.of(new int[] {4}), List.of(new int[] {5, 6})));
    assertThat(HexFormat.of().formatHex(Files.readAllBytes(folder.resolve("c.idx"))))
        .isEqualTo(GOLDEN_IDX);
    assertThat(HexFormat.of().formatHex(Files.readAllBytes(folder.resolve("c.bin"))))
        .isEqualTo("010000000200000003000000040000000500000006000000");
  }

  @Test
  void goldenCorporaAreRewrittenByteForByte() throws IOException {
    Path golden = TestData.golden("06-megatron");
    for (String name : List.of("corpus_A", "corpus_B", "corpus_C")) {
      try (IndexedDataset data = IndexedDataset.open(golden.resolve(name))) {
        write(folder.resolve(name), data.tokenType(), read(data));
      }
      for (String end : List.of(".bin", ".idx")) {
        assertThat(folder.resolve(name + end)).hasSameBinaryContentAs(golden.resolve(name + end));
      }
    }
  }

  @Test
  void mergesByteForByte() throws IOException {
    Path golden = TestData.golden("06-megatron");
    IndexedDatasets.merge(
        List.of(golden.resolve("corpus_A"), golden.resolve("corpus_C.bin")), folder.resolve("ac"));
    for (String end : List.of(".bin", ".idx")) {
      assertThat(folder.resolve("ac" + end))
          .hasSameBinaryContentAs(golden.resolve("corpus_merged_AC" + end));
    }
    assertThatThrownBy(
            () ->
                IndexedDatasets.merge(
                    List.of(golden.resolve("corpus_A"), golden.resolve("corpus_B")),
                    folder.resolve("ab")))
        .hasMessageContaining("corpus_B has tokens of type UINT16, not INT32");
    assertThat(folder.resolve("ab.bin")).doesNotExist();
  }

  @Property(tries = 60)
  void whatIsWrittenIsReadThroughWindowsOfAnySize(
      @ForAll TokenType type, @ForAll("corpus") List<List<int[]>> documents) throws IOException {
    Path temporary = Files.createTempDirectory("loam-indexed");
    Path prefix = temporary.resolve("c");
    documents.forEach(
        d -> d.forEach(s -> Arrays.setAll(s, i -> type.holds(s[i]) ? s[i] : s[i] & 0x7f)));
    write(prefix, type, documents);
    for (int window : new int[] {8, 13, MappedFile.WINDOW}) {
      try (IndexedDataset data = IndexedDataset.open(prefix, window)) {
        assertThat(data.tokenType()).isEqualTo(type);
        assertThat(read(data)).usingRecursiveComparison().isEqualTo(documents);
        assertThat(data.tokens())
            .isEqualTo(documents.stream().flatMap(List::stream).mapToLong(s -> s.length).sum());
      }
    }
    write(temporary.resolve("m"), type, documents);
    IndexedDatasets.merge(List.of(prefix, temporary.resolve("m")), temporary.resolve("two"));
    List<List<int[]>> twice = new ArrayList<>(documents);
    twice.addAll(documents);
    try (IndexedDataset data = IndexedDataset.open(temporary.resolve("two"), 16)) {
      assertThat(read(data)).usingRecursiveComparison().isEqualTo(twice);
    }
    try (var files = Files.list(temporary)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(temporary);
  }

  @Provide
  Arbitrary<List<List<int[]>>> corpus() {
    Arbitrary<int[]> sequence = Arbitraries.integers().array(int[].class).ofMaxSize(20);
    return sequence.list().ofMaxSize(3).list().ofMaxSize(8);
  }

  @Test
  void readsPartOfASequence() throws IOException {
    write(folder.resolve("c"), TokenType.UINT16, List.of(List.of(new int[] {7, 8, 60000, 9})));
    try (IndexedDataset data = IndexedDataset.open(folder.resolve("c"))) {
      int[] target = new int[4];
      data.read(0, 1, 2, target, 1);
      assertThat(target).containsExactly(0, 8, 60000, 0);
      assertThatThrownBy(() -> data.read(0, 3, 2, target, 0))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> data.sequence(1)).isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void readsBeyondTwoGibibytes() throws IOException {
    int first = (1 << 30) - 1; // Sequence 0 ends a token before 4 GiB; the second lies across it.
    long start = 4L * first;
    ByteBuffer idx = ByteBuffer.allocate(34 + 12 * 2 + 8 * 3).order(ByteOrder.LITTLE_ENDIAN);
    idx.put(IndexFile.MAGIC).putLong(1).put((byte) 4).putLong(2).putLong(3);
    idx.putInt(first).putInt(3).putLong(0).putLong(start).putLong(0).putLong(1).putLong(2);
    Files.write(folder.resolve("big.idx"), idx.array());
    ByteBuffer tokens = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
    tokens.putInt(11).putInt(22).putInt(33).flip();
    // The file is sparse: next to nothing is stored.
    try (FileChannel bin =
        FileChannel.open(
            folder.resolve("big.bin"),
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.WRITE,
            StandardOpenOption.SPARSE)) {
      bin.write(tokens, start);
    }
    try (IndexedDataset data = IndexedDataset.open(folder.resolve("big"))) {
      assertThat(data.sequence(1)).containsExactly(11, 22, 33);
      assertThat(data.tokens()).isEqualTo(first + 3L);
    }
  }

  @Test
  void lengthsAndDocumentsAreThoseOfTheGoldenCorpora() throws IOException {
    Path golden = TestData.golden("06-megatron");
    TestData.json(golden.resolve("meta.json"))
        .get("datasets")
        .properties()
        .forEach(e -> check(golden.resolve("corpus_" + e.getKey()), e.getValue()));
  }

  private static void check(Path prefix, JsonNode meta) {
    try (IndexedDataset data = IndexedDataset.open(prefix)) {
      assertThat(data.tokenType().code()).isEqualTo(meta.get("dtype_code").intValue());
      assertThat(data.tokens()).isEqualTo(meta.get("tokens").longValue());
      int[] lengths = new int[data.sequences()];
      data.lengths(0, lengths, lengths.length);
      assertThat(lengths).containsExactly(ints(meta.get("sequence_lengths")));
      assertThat(IntStream.rangeClosed(0, data.documents()).map(data::documentStart).toArray())
          .containsExactly(ints(meta.get("document_indices")));
      for (int d = 0; d < data.documents(); d++) {
        JsonNode document = meta.get("documents").get(d);
        int first = data.documentStart(d);
        for (int s = first; s < data.documentStart(d + 1); s++) {
          assertThat(data.sequence(s)).containsExactly(ints(document.get(s - first)));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int[] ints(JsonNode array) {
    return IntStream.range(0, array.size()).map(i -> array.get(i).intValue()).toArray();
  }

  @Test
  void modesAreWrittenReadAndMerged() throws IOException {
    try (IndexedDatasetWriter writer =
        new IndexedDatasetWriter(folder.resolve("m"), TokenType.INT32, true)) {
      writer.addDocument(new int[] {1, 2, 3}, new int[] {1, 2}, new byte[] {0, 1});
      writer.addDocument(new int[] {4});
      assertThatThrownBy(() -> writer.addDocument(new int[] {4}, new int[] {1}, new byte[2]))
          .hasMessageContaining("2 modes for 1 sequences of a multimodal dataset");
      writer.finish();
    }
    byte[] idx = Files.readAllBytes(folder.resolve("m.idx"));
    assertThat(idx).hasSize(34 + 12 * 3 + 8 * 3 + 3);
    assertThat(Arrays.copyOfRange(idx, idx.length - 3, idx.length)).containsExactly(0, 1, 0);
    IndexedDatasets.merge(List.of(folder.resolve("m"), folder.resolve("m")), folder.resolve("mm"));
    try (IndexedDataset data = IndexedDataset.open(folder.resolve("mm"))) {
      assertThat(data.multimodal()).isTrue();
      assertThat(IntStream.range(0, 6).map(data::mode).toArray()).containsExactly(0, 1, 0, 0, 1, 0);
      assertThat(data.sequence(4)).containsExactly(2, 3);
      assertThatThrownBy(() -> data.mode(6)).isInstanceOf(IndexOutOfBoundsException.class);
    }
    write(folder.resolve("p"), TokenType.INT32, List.of(List.of(new int[] {7})));
    try (IndexedDataset plain = IndexedDataset.open(folder.resolve("p"))) {
      assertThat(plain.multimodal()).isFalse();
      assertThat(plain.mode(0)).isZero();
    }
    for (String first : List.of("m", "p")) {
      assertThatThrownBy(
              () ->
                  IndexedDatasets.merge(
                      List.of(folder.resolve(first), folder.resolve(first.equals("m") ? "p" : "m")),
                      folder.resolve("x")))
          .hasMessageContaining("modes");
    }
  }

  @Test
  void floatingPointTokensMustBeWhole() throws IOException {
    for (TokenType type : List.of(TokenType.FLOAT32, TokenType.FLOAT64)) {
      write(folder.resolve("f"), type, List.of(List.of(new int[] {1, 0, 16777216})));
      byte[] bin = Files.readAllBytes(folder.resolve("f.bin"));
      ByteBuffer bytes = ByteBuffer.wrap(bin).order(ByteOrder.LITTLE_ENDIAN);
      for (double wrong : new double[] {0.5, Double.NaN, Double.POSITIVE_INFINITY, 1e10}) {
        try (IndexedDataset data = IndexedDataset.open(folder.resolve("f"))) {
          assertThat(data.sequence(0)).containsExactly(1, 0, 16777216);
        }
        if (type == TokenType.FLOAT32) {
          bytes.putFloat(4, (float) wrong);
        } else {
          bytes.putDouble(8, wrong);
        }
        Files.write(folder.resolve("w.bin"), bin);
        Files.copy(
            folder.resolve("f.idx"), folder.resolve("w.idx"), StandardCopyOption.REPLACE_EXISTING);
        try (IndexedDataset data = IndexedDataset.open(folder.resolve("w"))) {
          assertThatThrownBy(() -> data.sequence(0))
              .isInstanceOf(DataFormatException.class)
              .hasMessageContaining("w.bin, byte " + type.bytes() + ": ")
              .hasMessageEndingWith("is not a token id");
        }
      }
    }
    try (IndexedDatasetWriter writer =
        new IndexedDatasetWriter(folder.resolve("c"), TokenType.FLOAT32)) {
      assertThatThrownBy(() -> writer.addDocument(new int[] {(1 << 24) + 1}))
          .hasMessageContaining("does not fit FLOAT32");
    }
  }

  /** Writes 2.2 GB, so only when everything is to be run. */
  @Test
  void mergesBeyondTwoGibibytes() throws IOException {
    Assumptions.assumeTrue(TestData.full(), "skipped: writes files of several GB");
    int length = 275_000_001;
    ByteBuffer idx = ByteBuffer.allocate(34 + 12 * 2 + 8 * 3).order(ByteOrder.LITTLE_ENDIAN);
    idx.put(IndexFile.MAGIC).putLong(1).put((byte) 4).putLong(2).putLong(3);
    idx.putInt(length).putInt(1).putLong(0).putLong(4L * length).putLong(0).putLong(1).putLong(2);
    Files.write(folder.resolve("big.idx"), idx.array());
    try (FileChannel bin =
        FileChannel.open(
            folder.resolve("big.bin"),
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.WRITE,
            StandardOpenOption.SPARSE)) {
      bin.write(
          ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(7).flip(), 4L * length);
    }
    Path big = folder.resolve("big");
    IndexedDatasets.merge(List.of(big, big, big), folder.resolve("three"));
    try (IndexedDataset data = IndexedDataset.open(folder.resolve("three"))) {
      assertThat(data.tokens()).isEqualTo(3L * (length + 1));
      assertThat(data.documents()).isEqualTo(6);
      for (int s : new int[] {1, 3, 5}) {
        assertThat(data.sequence(s)).containsExactly(7);
      }
    }
  }

  @Test
  void refusesATokenBeyondAnInt() throws IOException {
    write(folder.resolve("c"), TokenType.INT64, List.of(List.of(new int[] {1, 2})));
    Files.write(
        folder.resolve("c.bin"),
        ByteBuffer.allocate(16)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(1)
            .putLong(1L << 40)
            .array());
    try (IndexedDataset data = IndexedDataset.open(folder.resolve("c"))) {
      assertThatThrownBy(() -> data.sequence(0))
          .isInstanceOf(DataFormatException.class)
          .hasMessageContaining("c.bin, byte 8: 1099511627776 is not a token id");
    }
  }

  @Test
  void isFoundByPrefixFileNameAndPreprocessingPrefix() throws IOException {
    write(folder.resolve("wiki_text_document"), TokenType.INT32, List.of(List.of(new int[] {5})));
    for (String name :
        List.of("wiki_text_document", "wiki_text_document.bin", "wiki_text_document.idx", "wiki")) {
      try (IndexedDataset data = IndexedDataset.open(folder.resolve(name))) {
        assertThat(data.prefix()).isEqualTo(folder.resolve("wiki_text_document"));
      }
    }
  }

  @Test
  void saysWhatIsThereWhenADatasetIsNotFound() throws IOException {
    write(folder.resolve("wiki_text_document"), TokenType.INT32, List.of(List.of(new int[] {5})));
    assertThatThrownBy(() -> IndexedDataset.open(folder.resolve("wikki")))
        .isInstanceOf(DataFormatException.class)
        .hasMessageContaining("neither wikki.bin and wikki.idx nor wikki_text_document.bin")
        .hasMessageContaining("has wiki_text_document.bin, wiki_text_document.idx");
    assertThatThrownBy(() -> IndexedDataset.open(folder))
        .hasMessageContaining("has wiki_text_document.bin, wiki_text_document.idx");
    Files.createFile(folder.resolve("aaa.bin.part"));
    assertThatThrownBy(() -> IndexedDataset.open(folder.resolve("wiki_document")))
        .hasMessageEndingWith("has wiki_text_document.bin, wiki_text_document.idx, aaa.bin.part");
    assertThatThrownBy(() -> IndexedDataset.open(folder.resolve("none/wiki")))
        .hasMessageContaining("none does not exist");
    Files.delete(folder.resolve("wiki_text_document.bin"));
    assertThatThrownBy(() -> IndexedDataset.open(folder.resolve("wiki")))
        .isInstanceOf(DataFormatException.class)
        .hasMessageContaining("wiki_text_document.bin: not found, though");
  }

  @Test
  void readsNothingOnceClosed() throws IOException {
    write(folder.resolve("c"), TokenType.INT32, List.of(List.of(new int[] {5})));
    IndexedDataset data = IndexedDataset.open(folder.resolve("c"));
    data.close();
    assertThatThrownBy(() -> data.sequence(0))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }

  @Test
  void anUnfinishedDatasetLeavesTheOldOneAlone() throws IOException {
    write(folder.resolve("c"), TokenType.INT32, List.of(List.of(new int[] {5})));
    try (IndexedDatasetWriter writer =
        new IndexedDatasetWriter(folder.resolve("c"), TokenType.INT32)) {
      writer.addDocument(new int[] {6, 7});
    }
    try (var files = Files.list(folder)) {
      assertThat(files.map(f -> f.getFileName().toString()))
          .containsExactlyInAnyOrder("c.bin", "c.idx");
    }
    try (IndexedDataset data = IndexedDataset.open(folder.resolve("c"))) {
      assertThat(data.sequence(0)).containsExactly(5);
    }
  }

  @Test
  void refusesTokensThatDoNotFitTheirType() throws IOException {
    try (IndexedDatasetWriter writer =
        new IndexedDatasetWriter(folder.resolve("c"), TokenType.UINT16)) {
      assertThatThrownBy(() -> writer.addDocument(new int[] {65536}))
          .hasMessageContaining("token id 65536 does not fit UINT16");
      assertThatThrownBy(() -> writer.addDocument(new int[] {1, 2}, new int[] {1}))
          .hasMessageContaining("sequences of 1 tokens in a document of 2");
      assertThat(writer.documents()).isZero();
    }
  }
}
