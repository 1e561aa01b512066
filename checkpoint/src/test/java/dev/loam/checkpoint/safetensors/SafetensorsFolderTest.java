// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.checkpoint.CheckpointException;
import dev.loam.checkpoint.HostArena;
import dev.loam.tensor.DType;
import dev.loam.tensor.Tensor;
import dev.loam.testkit.TestData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every way in which an index and its files may disagree, and every name that leads elsewhere. */
class SafetensorsFolderTest {
  private static final String ONE = "one.safetensors";
  private static final String TWO = "two.safetensors";

  @TempDir Path root;
  private Path folder;

  @BeforeEach
  void writeFiles() throws IOException {
    folder = Files.createDirectory(root.resolve("model"));
    write(folder.resolve(ONE), "a");
    write(folder.resolve(TWO), "b");
  }

  private static void write(Path path, String... names) {
    SafetensorsWriter.write(
        path,
        Arrays.stream(names)
            .map(name -> NamedTensor.of(name, Samples.random(name.hashCode(), DType.F32, 2)))
            .toList(),
        SafetensorsWriter.PYTORCH);
  }

  private void index(String weightMap) {
    indexText("{\"weight_map\":{" + weightMap + "}}");
  }

  private void indexText(String text) {
    Samples.write(folder.resolve(ModelFiles.INDEX), text.getBytes(StandardCharsets.UTF_8));
  }

  private static String in(String tensor, String file) {
    StringBuilder out = new StringBuilder();
    Text.appendJson(out, tensor, true);
    Text.appendJson(out.append(':'), file, true);
    return out.toString();
  }

  private void assertRefused(String... messages) {
    assertThatThrownBy(() -> SafetensorsFolder.open(folder))
        .isInstanceOf(SafetensorsException.class)
        .hasMessageStartingWith(folder.toString())
        .hasMessageContainingAll(messages);
  }

  @Test
  void agreeingFolderOpens() {
    indexText(
        "{\"metadata\":{\"total_size\":16},\"weight_map\":{"
            + in("a", ONE)
            + ","
            + in("b", TWO)
            + "}}");
    try (SafetensorsFolder model = SafetensorsFolder.open(folder)) {
      assertThat(model.names()).containsExactly("a", "b");
      assertThat(model.entry("b").bytes()).isEqualTo(8);
      model.readRows("b", 1, 1, Samples.tensor(DType.F32, 1));
      assertThatThrownBy(() -> model.entry("c"))
          .isInstanceOf(SafetensorsException.class)
          .hasMessageContaining("holds no tensor 'c' among its 2");
    }
  }

  @Test
  void singleFileComesFirst() {
    index(in("a", "absent.safetensors"));
    write(folder.resolve("model.safetensors"), "c");
    try (SafetensorsFolder model = SafetensorsFolder.open(folder)) {
      assertThat(model.names()).containsExactly("c");
      assertThat(model.path()).isEqualTo(folder);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../x.safetensors",
        "/etc/passwd",
        "/tmp/x.safetensors",
        "C:\\x.safetensors",
        "C:x.safetensors",
        "\\\\host\\x.safetensors",
        "a/../../b.safetensors",
        "./one.safetensors",
        "sub/one.safetensors",
        "file:one.safetensors",
        "http://host/x.safetensors",
        "one.safetensors\0",
        "one\0.safetensors",
        "one\n.safetensors",
        "\uD800.safetensors",
        "",
        ".",
        "..",
        "model.safetensors.index.json",
        "pytorch_model.bin"
      })
  void nameThatLeadsElsewhereIsRefused(String name) {
    index(in("a", name));
    assertRefused("the index names the file '", "not a plain *.safetensors name");
  }

  @Test
  void folderInPlaceOfAFileIsRefused() throws IOException {
    Files.createDirectory(folder.resolve("sub.safetensors"));
    index(in("a", "sub.safetensors"));
    assertRefused("'sub.safetensors' is not a regular file");
  }

  @Test
  void linkOutOfTheFolderIsRefusedAndOneInsideIsNot() throws IOException {
    write(root.resolve("outside.safetensors"), "a");
    Files.createSymbolicLink(
        folder.resolve("link.safetensors"), root.resolve("outside.safetensors"));
    index(in("a", "link.safetensors"));
    assertRefused("'link.safetensors' is a link to ", "outside the folder");
    Files.delete(folder.resolve("link.safetensors"));
    Files.createSymbolicLink(folder.resolve("link.safetensors"), Path.of(ONE));
    SafetensorsFolder.open(folder).close();
  }

  @Test
  void linksOfTheDownloadCacheAreFollowed() throws IOException {
    Path blobs = Files.createDirectory(root.resolve("blobs"));
    folder = Files.createDirectories(root.resolve("snapshots/0123abc"));
    write(blobs.resolve("b10b"), "a");
    Files.createSymbolicLink(folder.resolve(ONE), Path.of("../../blobs/b10b"));
    index(in("a", ONE));
    try (SafetensorsFolder model = SafetensorsFolder.open(folder)) {
      assertThat(model.names()).containsExactly("a");
    }
    write(root.resolve("other"), "a");
    Files.delete(folder.resolve(ONE));
    Files.createSymbolicLink(folder.resolve(ONE), Path.of("../../other"));
    assertRefused("outside the folder");
  }

  @Test
  void allProblemsAreReportedAtOnce() {
    indexText(
        "{\"metadata\":{\"total_size\":17},\"weight_map\":{"
            + in("a", TWO)
            + ","
            + in("c", ONE)
            + "}}");
    assertRefused(
        "tensor 'a' is not in two.safetensors, where the index says it is",
        "tensor 'c' is not in one.safetensors",
        "tensor 'b' of two.safetensors is not in the index",
        "metadata.total_size is 17, the tensors have 16 bytes");
  }

  @Test
  void missingFilesAreAllNamed() {
    index(in("a", "x.safetensors") + "," + in("b", "y.safetensors"));
    assertRefused("the file 'x.safetensors' is missing", "the file 'y.safetensors' is missing");
  }

  @Test
  void tensorInTwoFilesIsRefused() {
    write(folder.resolve(TWO), "a", "b");
    index(in("a", ONE) + "," + in("b", TWO));
    assertRefused("tensor 'a' is in two files, once in two.safetensors");
  }

  @Test
  void malformedFilesAreAllNamed() {
    Samples.write(folder.resolve(ONE), new byte[3]);
    Samples.write(folder.resolve(TWO), "[]", 0);
    index(in("a", ONE) + "," + in("b", TWO));
    assertRefused(ONE + ": is 3 bytes long", TWO + ": the header does not start with '{'");
  }

  @Test
  void manyProblemsAreCutShort() {
    index(
        IntStream.range(0, 100)
            .mapToObj(i -> in("t" + i, "absent" + i + ".safetensors"))
            .collect(Collectors.joining(",")));
    assertRefused("'absent0.safetensors' is missing", "and 80 more");
  }

  @Test
  void tooManyFilesAreRefusedUnopened() {
    int files = TestData.full() ? 1_000_000 : 10_000;
    index(
        IntStream.range(0, files)
            .mapToObj(i -> in("t" + i, i + ".safetensors"))
            .collect(Collectors.joining(",")));
    assertRefused("the index names " + files + " files, the limit is 1000");
  }

  @Test
  void longIndexIsRefusedUnread() {
    Samples.sparse(folder.resolve(ModelFiles.INDEX), new byte[0], 1L << 40);
    assertRefused("is 1099511627776 bytes long, the limit is 67108864");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "{}{}",
        "[]",
        "null",
        "{\"weight_map\":[]}",
        "{\"weight_map\":{\"a\":1}}",
        "{\"weight_map\":{\"a\":\"x\",\"\\u0061\":\"y\"}}",
        "{\"weight_map\":{},\"metadata\":{\"total_size\":-1}}",
        "{\"weight_map\":{},\"metadata\":{\"total_size\":1.5}}",
        "{\"weight_map\":{},\"metadata\":{\"total_size\":1e30}}",
        "{\"weight_map\":{},\"metadata\":{\"total_size\":\"1\"}}",
        "{\"weight_map\":{},\"metadata\":{\"total_size\":1}}"
      })
  void malformedIndexIsRefused(String text) {
    indexText(text);
    assertRefused(ModelFiles.INDEX);
  }

  @Test
  void indexThatIsNotUtf8IsRefused() {
    Samples.write(folder.resolve(ModelFiles.INDEX), new byte[] {'{', (byte) 0xff, '}'});
    assertRefused("is not UTF-8");
  }

  @Test
  void folderWithoutWeightsIsRefused() {
    assertRefused("holds neither model.safetensors nor model.safetensors.index.json");
  }

  @Test
  void writingAgainLeavesNothingOfTheOlderModel() throws IOException {
    List<NamedTensor> tensors =
        List.of(
            NamedTensor.of("a", Samples.tensor(DType.F32, 4)),
            NamedTensor.of("big", Samples.tensor(DType.F32, 100)),
            NamedTensor.of("c", Samples.tensor(DType.F32, 4)));
    Files.delete(folder.resolve(ONE));
    Files.delete(folder.resolve(TWO));
    Files.writeString(folder.resolve("config.json"), "{}");
    ShardedWriter.write(folder, tensors, new ShardSize(20));
    assertThat(listing())
        .containsExactlyInAnyOrder(
            "config.json",
            "model-00001-of-00003.safetensors",
            "model-00002-of-00003.safetensors",
            "model-00003-of-00003.safetensors",
            ModelFiles.INDEX);
    ShardedWriter.write(folder, tensors, ShardSize.DEFAULT);
    assertThat(listing()).containsExactlyInAnyOrder("config.json", "model.safetensors");
    ShardedWriter.write(folder, tensors, new ShardSize(32));
    assertThat(listing())
        .containsExactlyInAnyOrder(
            "config.json",
            "model-00001-of-00002.safetensors",
            "model-00002-of-00002.safetensors",
            ModelFiles.INDEX);
  }

  @Test
  void sameNameInTwoShardsIsRefusedBeforeWriting() {
    NamedTensor a = NamedTensor.of("a", Samples.tensor(DType.F32, 4));
    Path fresh = root.resolve("fresh");
    assertThatThrownBy(() -> ShardedWriter.write(fresh, List.of(a, a), new ShardSize(16)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("two tensors are named 'a'");
    assertThat(fresh).doesNotExist();
  }

  @Test
  void fullDiskIsFoundBeforeTheFirstShard() throws IOException {
    Tensor vast = HostArena.vast(DType.F32, ByteBuffer.allocate(0), 1L << 58);
    Path fresh = root.resolve("fresh");
    List<NamedTensor> tensors =
        List.of(NamedTensor.of("a", Samples.tensor(DType.F32, 4)), NamedTensor.of("b", vast));
    assertThatThrownBy(() -> ShardedWriter.write(fresh, tensors, new ShardSize(16)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(fresh + ": needs 1152921504606846992 bytes");
    assertThat(fresh).isEmptyDirectory();
  }

  @Test
  void shardSizesAreParsedAsHuggingFaceDoes() {
    Map.of(
            "5GB",
            5_000_000_000L,
            "630KB",
            630_000L,
            " 1.5 mb ",
            1_500_000L,
            "2TB",
            2_000_000_000_000L)
        .forEach((text, bytes) -> assertThat(ShardSize.parse(text).bytes()).isEqualTo(bytes));
    for (String bad : List.of("", "5", "GB", "5GiB", "-5GB", "0GB", "1e3MB", "999999999999999TB")) {
      assertThatThrownBy(() -> ShardSize.parse(bad))
          .as(bad)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  private List<String> listing() throws IOException {
    try (var files = Files.list(folder)) {
      return files.map(f -> f.getFileName().toString()).toList();
    }
  }
}
