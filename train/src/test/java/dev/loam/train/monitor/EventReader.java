// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.monitor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** Reads event files with none of the code that writes them, checksums bit by bit. */
public final class EventReader {
  /**
   * An event.
   *
   * @param value of a curve; NaN of others
   * @param text of a text, or the version of the file; empty of others
   */
  public record Read(double time, long step, String tag, float value, String text) {}

  private EventReader() {}

  /** All events of a folder's files, in the order of their names. */
  public static List<Read> folder(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().flatMap(file -> file(file).stream()).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static List<Read> file(Path file) {
    try {
      return parse(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Read> parse(byte[] bytes) {
    List<Read> events = new ArrayList<>();
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    while (in.hasRemaining()) {
      byte[] length = take(in, 8);
      check(length, in.getInt());
      byte[] event =
          take(in, (int) ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong());
      check(event, in.getInt());
      events.add(event(event));
    }
    return events;
  }

  private static byte[] take(ByteBuffer in, int length) {
    byte[] bytes = new byte[length];
    in.get(bytes);
    return bytes;
  }

  private static void check(byte[] bytes, int expected) {
    int crc = -1;
    for (byte b : bytes) {
      crc ^= b & 0xFF;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc & 1) == 1 ? (crc >>> 1) ^ 0x82F63B78 : crc >>> 1;
      }
    }
    crc = ~crc;
    int masked = ((crc >>> 15) | (crc << 17)) + 0xa282ead8;
    if (masked != expected) {
      throw new IllegalStateException("checksum " + expected + ", expected " + masked);
    }
  }

  private static Read event(byte[] bytes) {
    Map<Integer, byte[]> event = fields(bytes);
    double time = number(event.getOrDefault(1, new byte[8])).getDouble();
    long step = event.containsKey(2) ? number(field(event, 2)).getLong() : 0;
    if (event.containsKey(3)) {
      return new Read(time, step, "", Float.NaN, text(field(event, 3)));
    }
    Map<Integer, byte[]> value = fields(field(fields(field(event, 5)), 1));
    float scalar = value.containsKey(2) ? number(field(value, 2)).getFloat() : Float.NaN;
    String text = value.containsKey(8) ? text(field(fields(field(value, 8)), 8)) : "";
    return new Read(time, step, text(field(value, 1)), scalar, text);
  }

  private static byte[] field(Map<Integer, byte[]> message, int number) {
    return Objects.requireNonNull(message.get(number));
  }

  private static ByteBuffer number(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /** The fields of a message by their numbers; numbers as eight bytes. */
  private static Map<Integer, byte[]> fields(byte[] message) {
    ByteBuffer in = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
    Map<Integer, byte[]> fields = new HashMap<>();
    while (in.hasRemaining()) {
      long tag = varint(in);
      byte[] field =
          switch ((int) tag & 7) {
            case 0 -> number(new byte[8]).putLong(varint(in)).array();
            case 1 -> take(in, 8);
            case 2 -> take(in, (int) varint(in));
            default -> take(in, 4);
          };
      fields.put((int) tag >> 3, field);
    }
    return fields;
  }

  private static long varint(ByteBuffer in) {
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      byte part = in.get();
      value |= (long) (part & 127) << shift;
      if (part >= 0) {
        return value;
      }
    }
  }
}
