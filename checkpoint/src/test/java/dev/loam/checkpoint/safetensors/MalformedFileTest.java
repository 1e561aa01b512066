// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.safetensors;

import static dev.loam.checkpoint.safetensors.Samples.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.testkit.TestData;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every way to be malformed has a case of its own here. */
class MalformedFileTest {
  private static final String GOOD = entry("a", "U8", "[4]", "[0,4]");

  @TempDir Path folder;

  static Stream<Arguments> headers() {
    String half = "\\u" + "d800";
    return Stream.of(
        bad("header is empty", "", 0, "does not start with '{' at byte 8"),
        bad("header is an array", "[]", 0, "does not start with '{'"),
        bad("white space first", " {}", 0, "does not start with '{'"),
        bad("byte order mark", "\uFEFF{}", 0, "does not start with '{'"),
        bad("unfinished", "{", 0, "not valid JSON at byte 9"),
        bad("unfinished entry", "{\"a\":{", 0, "not valid JSON"),
        bad("comma too many", "{" + GOOD + ",}", 4, "not valid JSON"),
        bad("text after the object", "{}x", 0, "goes on after its closing brace"),
        bad("object after the object", "{}{}", 0, "goes on after its closing brace"),
        bad("line feed after the object", "{}\n", 0, "goes on after its closing brace"),
        bad("NUL after the object", "{}\0", 0, "control character 0 at byte 10"),
        bad("UTF-16", "{\0\"\0", 0, "control character 0 at byte 9"),
        bad("control character in a name", "{\"\u0001\":1}", 0, "control character 1 at byte 10"),
        bad("NaN", "{\"a\":NaN}", 0, "not valid JSON"),
        bad("comment", "{/**/}", 0, "not valid JSON"),
        bad("single quotes", "{'a':1}", 0, "not valid JSON"),
        bad("deep nesting", "{\"a\":{\"x\":" + "[".repeat(5000), 0, "nesting depth"),
        bad("duplicate name", "{" + GOOD + "," + GOOD + "}", 4, "uplicate"),
        bad(
            "duplicate name escaped",
            "{" + GOOD + "," + GOOD.replace("\"a\"", "\"\\u0061\"") + "}",
            4,
            "uplicate"),
        bad(
            "duplicate key of a tensor",
            "{\"a\":{\"dtype\":\"U8\",\"dtype\":\"U8\"}}",
            0,
            "uplicate"),
        bad("duplicate metadata", "{\"__metadata__\":{},\"__metadata__\":{}}", 0, "uplicate"),
        bad(
            "duplicate metadata key",
            "{\"__metadata__\":{\"k\":\"1\",\"\\u006b\":\"2\"}}",
            0,
            "uplicate"),
        bad("half a surrogate in a name", "{\"" + half + "\":1}", 0, "roken surrogate pair"),
        bad(
            "half a surrogate in metadata",
            "{\"__metadata__\":{\"k\":\"" + half + "\"}}",
            0,
            "half a surrogate pair"),
        bad("metadata is null", "{\"__metadata__\":null}", 0, "__metadata__ is null"),
        bad("metadata is a list", "{\"__metadata__\":[]}", 0, "__metadata__ is an array"),
        bad("metadata number", "{\"__metadata__\":{\"k\":1}}", 0, "key 'k' is 1, not a string"),
        bad("metadata null", "{\"__metadata__\":{\"k\":null}}", 0, "key 'k' is null"),
        bad("nested metadata", "{\"__metadata__\":{\"k\":{}}}", 0, "key 'k' is an object"),
        bad("tensor is a number", "{\"a\":1}", 0, "tensor 'a' is 1, not an object (byte 13)"),
        bad("tensor is null", "{\"a\":null}", 0, "tensor 'a' is null"),
        bad("no dtype", "{\"a\":{\"shape\":[],\"data_offsets\":[0,1]}}", 1, "has no dtype"),
        bad("no shape", "{\"a\":{\"dtype\":\"U8\",\"data_offsets\":[0,1]}}", 1, "has no shape"),
        bad("no offsets", "{\"a\":{\"dtype\":\"U8\",\"shape\":[]}}", 1, "has no data_offsets"),
        bad(entry("a", "F31", "[1]", "[0,4]"), 4, "unknown dtype 'F31'"),
        bad(entry("a", "f32", "[1]", "[0,4]"), 4, "unknown dtype 'f32'"),
        bad(GOOD.replace("\"U8\"", "7"), 4, "the dtype of tensor 'a' is 7, not a string"),
        bad(entry("a", "U8", "4", "[0,4]"), 4, "shape of tensor 'a' is 4, not an array"),
        bad(entry("a", "U8", "null", "[0,4]"), 4, "shape of tensor 'a' is null"),
        bad(entry("a", "U8", "[-4]", "[0,4]"), 4, "shape[0] of tensor 'a' is -4"),
        bad(entry("a", "U8", "[4,-0]", "[0,0]"), 0, "shape[1] of tensor 'a' is -0"),
        bad(entry("a", "U8", "[4.0]", "[0,4]"), 4, "shape[0] of tensor 'a' is 4.0"),
        bad(entry("a", "U8", "[4e0]", "[0,4]"), 4, "shape[0] of tensor 'a' is 4e0"),
        bad(entry("a", "U8", "[\"4\"]", "[0,4]"), 4, "shape[0] of tensor 'a' is '4'"),
        bad(entry("a", "U8", "[[4]]", "[0,4]"), 4, "shape[0] of tensor 'a' is an array"),
        bad(entry("a", "U8", "[true]", "[0,4]"), 4, "shape[0] of tensor 'a' is true"),
        bad(entry("a", "U8", "[0,9223372036854775808]", "[0,0]"), 0, "is 9223372036854775808"),
        bad(entry("a", "U8", "[4294967296,4294967296]", "[0,4]"), 4, "no size in bytes"),
        bad(entry("a", "F64", "[2305843009213693952]", "[0,0]"), 0, "no size in bytes"),
        bad(entry("a", "F4", "[4611686018427387904]", "[0,0]"), 0, "no size in bytes"),
        bad(entry("a", "F4", "[3]", "[0,2]"), 2, "end inside a byte"),
        bad(entry("a", "U8", ones(33), "[0,1]"), 1, "more than 32 numbers in its shape"),
        bad(entry("a", "U8", ones(100_000), "[0,1]"), 1, "more than 32 numbers in its shape"),
        bad(entry("a", "U8", "[4]", "[0]"), 4, "data_offsets [0], not a begin and an end"),
        bad(entry("a", "U8", "[4]", "[0,4,4]"), 4, "more than 2 numbers in its data_offsets"),
        bad(entry("a", "U8", "[4]", "[4,0]"), 4, "data_offsets [4, 0], not a begin"),
        bad(entry("a", "U8", "[4]", "[-4,0]"), 4, "data_offsets[0] of tensor 'a' is -4"),
        bad(entry("a", "U8", "[4]", "[0,4.5]"), 4, "data_offsets[1] of tensor 'a' is 4.5"),
        bad(entry("a", "U8", "[4]", "[0,1e400]"), 4, "data_offsets[1] of tensor 'a' is 1e400"),
        bad(entry("a", "U8", "[4]", "[0,18446744073709551615]"), 4, "is 18446744073709551615"),
        bad(entry("a", "U8", "[4]", "[0," + "9".repeat(5000) + "]"), 4, "maximum allowed"),
        bad(entry("a", "U8", "[3]", "[0,4]"), 4, "takes 3 bytes, its data_offsets [0, 4] span 4"),
        bad(entry("a", "F32", "[4]", "[0,4]"), 4, "takes 16 bytes, its data_offsets [0, 4] span 4"),
        bad(entry("a", "U8", "[4]", "[1,5]"), 5, "'a' has data_offsets [1, 5]: a hole after 0"),
        bad(
            GOOD + "," + entry("b", "U8", "[4]", "[5,9]"),
            9,
            "'b' has data_offsets [5, 9]: a hole after 4"),
        bad(
            GOOD + "," + entry("b", "U8", "[4]", "[3,7]"),
            7,
            "'b' has data_offsets [3, 7]: overlaps data that ends at 4"),
        bad(
            GOOD + "," + entry("b", "U8", "[4]", "[0,4]"),
            4,
            "'b' has data_offsets [0, 4]: overlaps data that ends at 4"),
        bad(GOOD, 5, "1 bytes follow the last tensor: expected"),
        bad(GOOD, 3, "truncated: expected"),
        bad(
            entry("a", "U8", "[9223372036854775807]", "[0,9223372036854775807]"),
            4,
            "truncated: expected 92233720368547"));
  }

  private static Arguments bad(String name, String header, int dataBytes, String message) {
    return Arguments.of(name, header, dataBytes, message);
  }

  private static Arguments bad(String entries, int dataBytes, String message) {
    return Arguments.of(Text.printable(entries), "{" + entries + "}", dataBytes, message);
  }

  private static String ones(int n) {
    return IntStream.range(0, n).mapToObj(i -> "1").collect(Collectors.joining(",", "[", "]"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("headers")
  void malformedHeaderIsRefused(String name, String header, int dataBytes, String message) {
    assertRefused(Samples.write(folder.resolve("x"), header, dataBytes), message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "80",
        "ff",
        "c080",
        "e08080",
        "eda080",
        "eda080edb080",
        "f4908080",
        "f8888080",
        "c3",
        "e282"
      })
  void bytesThatAreNotUtf8AreRefused(String hex) {
    byte[] bad = HexFormat.of().parseHex(hex);
    byte[] start = "{\"__metadata__\":{\"k\":\"".getBytes(StandardCharsets.UTF_8);
    byte[] end = "\"}}".getBytes(StandardCharsets.UTF_8);
    byte[] header =
        ByteBuffer.allocate(start.length + bad.length + end.length)
            .put(start)
            .put(bad)
            .put(end)
            .array();
    assertRefused(
        Samples.write(folder.resolve("x"), Samples.file(header, 0)),
        "not UTF-8 at byte " + (8 + start.length));
    assertRefused(
        Samples.write(
            folder.resolve("x"), Samples.file(Arrays.copyOf(header, start.length + bad.length), 0)),
        "not UTF-8 at byte " + (8 + start.length));
  }

  @Test
  void badUtf8FarIntoALongHeaderIsFoundAtItsByte() {
    byte[] header =
        ("{\"k\":\"" + "\u00e9".repeat(100_000) + "\"}").getBytes(StandardCharsets.UTF_8);
    header[150_001] = (byte) 0xc3;
    assertRefused(
        Samples.write(folder.resolve("x"), Samples.file(header, 0)), "not UTF-8 at byte 150008");
  }

  @ParameterizedTest
  @ValueSource(longs = {100_000_001, 1L << 40, Long.MAX_VALUE, Long.MIN_VALUE, -1})
  void hugeHeaderLengthIsRefused(long length) {
    byte[] start = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(length).array();
    assertRefused(
        Samples.sparse(folder.resolve("x"), start, 1L << 40),
        "the header length at byte 0 is " + Long.toUnsignedString(length));
  }

  @Test
  void headerLengthPastTheEndIsRefused() {
    byte[] start = ByteBuffer.allocate(10).order(ByteOrder.LITTLE_ENDIAN).putLong(3).array();
    assertRefused(
        Samples.write(folder.resolve("x"), start),
        "truncated inside the header: expected at least 11 bytes, the file has 10");
  }

  @Test
  void longestHeaderOfNothingButSpacesIsRefusedInLittleMemory() {
    byte[] start =
        ByteBuffer.allocate(9).order(ByteOrder.LITTLE_ENDIAN).putLong(99_999_999).array();
    start[8] = '{';
    assertRefused(
        Samples.sparse(folder.resolve("x"), start, 1L << 40), "control character 0 at byte 9");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7})
  void fileShorterThanTheLengthIsRefused(int size) {
    assertRefused(Samples.write(folder.resolve("x"), new byte[size]), "is " + size + " bytes long");
  }

  @Test
  void hugeFileBehindASmallHeaderIsRefused() {
    byte[] start = Samples.file("{}".getBytes(StandardCharsets.UTF_8), 0);
    assertRefused(
        Samples.sparse(folder.resolve("x"), start, 1L << 40), "bytes follow the last tensor");
  }

  @Test
  void tooManyTensorsAreRefused() {
    int limit = SafetensorsLimits.DEFAULT.tensors();
    String header =
        IntStream.rangeClosed(0, TestData.full() ? 1_000_000 : limit)
            .mapToObj(i -> entry("t" + i, "U8", "[0]", "[0,0]"))
            .collect(Collectors.joining(",", "{", "}"));
    assertRefused(
        Samples.write(folder.resolve("x"), header, 0), "more tensors, the limit is " + limit);
  }

  @Test
  void limitsHoldForNamesAndMetadata() {
    String name = "n".repeat(1025);
    assertRefused(
        Samples.write(folder.resolve("x"), "{" + entry(name, "U8", "[0]", "[0,0]") + "}", 0),
        "a tensor name has 1025 characters, the limit is 1024");
    assertRefused(
        Samples.write(folder.resolve("x"), "{\"" + "n".repeat(1_000_000) + "\":1}", 0),
        "maximum allowed");
    assertRefused(
        Samples.write(folder.resolve("x"), "{\"__metadata__\":{\"" + name + "\":\"\"}}", 0),
        "a key of __metadata__ has 1025 characters");
    String mebi = "v".repeat(1024 * 1024);
    assertRefused(
        Samples.write(
            folder.resolve("x"),
            "{\"__metadata__\":{\"a\":\"%1$s\",\"b\":\"%1$s\",\"c\":\"%1$s\",\"d\":\"%1$s\"}}"
                .formatted(mebi),
            0),
        "__metadata__ has 4194308 characters, the limit is 4194304");
    String many =
        IntStream.range(0, 10_001)
            .mapToObj(i -> "\"" + i + "\":\"\"")
            .collect(Collectors.joining(",", "{\"__metadata__\":{", "}}"));
    assertRefused(Samples.write(folder.resolve("x"), many, 0), "more entries, the limit is 10000");
  }

  @Test
  void pointerOfGitLfsIsNamedAsSuch() {
    byte[] pointer =
        "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n"
            .getBytes(StandardCharsets.UTF_8);
    assertRefused(Samples.write(folder.resolve("x"), pointer), "Git LFS pointer");
  }

  @Test
  void missingFileAndFolderAreRefused() {
    assertRefused(folder.resolve("absent"), "does not exist");
    assertRefused(folder, "is not a regular file");
  }

  @Test
  void hostileNameIsShownInertAndShort() {
    String header = "{\"\\u001b[31m\\n" + "n".repeat(500) + "\":1}";
    assertThatThrownBy(() -> SafetensorsFile.open(Samples.write(folder.resolve("x"), header, 0)))
        .hasMessageContaining("\\u001b[31m\\u000a")
        .satisfies(
            e -> assertThat(e.getMessage()).doesNotContain("\n", "\u001b").hasSizeLessThan(400));
  }

  private void assertRefused(Path file, String message) {
    assertThatThrownBy(() -> SafetensorsFile.open(file))
        .isInstanceOf(SafetensorsException.class)
        .hasMessageStartingWith(file + ": ")
        .hasMessageContaining(message);
  }
}
