// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.safetensors;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads and checks the header of a file, from the outside in. */
final class HeaderReader {
  private static final int LENGTH_BYTES = 8;
  private static final String AGAIN = "copy or download it again";

  private final InputFile file;
  private final SafetensorsLimits limits;

  HeaderReader(InputFile file, SafetensorsLimits limits) {
    this.file = file;
    this.limits = limits;
  }

  Header read() {
    long dataStart = LENGTH_BYTES + headerLength();
    requireBrace();
    long contentEnd = HeaderText.check(file, LENGTH_BYTES, dataStart);
    HeaderParser.Content content =
        new HeaderParser(file, limits).parse(LENGTH_BYTES, dataStart, contentEnd);
    Map<String, TensorEntry> entries = inDataOrder(content.tensors());
    requireCovered(dataStart, checkLayout(entries.values()));
    return new Header(
        Collections.unmodifiableMap(entries),
        Collections.unmodifiableMap(content.metadata()),
        dataStart);
  }

  private long headerLength() {
    if (file.size() < LENGTH_BYTES) {
      throw fault(
          "is " + file.size() + " bytes long, truncated inside the 8-byte header length", AGAIN);
    }
    ByteBuffer start = ByteBuffer.allocate(LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    file.read(start, 0);
    if (new String(start.array(), StandardCharsets.ISO_8859_1).equals("version ")) {
      throw fault("is a Git LFS pointer, not the data", "fetch the data with 'git lfs pull'");
    }
    long length = start.getLong(0);
    if (Long.compareUnsigned(length, limits.headerBytes()) > 0) {
      throw fault(
          "the header length at byte 0 is "
              + Long.toUnsignedString(length)
              + ", more than the limit of "
              + limits.headerBytes(),
          "check that this is a safetensors file");
    }
    if (length > file.size() - LENGTH_BYTES) {
      throw fault(
          "truncated inside the header: expected at least "
              + (LENGTH_BYTES + length)
              + " bytes, the file has "
              + file.size(),
          AGAIN);
    }
    return length;
  }

  private void requireBrace() {
    ByteBuffer first = ByteBuffer.allocate(1);
    if (file.size() > LENGTH_BYTES) {
      file.read(first, LENGTH_BYTES);
    }
    if (first.get(0) != '{') {
      throw fault("the header does not start with '{' at byte 8", "this is no safetensors file");
    }
  }

  private static Map<String, TensorEntry> inDataOrder(List<TensorEntry> tensors) {
    Map<String, TensorEntry> ordered = new LinkedHashMap<>();
    tensors.stream()
        .sorted(Comparator.comparingLong(TensorEntry::begin).thenComparingLong(TensorEntry::end))
        .forEach(entry -> ordered.put(entry.name(), entry));
    return ordered;
  }

  /** Returns where the data ends. */
  private long checkLayout(Iterable<TensorEntry> entries) {
    long end = 0;
    for (TensorEntry entry : entries) {
      if (entry.begin() != end) {
        throw fault(
            "tensor "
                + Text.quote(entry.name())
                + " has data_offsets ["
                + entry.begin()
                + ", "
                + entry.end()
                + "]: "
                + (entry.begin() > end ? "a hole after " : "overlaps data that ends at ")
                + end,
            "write the file again");
      }
      end = entry.end();
    }
    return end;
  }

  private void requireCovered(long dataStart, long dataBytes) {
    long present = file.size() - dataStart;
    if (dataBytes > present) {
      throw fault(
          "truncated: expected "
              + sum(dataStart, dataBytes)
              + " bytes, the file has "
              + file.size(),
          AGAIN);
    }
    if (dataBytes < present) {
      throw fault(
          (present - dataBytes)
              + " bytes follow the last tensor: expected "
              + (dataStart + dataBytes)
              + " bytes, the file has "
              + file.size(),
          "write the file again");
    }
  }

  private static String sum(long a, long b) {
    return Long.toUnsignedString(a + b);
  }

  private SafetensorsException fault(String problem, String remedy) {
    return new SafetensorsException(file.path(), problem, remedy);
  }
}
