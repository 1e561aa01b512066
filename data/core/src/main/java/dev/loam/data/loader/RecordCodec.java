// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.loader;

import dev.loam.data.record.DataRecord;
import dev.loam.data.record.RecordPlace;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Records as bytes and back. The bytes are understood by the codec that wrote them only, which
 * keeps the names of the files. Writing is for one thread, reading for any number after it.
 */
final class RecordCodec {
  private static final int NULL = 0;
  private static final int TEXT = 1;
  private static final int WHOLE = 2;
  private static final int BIG = 3;
  private static final int REAL = 4;
  private static final int TRUE = 5;
  private static final int FALSE = 6;
  private static final int LIST = 7;
  private static final int MAP = 8;

  private final List<Path> files = new ArrayList<>();

  byte[] encode(DataRecord record) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      RecordPlace place = record.place();
      out.writeInt(number(place.file()));
      out.writeUTF(place.unit().name());
      out.writeLong(place.number());
      write(out, record.values());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** Files come one after the other, so it is nearly always the last. */
  private int number(Path file) {
    if (files.isEmpty() || !files.get(files.size() - 1).equals(file)) {
      files.add(file);
    }
    return files.size() - 1;
  }

  private static void write(DataOutputStream out, Object value) throws IOException {
    if (value instanceof String text) {
      out.writeByte(TEXT);
      writeBytes(out, text.getBytes(StandardCharsets.UTF_8));
    } else if (value instanceof Long number) {
      out.writeByte(WHOLE);
      out.writeLong(number);
    } else if (value instanceof BigInteger number) {
      out.writeByte(BIG);
      writeBytes(out, number.toByteArray());
    } else if (value instanceof Double number) {
      out.writeByte(REAL);
      out.writeDouble(number);
    } else if (value instanceof Boolean flag) {
      out.writeByte(flag ? TRUE : FALSE);
    } else if (value instanceof List<?> list) {
      out.writeByte(LIST);
      out.writeInt(list.size());
      for (Object element : list) {
        write(out, element);
      }
    } else if (value instanceof Map<?, ?> map) {
      out.writeByte(MAP);
      out.writeInt(map.size());
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        write(out, entry.getKey());
        write(out, entry.getValue());
      }
    } else {
      out.writeByte(NULL);
    }
  }

  private static void writeBytes(DataOutputStream out, byte[] bytes) throws IOException {
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  DataRecord decode(byte[] bytes) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      Path file = files.get(in.readInt());
      RecordPlace.Unit unit = RecordPlace.Unit.valueOf(in.readUTF());
      RecordPlace place = new RecordPlace(file, unit, in.readLong());
      Map<String, Object> values = new LinkedHashMap<>();
      ((Map<?, ?>) read(in)).forEach((name, value) -> values.put((String) name, value));
      return new DataRecord(place, values);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Object read(DataInputStream in) throws IOException {
    int type = in.readByte();
    return switch (type) {
      case NULL -> Optional.empty();
      case TEXT -> new String(readBytes(in), StandardCharsets.UTF_8);
      case WHOLE -> in.readLong();
      case BIG -> new BigInteger(readBytes(in));
      case REAL -> in.readDouble();
      case TRUE -> true;
      case FALSE -> false;
      case LIST -> readList(in);
      case MAP -> readMap(in);
      default -> throw new IOException("a record begins with " + type);
    };
  }

  private static byte[] readBytes(DataInputStream in) throws IOException {
    return in.readNBytes(in.readInt());
  }

  private static List<Object> readList(DataInputStream in) throws IOException {
    int size = in.readInt();
    List<Object> list = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      list.add(read(in));
    }
    return list;
  }

  private static Map<String, Object> readMap(DataInputStream in) throws IOException {
    int size = in.readInt();
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < size; i++) {
      map.put((String) read(in), read(in));
    }
    return map;
  }
}
