// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

class Utf8Test {
  @Provide
  Arbitrary<byte[]> nearlyUtf8() {
    Arbitrary<String> pieces =
        Arbitraries.of("a", "bcdefghijk", "\u00e9", "\u20ac", "\ud83d\ude00", "\0", "\u07ff");
    Arbitrary<Integer> bytes =
        Arbitraries.of(
            0x80, 0xbf, 0xc0, 0xc2, 0xe0, 0xe2, 0xed, 0xa0, 0xf0, 0x90, 0xf4, 0xf5, 0xff);
    Arbitrary<byte[]> valid = pieces.map(p -> p.getBytes(StandardCharsets.UTF_8));
    Arbitrary<byte[]> any = bytes.map(b -> new byte[] {(byte) (int) b});
    return Arbitraries.frequencyOf(Tuple.of(6, valid), Tuple.of(1, any))
        .list()
        .ofMaxSize(12)
        .map(
            parts -> {
              ByteBuffer all = ByteBuffer.allocate(parts.stream().mapToInt(p -> p.length).sum());
              parts.forEach(all::put);
              return all.array();
            });
  }

  @Property(tries = 1000)
  void findsTheByteThatTheDecoderOfTheJdkFinds(@ForAll("nearlyUtf8") byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length);
    boolean error = StandardCharsets.UTF_8.newDecoder().decode(in, out, true).isError();
    int expected = error ? in.position() : -1;
    assertThat(Utf8.firstIllFormed(bytes, 0, bytes.length)).isEqualTo(expected);
    byte[] shifted = new byte[bytes.length + 3];
    Arrays.fill(shifted, (byte) 0xff);
    System.arraycopy(bytes, 0, shifted, 2, bytes.length);
    int inside = Utf8.firstIllFormed(shifted, 2, 2 + bytes.length);
    assertThat(inside).isEqualTo(error ? expected + 2 : -1);
  }
}
