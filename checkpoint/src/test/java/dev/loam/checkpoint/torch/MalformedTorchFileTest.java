// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.checkpoint.CheckpointException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each way in which a file can be wrong has its message. */
class MalformedTorchFileTest {
  private static final byte[] SIX = TorchSamples.floats(0, 1, 2, 3, 4, 5);

  @TempDir Path folder;

  private static Arguments bad(String message, Consumer<Pickle> opcodes) {
    Pickle pickle = Pickle.protocol(2);
    opcodes.accept(pickle);
    return Arguments.of(message, pickle);
  }

  static Stream<Arguments> pickles() {
    return Stream.of(
        bad("data.pkl, byte 2: takes a value from an empty stack", p -> p.op(Opcode.POP)),
        bad("takes 2 values from a stack of fewer", p -> p.op(Opcode.NONE).op(Opcode.TUPLE2)),
        bad("there is no mark on the stack", p -> p.op(Opcode.TUPLE)),
        bad(
            "takes a value from an empty stack",
            p -> p.op(Opcode.NONE).op(Opcode.MARK).op(Opcode.POP)),
        bad("0 values are left at the end instead of one", p -> {}),
        bad("2 values are left at the end", p -> p.op(Opcode.NONE).op(Opcode.NONE)),
        bad("1 values are left at the end", p -> p.op(Opcode.NONE).op(Opcode.MARK)),
        bad("there is no remembered value 9", p -> p.op(Opcode.BINGET, 9)),
        bad("no remembered value 4294967295", p -> p.op4(Opcode.LONG_BINGET, -1)),
        bad("takes a value from an empty stack", p -> p.op(Opcode.BINPUT, 0)),
        bad("byte 2: 4294967295 bytes are asked for", p -> p.op4(Opcode.BINUNICODE, -1)),
        bad("18446744073709551615 bytes are asked for", p -> p.op8(Opcode.BINBYTES8, -1)),
        bad(
            "9223372036854775807 bytes are asked for",
            p -> p.op8(Opcode.BINUNICODE8, Long.MAX_VALUE)),
        bad("2147483647 bytes are asked for", p -> p.op4(Opcode.LONG4, Integer.MAX_VALUE)),
        bad("opcode 0x69 is none that torch.save writes", p -> p.op('i')),
        bad("opcode 0x00 is none that torch.save writes", p -> p.op(0)),
        bad("pickle protocol 6, known are 2 to 5", p -> p.op(Opcode.PROTO, 6)),
        bad("appends to something that is no list", p -> p.op(')').op('N').op(Opcode.APPEND)),
        bad("puts entries into something", p -> p.op('N').op('N').op('N').op(Opcode.SETITEM)),
        bad(
            "puts a key without a value into a dict",
            p -> p.op('}').op(Opcode.MARK).op('N').op(Opcode.SETITEMS)),
        bad(
            "calls something that is no class or function",
            p -> p.op('N').op(')').op(Opcode.REDUCE)),
        bad(
            "calls something that is no class or function",
            p -> p.global("a", "b").op('N').op(Opcode.NEWOBJ)),
        bad(
            "a class is named by something that is no text",
            p -> p.op('N').op('N').op(Opcode.STACK_GLOBAL)),
        bad("a name is longer than 1024 bytes", p -> p.global("a".repeat(2000), "b")),
        bad("too long", p -> p.text("a".repeat(2000)).text("b").op(Opcode.STACK_GLOBAL)),
        bad(
            "a persistent id does not describe a storage",
            p -> p.text("storage").op(Opcode.BINPERSID)),
        bad(
            "a tensor is not made of storage, offset, sizes and strides",
            p -> p.global("torch._utils", "_rebuild_tensor_v2").op(')').op(Opcode.REDUCE)),
        bad(
            "a parameter is made of nothing",
            p -> p.global("torch._utils", "_rebuild_parameter").op(')').op(Opcode.REDUCE)),
        bad("entry 'x/data/missing' is missing", p -> p.storage("FloatStorage", "missing", 6)),
        bad(
            "entry 'x/data/../../etc/passwd' is missing",
            p -> p.storage("FloatStorage", "../../etc/passwd", 6)),
        bad(
            "x/data/0 has 24 bytes where 7 elements of F32 are expected",
            p -> p.storage("FloatStorage", "0", 7)),
        bad(
            "x/data/0 has 24 bytes where -6 elements of F32 are expected",
            p -> p.storage("FloatStorage", "0", -6)),
        tensor("sizes [7] and strides [1] at offset 0", 0, new int[] {7}, new int[] {1}),
        tensor("at offset 1 does not fit its storage", 1, new int[] {6}, new int[] {1}),
        tensor("at offset -1 does not fit its storage", -1, new int[] {6}, new int[] {1}),
        tensor("at offset 7 does not fit its storage", 7, new int[] {0}, new int[] {1}),
        tensor("sizes [2, 2] and strides [4, 2]", 0, new int[] {2, 2}, new int[] {4, 2}),
        tensor("sizes [2] and strides [1, 1]", 0, new int[] {2}, new int[] {1, 1}),
        tensor(
            "sizes [2147483647, 2147483647, 2147483647]",
            0,
            new int[] {Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE},
            new int[] {0, 0, 0}),
        tensor("does not fit its storage", 0, new int[] {3, 3}, new int[] {0x7fffffff, 1}),
        tensor("a size or stride of a tensor is no natural number", 0, new int[] {-1}, new int[1]),
        tensor("a size or stride of a tensor is no natural number", 0, new int[1], new int[] {-1}),
        tensor("more dimensions than the limit of 32", 0, new int[33], new int[33]));
  }

  private static Arguments tensor(String message, int offset, int[] sizes, int[] strides) {
    return bad(message, p -> p.tensor("0", 6, offset, sizes, strides));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("pickles")
  void badPicklesAreRefused(String message, Pickle pickle) {
    Path path = TorchSamples.write(folder.resolve("x.pt"), pickle.stop(), Map.of("0", SIX));
    assertRefused(path, message);
  }

  private static void assertRefused(Path path, String message) {
    assertThatThrownBy(() -> TorchFile.open(path))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith(path + ": ")
        .hasMessageContaining(message)
        .hasMessageContaining("; ");
  }

  @Test
  void picklesWithoutEndAreRefused() {
    byte[] pickle = Pickle.protocol(2).tensor("0", 6, 0, new int[] {2, 3}, new int[] {3, 1}).stop();
    for (int size = 0; size < pickle.length; size++) {
      Path path =
          TorchSamples.write(folder.resolve("x.pt"), Arrays.copyOf(pickle, size), Map.of("0", SIX));
      assertRefused(path, "data.pkl, byte ");
    }
  }

  @Test
  void protocolsBefore2AreRefused() {
    Path path = TorchSamples.write(folder.resolve("x.pt"), TorchSamples.ascii("(dp0\n."), Map.of());
    assertRefused(path, "data.pkl, byte 0: is no pickle of protocol 2 or later");
  }

  @Test
  void limitsAreKept() {
    Pickle pickle = Pickle.protocol(2).op(Opcode.MARK);
    for (int i = 0; i < 10; i++) {
      pickle.tensor("0", 6, 0, new int[] {6}, new int[] {1}).op(Opcode.BINPUT, i);
    }
    pickle.op(Opcode.TUPLE);
    Path path = TorchSamples.write(folder.resolve("x.pt"), pickle.stop(), Map.of("0", SIX));
    TorchLimits all = TorchLimits.DEFAULT;
    TorchFile.open(path, all).close();
    assertLimit(path, new TorchLimits(100, 1 << 20, 1000, 1000, 20, 4), "directory has");
    assertLimit(path, new TorchLimits(1 << 20, 100, 1000, 1000, 20, 4), "the limit is 100");
    assertLimit(path, new TorchLimits(1 << 20, 1 << 20, 50, 1000, 20, 4), "limit of 50");
    assertLimit(path, new TorchLimits(1 << 20, 1 << 20, 1000, 8, 20, 4), "deeper than the limit");
    assertLimit(path, new TorchLimits(1 << 20, 1 << 20, 1000, 1000, 9, 4), "more tensors than");
    assertThatThrownBy(() -> new TorchLimits(1, 1, 1, 1, 1, -1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static void assertLimit(Path path, TorchLimits limits, String message) {
    assertThatThrownBy(() -> TorchFile.open(path, limits))
        .isInstanceOf(TorchFileException.class)
        .hasMessageContaining(message);
  }

  @Test
  void deepNestingIsNoProblem() {
    Pickle pickle = Pickle.protocol(2).op(Opcode.EMPTY_LIST);
    for (int i = 0; i < 200_000; i++) {
      pickle.op(Opcode.TUPLE1);
    }
    Path path = TorchSamples.write(folder.resolve("x.pt"), pickle.stop(), Map.of());
    TorchFile.open(path).close();
    Pickle marks = Pickle.protocol(2);
    for (int i = 0; i < 200_000; i++) {
      marks.op(Opcode.MARK);
    }
    TorchSamples.write(path, marks.stop(), Map.of());
    assertRefused(path, "the stack is deeper than the limit of 100000");
  }

  private static byte[] good() {
    byte[] pickle = Pickle.protocol(2).tensor("0", 6, 0, new int[] {2, 3}, new int[] {3, 1}).stop();
    return TorchSamples.zip(TorchSamples.entries(pickle, Map.of("0", SIX)));
  }

  @Test
  void truncationAtEveryByteIsRefused() {
    byte[] good = good();
    Path path = TorchSamples.write(folder.resolve("x.pt"), good);
    TorchFile.open(path).close();
    for (int size = 0; size < good.length; size++) {
      TorchSamples.write(path, Arrays.copyOf(good, size));
      assertRefused(path, size < 4 ? "is no zip archive" : "the zip archive is damaged");
    }
  }

  @Test
  void compressedEntriesAreRefused() {
    byte[] pickle = Pickle.protocol(2).op(Opcode.NONE).stop();
    Map<String, byte[]> entries = TorchSamples.entries(pickle, Map.of());
    entries.remove("x/byteorder");
    Path path = TorchSamples.write(folder.resolve("x.pt"), TorchSamples.compressed(entries));
    assertRefused(path, "entry 'x/data.pkl' is compressed or encrypted, torch.save only stores");
  }

  @Test
  void liesOfTheDirectoryAreRefused() {
    assertLie(20, 25, "has two sizes, 24 and stored 25");
    assertLie(24, 23, "has two sizes, 23 and stored 24");
    assertLie(42, 0x7fffffff, "begins at byte 2147483647, outside of the file");
    assertLie(42, 5, "is not at byte 5, where it should be");
    assertLie(42, 0, "is not at byte 0, where it should be");
    assertLie(42, -1, "no valid 64-bit size or position");
    assertLie(8, 1, "is compressed or encrypted");
    assertLie(28, 0xffff, "is cut short");
    assertLie(0, 0, "its directory is damaged");
  }

  /** Overwrites a field of the last but one entry, that of the storage. */
  private void assertLie(int field, int value, String message) {
    byte[] bad = good();
    ByteBuffer bytes = ByteBuffer.wrap(bad).order(ByteOrder.LITTLE_ENDIAN);
    int name = new String(bad, StandardCharsets.ISO_8859_1).lastIndexOf("x/data/0");
    int header = name - 46;
    assertThat(bytes.getInt(header)).isEqualTo(0x02014b50);
    if (field == 8 || field == 28) {
      bytes.putShort(header + field, (short) value);
    } else {
      bytes.putInt(header + field, value);
    }
    assertRefused(TorchSamples.write(folder.resolve("x.pt"), bad), message);
  }

  @Test
  void bothSizesMayNotLieTogether() {
    byte[] bad = good();
    ByteBuffer bytes = ByteBuffer.wrap(bad).order(ByteOrder.LITTLE_ENDIAN);
    int header = new String(bad, StandardCharsets.ISO_8859_1).lastIndexOf("x/data/0") - 46;
    bytes.putInt(header + 20, 1 << 30).putInt(header + 24, 1 << 30);
    assertRefused(
        TorchSamples.write(folder.resolve("x.pt"), bad), "ends after the file: 1073741824 bytes");
  }

  @Test
  void doubleNamesAreRefused() {
    Map<String, byte[]> entries = TorchSamples.entries(Pickle.protocol(2).op('N').stop(), Map.of());
    entries.put("x/versioX", new byte[0]);
    byte[] doubled =
        new String(TorchSamples.zip(entries), StandardCharsets.ISO_8859_1)
            .replace("x/versioX", "x/version")
            .getBytes(StandardCharsets.ISO_8859_1);
    assertRefused(
        TorchSamples.write(folder.resolve("x.pt"), doubled), "two entries are named 'x/version'");
  }

  @Test
  void otherFilesAreRefusedWithARemedy() throws Exception {
    Path path = folder.resolve("x.pt");
    assertRefused(path, "is not there or is no regular file");
    Files.createDirectory(folder.resolve("d.pt"));
    assertRefused(folder.resolve("d.pt"), "is not there or is no regular file");
    byte[] old = {(byte) 0x80, 2, (byte) 0x8a, 0x0a, 0x6c, (byte) 0xfc, (byte) 0x9c, 0x46};
    assertRefused(
        TorchSamples.write(path, old),
        "has the format that torch.save had before PyTorch 1.6; load it in Python with torch.load"
            + " and save it again with torch.save");
    assertRefused(
        TorchSamples.write(path, TorchSamples.ascii("version https://git-lfs")),
        "is a Git LFS pointer, not the data");
    assertRefused(TorchSamples.write(path, new byte[0]), "is no zip archive");
    assertRefused(TorchSamples.write(path, new byte[] {1, 2, 3, 4, 5}), "is no zip archive");
  }

  @Test
  void otherArchivesAreRefused() {
    Path path = folder.resolve("x.pt");
    byte[] pickle = Pickle.protocol(2).op(Opcode.NONE).stop();
    TorchSamples.write(path, TorchSamples.zip(Map.of("a/b/data.pkl", pickle)));
    assertRefused(path, "none of its 1 entries is a data.pkl");
    Map<String, byte[]> script = TorchSamples.entries(pickle, Map.of());
    script.put("x/constants.pkl", pickle);
    TorchSamples.write(path, TorchSamples.zip(script));
    assertRefused(path, "is a TorchScript program");
    Map<String, byte[]> big = new LinkedHashMap<>(TorchSamples.entries(pickle, Map.of()));
    big.put("x/byteorder", TorchSamples.ascii("big"));
    TorchSamples.write(path, TorchSamples.zip(big));
    assertRefused(path, "a machine that is not little-endian");
    big.put("x/byteorder", new byte[1000]);
    TorchSamples.write(path, TorchSamples.zip(big));
    assertRefused(path, "entry 'x/byteorder' has 1000 bytes, the limit is 64");
  }
}
