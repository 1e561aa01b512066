// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.parquet;

import dev.loam.data.record.RecordPlace;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.Type;

/** Values of a record out of a group of Parquet. */
final class GroupValues {
  private final RecordPlace place;

  GroupValues(RecordPlace place) {
    this.place = place;
  }

  Map<String, Object> struct(Group group) {
    Map<String, Object> values = new LinkedHashMap<>();
    for (int field = 0; field < group.getType().getFieldCount(); field++) {
      values.put(group.getType().getFieldName(field), field(group, field));
    }
    return values;
  }

  private Object field(Group group, int field) {
    Type type = group.getType().getType(field);
    int count = group.getFieldRepetitionCount(field);
    if (type.isRepetition(Type.Repetition.REPEATED)) {
      List<Object> values = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        values.add(value(group, field, i));
      }
      return values;
    }
    return count == 0 ? Optional.empty() : value(group, field, 0);
  }

  private Object value(Group group, int field, int index) {
    Type type = group.getType().getType(field);
    if (type.isPrimitive()) {
      return primitive(type.asPrimitiveType(), group, field, index);
    }
    Group inner = group.getGroup(field, index);
    GroupType innerType = inner.getType();
    if (Columns.isList(innerType)) {
      return list(inner);
    }
    return Columns.isMap(innerType) ? map(inner) : struct(inner);
  }

  private List<Object> list(Group list) {
    boolean wrapped = Columns.wrapsElement(list.getType());
    int count = list.getFieldRepetitionCount(0);
    List<Object> values = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      values.add(wrapped ? field(list.getGroup(0, i), 0) : value(list, 0, i));
    }
    return values;
  }

  private Map<String, Object> map(Group map) {
    Map<String, Object> values = new LinkedHashMap<>();
    for (int i = 0; i < map.getFieldRepetitionCount(0); i++) {
      Group entry = map.getGroup(0, i);
      values.put(String.valueOf(field(entry, 0)), field(entry, 1));
    }
    return values;
  }

  private Object primitive(PrimitiveType type, Group group, int field, int index) {
    return switch (type.getPrimitiveTypeName()) {
      case BOOLEAN -> group.getBoolean(field, index);
      case INT32 -> {
        int value = group.getInteger(field, index);
        yield Columns.isUnsigned(type) ? Integer.toUnsignedLong(value) : (long) value;
      }
      case INT64 -> integer(group.getLong(field, index), Columns.isUnsigned(type));
      case FLOAT -> (double) group.getFloat(field, index);
      case DOUBLE -> group.getDouble(field, index);
      case BINARY -> text(type.getName(), group.getBinary(field, index).toByteBuffer());
      case INT96, FIXED_LEN_BYTE_ARRAY ->
          throw place.wrong("column \"" + type.getName() + "\" holds neither text nor numbers");
    };
  }

  private static Object integer(long value, boolean unsigned) {
    return unsigned && value < 0 ? new BigInteger(Long.toUnsignedString(value)) : (Object) value;
  }

  private String text(String column, ByteBuffer bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException e) {
      throw place.wrong(
          "column \"%s\" holds bytes that are not UTF-8; write the file without that column"
              .formatted(column));
    }
  }
}
