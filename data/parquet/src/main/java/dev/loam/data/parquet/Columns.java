// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.parquet;

import dev.loam.data.DataFormatException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DecimalLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.ListLogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which columns of a file can be read, and what is what among them. */
final class Columns {
  private static final Logger LOG = LoggerFactory.getLogger(Columns.class);

  private Columns() {}

  /** The schema without the columns whose values a record cannot hold. */
  static MessageType readable(Path file, MessageType schema) {
    List<Type> readable = new ArrayList<>();
    List<String> others = new ArrayList<>();
    for (Type column : schema.getFields()) {
      if (isReadable(column)) {
        readable.add(column);
      } else {
        others.add(column.getName());
      }
    }
    if (readable.isEmpty()) {
      throw new DataFormatException(
          file + ": no column of text or numbers among " + others + "; choose another file");
    }
    if (!others.isEmpty()) {
      LOG.warn("{}: columns {} hold neither text nor numbers and are left out", file, others);
    }
    return new MessageType(schema.getName(), readable);
  }

  private static boolean isReadable(Type type) {
    if (!type.isPrimitive()) {
      return type.asGroupType().getFields().stream().allMatch(Columns::isReadable);
    }
    PrimitiveTypeName name = type.asPrimitiveType().getPrimitiveTypeName();
    return name != PrimitiveTypeName.INT96
        && name != PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY
        && !(type.getLogicalTypeAnnotation() instanceof DecimalLogicalTypeAnnotation);
  }

  /** Whether a group stands for a list. */
  static boolean isList(GroupType group) {
    return group.getLogicalTypeAnnotation() instanceof ListLogicalTypeAnnotation
        && group.getFieldCount() == 1
        && group.getType(0).isRepetition(Type.Repetition.REPEATED);
  }

  /** Whether a group stands for a map: a repeated group of a key and a value. */
  static boolean isMap(GroupType group) {
    LogicalTypeAnnotation logical = group.getLogicalTypeAnnotation();
    boolean named =
        logical instanceof LogicalTypeAnnotation.MapLogicalTypeAnnotation
            || logical instanceof LogicalTypeAnnotation.MapKeyValueTypeAnnotation;
    return named
        && group.getFieldCount() == 1
        && group.getType(0).isRepetition(Type.Repetition.REPEATED)
        && !group.getType(0).isPrimitive()
        && group.getType(0).asGroupType().getFieldCount() == 2;
  }

  /**
   * Whether the repeated field of a list is a wrapper around the element, as the rules for files of
   * older writers in the format's specification tell.
   */
  static boolean wrapsElement(GroupType list) {
    Type repeated = list.getType(0);
    if (repeated.isPrimitive() || repeated.asGroupType().getFieldCount() != 1) {
      return false;
    }
    return !repeated.getName().equals("array")
        && !repeated.getName().equals(list.getName() + "_tuple");
  }

  /** Whether an integer is to be read without its sign. */
  static boolean isUnsigned(PrimitiveType type) {
    return type.getLogicalTypeAnnotation()
            instanceof LogicalTypeAnnotation.IntLogicalTypeAnnotation integer
        && !integer.isSigned();
  }
}
