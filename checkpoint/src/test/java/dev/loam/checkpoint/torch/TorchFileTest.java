// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.checkpoint.CheckpointException;
import dev.loam.checkpoint.safetensors.SafetensorsType;
import dev.loam.tensor.DType;
import dev.loam.tensor.Shape;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Slice;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What pickles mean. */
class TorchFileTest {
  @TempDir Path folder;

  private TorchValue load(Pickle pickle) {
    return load(pickle, Map.of());
  }

  private TorchValue load(Pickle pickle, Map<String, byte[]> storages) {
    Path path = TorchSamples.write(folder.resolve("x.pt"), pickle.stop(), storages);
    try (TorchFile file = TorchFile.open(path)) {
      assertThat(file.path()).isEqualTo(path);
      return file.root();
    }
  }

  @Test
  void numbersOfAllKinds() {
    TorchValue value =
        load(
            Pickle.protocol(2)
                .op(Opcode.MARK)
                .op(Opcode.BININT1, 255)
                .op(Opcode.BININT2, 0xff, 0xff)
                .integer(-2)
                .op(Opcode.LONG1, 0)
                .op(Opcode.LONG1, 1, 0x80)
                .op(Opcode.LONG1, 2, 0xff, 0x00)
                .op(Opcode.LONG1, 8, 0, 0, 0, 0, 0, 0, 0, 0x80)
                .op4(Opcode.LONG4, 3, (byte) 1, (byte) 2, (byte) 3)
                .op(Opcode.BINFLOAT, 0xbf, 0xf8, 0, 0, 0, 0, 0, 0)
                .op(Opcode.LONG1, 9, 0, 0, 0, 0, 0, 0, 0, 0, 1)
                .op(Opcode.TUPLE));
    List<TorchValue> items = ((TorchSequence) value).items();
    assertThat(items.subList(0, 9))
        .containsExactly(
            new TorchScalar.Int(255),
            new TorchScalar.Int(65535),
            new TorchScalar.Int(-2),
            new TorchScalar.Int(0),
            new TorchScalar.Int(-128),
            new TorchScalar.Int(255),
            new TorchScalar.Int(Long.MIN_VALUE),
            new TorchScalar.Int(0x030201),
            new TorchScalar.Real(-1.5));
    assertThat(((TorchOpaque) items.get(9)).name()).as("2^64").isEqualTo("builtins.int");
  }

  @Test
  void textsListsAndTuples() {
    TorchValue value =
        load(
            Pickle.protocol(4)
                .op8(Opcode.FRAME, 1000)
                .op(Opcode.EMPTY_LIST)
                .op(Opcode.MEMOIZE)
                .text("a")
                .op(Opcode.APPEND)
                .op(Opcode.MARK)
                .op(Opcode.SHORT_BINUNICODE, 2, 0xc3, 0xbc)
                .op8(Opcode.BINUNICODE8, 1, (byte) 'b')
                .op(Opcode.NONE)
                .op(Opcode.NEWTRUE)
                .op(Opcode.APPENDS)
                .op(Opcode.EMPTY_TUPLE)
                .op(Opcode.APPEND)
                .op(Opcode.NEWFALSE)
                .op(Opcode.TUPLE1)
                .op(Opcode.APPEND)
                .op(Opcode.NONE)
                .op(Opcode.NONE)
                .op(Opcode.TUPLE2)
                .op(Opcode.APPEND)
                .op(Opcode.NONE)
                .op(Opcode.NONE)
                .op(Opcode.BINGET, 0)
                .op(Opcode.TUPLE3)
                .op(Opcode.APPEND));
    TorchSequence list = (TorchSequence) value;
    assertThat(list.isTuple()).isFalse();
    assertThat(list.items().subList(0, 5))
        .containsExactly(
            new TorchScalar.Text("a"),
            new TorchScalar.Text("ü"),
            new TorchScalar.Text("b"),
            new TorchScalar.None(),
            new TorchScalar.Bool(true));
    assertThat(list.items().subList(5, 9))
        .allSatisfy(item -> assertThat(((TorchSequence) item).isTuple()).isTrue())
        .extracting(item -> ((TorchSequence) item).items().size())
        .containsExactly(0, 1, 2, 3);
    assertThat(((TorchSequence) list.items().get(8)).items().get(2))
        .as("a list that contains itself")
        .isSameAs(list);
  }

  @Test
  void dictsKeepTextsAndIntegersAsKeys() {
    TorchValue value =
        load(
            Pickle.protocol(2)
                .op(Opcode.EMPTY_DICT)
                .text("first")
                .op(Opcode.BININT1, 1)
                .op(Opcode.SETITEM)
                .op(Opcode.MARK)
                .op(Opcode.BININT1, 7)
                .text("seven")
                .op(Opcode.NONE)
                .text("left out")
                .text("first")
                .op(Opcode.BININT1, 2)
                .op(Opcode.SETITEMS));
    TorchDict dict = TorchSamples.dict(value);
    assertThat(dict.named()).containsExactly(Map.entry("first", new TorchScalar.Int(2)));
    assertThat(dict.numbered()).containsExactly(Map.entry(7L, new TorchScalar.Text("seven")));
    assertThat(dict.get("absent")).isEmpty();
  }

  @Test
  void namespacesShowTheirAttributes() {
    TorchValue value =
        load(
            Pickle.protocol(2)
                .global("argparse", "Namespace")
                .op(Opcode.EMPTY_TUPLE)
                .op(Opcode.NEWOBJ)
                .op(Opcode.EMPTY_DICT)
                .text("num_layers")
                .op(Opcode.BININT1, 28)
                .op(Opcode.SETITEM)
                .op(Opcode.BUILD));
    TorchOpaque namespace = (TorchOpaque) value;
    assertThat(namespace.name()).isEqualTo("argparse.Namespace");
    assertThat(TorchSamples.at(namespace.state().orElseThrow(), "num_layers"))
        .isEqualTo(new TorchScalar.Int(28));
  }

  @ParameterizedTest
  @CsvSource({
    "os, system",
    "builtins, eval",
    "builtins, exec",
    "subprocess, Popen",
    "java.lang, Runtime",
    "torch._utils, _rebuild_tensor",
    "torch.storage, _load_from_bytes",
    "numpy.core.multiarray, _reconstruct"
  })
  void whateverElseIsCalledIsInert(String module, String name) {
    TorchValue value =
        load(
            Pickle.protocol(2)
                .global(module, name)
                .op(Opcode.MARK)
                .text("touch " + folder.resolve("executed"))
                .op(Opcode.TUPLE)
                .op(Opcode.REDUCE)
                .op(Opcode.NONE)
                .op(Opcode.BUILD)
                .op(Opcode.MARK)
                .text("a")
                .text("b")
                .op(Opcode.SETITEMS)
                .text("c")
                .op(Opcode.APPEND)
                .op(Opcode.EMPTY_TUPLE)
                .op(Opcode.REDUCE));
    assertThat(((TorchOpaque) value).name()).isEqualTo(module + "." + name);
    assertThat(folder.resolve("executed")).doesNotExist();
  }

  @Test
  void otherOpcodesMakePlaceholders() {
    TorchValue value =
        load(
            Pickle.protocol(5)
                .op(Opcode.MARK)
                .op(Opcode.SHORT_BINBYTES, 1, 9)
                .op4(Opcode.BINBYTES, 1, (byte) 9)
                .op8(Opcode.BINBYTES8, 1, (byte) 9)
                .op8(Opcode.BYTEARRAY8, 1, (byte) 9)
                .op(Opcode.EMPTY_SET)
                .op(Opcode.MARK)
                .op(Opcode.NONE)
                .op(Opcode.ADDITEMS)
                .op(Opcode.MARK)
                .op(Opcode.NONE)
                .op(Opcode.FROZENSET)
                .text("a")
                .text("b")
                .op(Opcode.STACK_GLOBAL)
                .op(Opcode.EMPTY_TUPLE)
                .op(Opcode.EMPTY_DICT)
                .op(Opcode.NEWOBJ_EX)
                .op4(Opcode.BINUNICODE, 1, (byte) 0xff)
                .op(Opcode.NONE)
                .op(Opcode.POP)
                .op(Opcode.MARK)
                .op(Opcode.NONE)
                .op(Opcode.POP_MARK)
                .op(Opcode.TUPLE));
    assertThat(((TorchSequence) value).items())
        .extracting(item -> ((TorchOpaque) item).name())
        .containsExactly(
            "builtins.bytes",
            "builtins.bytes",
            "builtins.bytes",
            "builtins.bytes",
            "builtins.set",
            "builtins.frozenset",
            "a.b",
            "builtins.str");
  }

  @Test
  void memoIndicesOfBothWidths() {
    TorchValue value =
        load(
            Pickle.protocol(2)
                .op(Opcode.MARK)
                .text("a")
                .op(Opcode.BINPUT, 200)
                .text("b")
                .op4(Opcode.LONG_BINPUT, 70_000)
                .op(Opcode.BINGET, 200)
                .op4(Opcode.LONG_BINGET, 70_000)
                .op(Opcode.TUPLE));
    assertThat(((TorchSequence) value).items())
        .extracting(item -> ((TorchScalar.Text) item).value())
        .containsExactly("a", "b", "a", "b");
  }

  @Test
  void tensorsShareAStorageAndAreReadBySlices() {
    Pickle pickle =
        Pickle.protocol(2)
            .op(Opcode.MARK)
            .tensor("0", 6, 0, new int[] {2, 2}, new int[] {2, 1})
            .tensor("0", 6, 2, new int[] {2, 2}, new int[] {2, 1})
            .global("torch._utils", "_rebuild_parameter")
            .op(Opcode.MARK)
            .tensor("0", 6, 5, new int[] {1}, new int[] {77})
            .op(Opcode.NEWTRUE)
            .orderedDict()
            .op(Opcode.TUPLE)
            .op(Opcode.REDUCE)
            .tensor("0", 6, 0, new int[] {2, 3}, new int[] {1, 2})
            .tensor("0", 6, 6, new int[] {0, 3}, new int[] {3, 1})
            .op(Opcode.TUPLE);
    Path path =
        TorchSamples.write(
            folder.resolve("x.pt"),
            pickle.stop(),
            Map.of("0", TorchSamples.floats(0, 1, 2, 3, 4, 5)));
    try (TorchFile file = TorchFile.open(path)) {
      List<TorchValue> tensors = ((TorchSequence) file.root()).items();
      assertThat(read(file, tensors.get(0))).containsExactly(0, 1, 2, 3);
      assertThat(read(file, tensors.get(1))).containsExactly(2, 3, 4, 5);
      assertThat(read(file, tensors.get(2))).containsExactly(5);
      assertThat(read(file, tensors.get(4))).isEmpty();
      Tensor column = TorchSamples.tensor(DType.F64, 2, 1);
      Slice slice = new Slice(Shape.of(0, 1), Shape.of(2, 1));
      file.read("b", (TorchTensor) tensors.get(1), slice, column);
      assertThat(column.toDoubles()).containsExactly(3, 5);

      TorchTensor transposed = (TorchTensor) tensors.get(3);
      assertThat(transposed.contiguous()).isFalse();
      assertThatThrownBy(() -> read(file, transposed))
          .isInstanceOf(TorchFileException.class)
          .hasMessage(
              path
                  + ": the elements of tensor 'x' do not lie in row-major order; call contiguous()"
                  + " on it in Python before torch.save");
      assertThatThrownBy(
              () ->
                  file.read(
                      "b",
                      (TorchTensor) tensors.get(1),
                      new Slice(Shape.of(1, 0), Shape.of(2, 2)),
                      TorchSamples.tensor(DType.F32, 2, 2)))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining(
              "tensor 'b' of shape [2, 2] has no slice of shape [2, 2] at [1, 0]");
      assertThatThrownBy(
              () ->
                  file.read(
                      "b",
                      (TorchTensor) tensors.get(1),
                      Slice.whole(Shape.of(2, 2)),
                      TorchSamples.tensor(DType.BF16, 2, 2)))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("tensor 'b' of dtype F32 cannot be read as BF16");
    }
  }

  private static float[] read(TorchFile file, TorchValue value) {
    TorchTensor tensor = (TorchTensor) value;
    Tensor values = TorchSamples.tensor(DType.F32, tensor.shape().toArray());
    file.read("x", tensor, Slice.whole(tensor.shape()), values);
    return values.toFloats();
  }

  @ParameterizedTest
  @CsvSource({
    "DoubleStorage, F64",
    "FloatStorage, F32",
    "HalfStorage, F16",
    "BFloat16Storage, BF16",
    "LongStorage, I64",
    "IntStorage, I32",
    "ShortStorage, I16",
    "CharStorage, I8",
    "ByteStorage, U8",
    "BoolStorage, BOOL"
  })
  void storagesHaveTypes(String storage, SafetensorsType type) {
    TorchValue value =
        load(
            Pickle.protocol(2)
                .global("torch._utils", "_rebuild_tensor_v2")
                .op(Opcode.MARK)
                .storage(storage, "k", 2)
                .integer(0)
                .integers(2)
                .integers(1)
                .op(Opcode.TUPLE)
                .op(Opcode.REDUCE),
            Map.of("k", new byte[2 * type.bits() / 8]));
    assertThat(((TorchTensor) value).type()).isEqualTo(type);
  }

  @Test
  void tensorsOfUnknownStoragesArePlaceholders() {
    TorchValue value =
        load(
            Pickle.protocol(2)
                .global("torch._utils", "_rebuild_tensor_v2")
                .op(Opcode.MARK)
                .storage("QInt8Storage", "k", 2)
                .integer(0)
                .integers(2)
                .integers(1)
                .op(Opcode.TUPLE)
                .op(Opcode.REDUCE));
    assertThat(((TorchOpaque) value).name()).isEqualTo("torch.QInt8Storage");
  }
}
