// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.tensor.DType;
import dev.loam.tensor.Shape;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Slice;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.jspecify.annotations.NullUnmarked;

/** A slice is what one gets by reading all and cutting. */
@NullUnmarked
class SliceTest {
  private static final byte BESIDE = 77;

  private static Path path;

  /** Everything that can be read. */
  enum Reading {
    F64_AS_F64(SafetensorsType.F64, DType.F64),
    F32_AS_F32(SafetensorsType.F32, DType.F32),
    BF16_AS_BF16(SafetensorsType.BF16, DType.BF16),
    I64_AS_I64(SafetensorsType.I64, DType.I64),
    BF16_AS_F32(SafetensorsType.BF16, DType.F32),
    BF16_AS_F64(SafetensorsType.BF16, DType.F64),
    F16_AS_F32(SafetensorsType.F16, DType.F32),
    F16_AS_F64(SafetensorsType.F16, DType.F64),
    F32_AS_F64(SafetensorsType.F32, DType.F64),
    F64_AS_F32(SafetensorsType.F64, DType.F32),
    I32_AS_I64(SafetensorsType.I32, DType.I64);

    private final SafetensorsType stored;
    private final DType wanted;

    Reading(SafetensorsType stored, DType wanted) {
      this.stored = stored;
      this.wanted = wanted;
    }
  }

  @BeforeContainer
  static void createFile() throws IOException {
    path = Files.createTempFile("loam-slice", ".safetensors");
  }

  @AfterContainer
  static void deleteFile() throws IOException {
    Files.delete(path);
  }

  /** Short rows, rows of some pages, and rows that are read one by one. */
  @Provide
  Arbitrary<Integer> columns() {
    return Arbitraries.oneOf(
        Arbitraries.integers().between(0, 9),
        Arbitraries.integers().between(10, 5000),
        Arbitraries.integers().between(20_000, 40_000));
  }

  @Property(tries = 400)
  void isCutOutOfAMatrix(
      @ForAll Reading reading,
      @ForAll @IntRange(max = 12) int rows,
      @ForAll("columns") int columns,
      @ForAll Random random) {
    try (SafetensorsFile file = file(reading.stored, random, rows, columns)) {
      Tensor whole = Samples.tensor(reading.wanted, rows, columns);
      file.read("a", whole);
      for (int i = 0; i < 4; i++) {
        long row = random.nextInt(rows + 1);
        long column = random.nextInt(columns + 1);
        long height = random.nextInt(rows - (int) row + 1);
        // Often to the end of the rows, and often a small part of them.
        long width = columns - column;
        width = random.nextBoolean() ? width : random.nextInt((int) Math.min(50, width) + 1);
        Slice slice = new Slice(Shape.of(row, column), Shape.of(height, width));
        Tensor cut = whole.rows(row, height).narrow(1, column, width);
        check(file, slice, cut, random.nextInt(4));
      }
      check(file, Slice.whole(whole.shape()), whole, random.nextInt(2));
    }
  }

  @Property(tries = 200)
  void isCutOutOfAVector(
      @ForAll Reading reading, @ForAll @IntRange(max = 300_000) int size, @ForAll Random random) {
    try (SafetensorsFile file = file(reading.stored, random, size)) {
      Tensor whole = Samples.tensor(reading.wanted, size);
      file.read("a", whole);
      int start = random.nextInt(size + 1);
      int length = random.nextInt(size - start + 1);
      Tensor part = Samples.tensor(reading.wanted, length);
      file.readSlice("a", new Slice(Shape.of(start), Shape.of(length)), part);
      assertThat(Samples.bytes(part)).isEqualTo(Samples.bytes(whole.rows(start, length)));
    }
  }

  /** Reads into rows with so many elements between them, and looks at those as well. */
  private static void check(SafetensorsFile file, Slice slice, Tensor cut, int apart) {
    long rows = cut.size(0);
    long columns = cut.size(1);
    Tensor buffer = Samples.tensor(cut.dtype(), rows, columns + apart);
    byte[] beside = new byte[(int) buffer.elements() * cut.dtype().bytes()];
    Arrays.fill(beside, BESIDE);
    buffer.window(0, buffer.elements()).put(beside);
    file.readSlice("a", slice, buffer.narrow(1, 0, columns));
    for (long row = 0; row < rows; row++) {
      byte[] expected = Samples.bytes(cut.rows(row, 1));
      byte[] actual = Samples.bytes(buffer.rows(row, 1));
      assertThat(Arrays.copyOf(actual, expected.length)).isEqualTo(expected);
      for (int i = expected.length; i < actual.length; i++) {
        assertThat(actual[i]).isEqualTo(BESIDE);
      }
    }
  }

  /** Arbitrary bits. */
  private static SafetensorsFile file(SafetensorsType type, Random random, long... shape) {
    long bytes = type.bytes(Shape.of(shape).elements());
    String entry = Samples.entry("a", type.name(), Arrays.toString(shape), "[0," + bytes + "]");
    byte[] header = ("{" + entry + "}").getBytes(StandardCharsets.UTF_8);
    byte[] data = new byte[(int) bytes];
    random.nextBytes(data);
    byte[] all = Samples.file(header, data.length);
    System.arraycopy(data, 0, all, all.length - data.length, data.length);
    return SafetensorsFile.open(Samples.write(path, all));
  }

  private static Slice box(long row, long column, long rows, long columns) {
    return new Slice(Shape.of(row, column), Shape.of(rows, columns));
  }

  @Example
  void outsideOfTheTensorIsRefused(@ForAll Random random) {
    try (SafetensorsFile file = file(SafetensorsType.F32, random, 5, 7)) {
      assertRefused(
          file,
          box(4, 0, 2, 7),
          "tensor 'a' of shape [5, 7] has no slice of shape [2, 7] at [4, 0]; check that the file"
              + " belongs to this model");
      assertRefused(file, box(0, 6, 5, 2), "no slice of shape [5, 2] at [0, 6]");
      assertRefused(file, box(6, 0, 0, 1), "no slice of shape [0, 1] at [6, 0]");
      assertRefused(file, box(0, Long.MAX_VALUE, 1, 1), "no slice of shape [1, 1]");
      assertRefused(file, new Slice(Shape.of(0), Shape.of(5)), "no slice of shape [5] at [0]");
      assertRefused(file, new Slice(Shape.of(), Shape.of()), "no slice of shape [] at []");
    }
    try (SafetensorsFile file = file(SafetensorsType.F32, random, 1, 2, 2)) {
      Slice whole = Slice.whole(Shape.of(1, 2, 2));
      assertRefused(file, whole, "of shape [1, 2, 2] has no slice of shape [1, 2, 2]");
    }
  }

  private static void assertRefused(SafetensorsFile file, Slice slice, String message) {
    Tensor destination = Samples.tensor(DType.F32, slice.shape().toArray());
    assertThatThrownBy(() -> file.readSlice("a", slice, destination))
        .isInstanceOf(SafetensorsException.class)
        .hasMessageStartingWith(path.toString())
        .hasMessageContaining(message);
  }

  @Example
  void whatDoesNotFitIsRefused(@ForAll Random random) {
    try (SafetensorsFile file = file(SafetensorsType.F32, random, 5, 7)) {
      assertThatThrownBy(
              () -> file.readSlice("a", box(0, 0, 2, 3), Samples.tensor(DType.F32, 3, 2)))
          .isInstanceOf(SafetensorsException.class)
          .hasMessageContaining("slice of tensor 'a' has shape [2, 3] where [3, 2] is expected");
      assertThatThrownBy(
              () -> file.readSlice("a", box(0, 0, 2, 3), Samples.tensor(DType.I64, 2, 3)))
          .isInstanceOf(SafetensorsException.class)
          .hasMessageContaining("tensor 'a' of dtype F32 cannot be read as I64");
      Tensor columns = Samples.tensor(DType.F32, 3, 2).transpose(0, 1);
      assertThatThrownBy(() -> file.readSlice("a", box(0, 0, 2, 3), columns))
          .isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> file.readSlice("b", box(0, 0, 2, 3), columns))
          .isInstanceOf(SafetensorsException.class)
          .hasMessageContaining("holds no tensor 'b'");
    }
    try (SafetensorsFile file = file(SafetensorsType.F4, random, 5, 2)) {
      assertThatThrownBy(
              () -> file.readSlice("a", box(1, 1, 2, 1), Samples.tensor(DType.F32, 2, 1)))
          .isInstanceOf(SafetensorsException.class)
          .hasMessageContaining("of dtype F4 cannot be read as F32");
    }
  }
}
