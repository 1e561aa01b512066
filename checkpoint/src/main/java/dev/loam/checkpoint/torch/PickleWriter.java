// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.torch;

import dev.loam.checkpoint.safetensors.NamedTensor;
import dev.loam.checkpoint.safetensors.SafetensorsType;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * Writes a pickle of protocol 2 with ordered dicts of tensors and with scalars, in the opcodes that
 * {@code torch.load(weights_only=True)} admits. The tensors' storages get the keys 0, 1, 2 and so
 * on, in the order of the tensors.
 */
final class PickleWriter {
  private static final int PROTOCOL = 2;
  private static final Map<SafetensorsType, String> STORAGES =
      Map.of(
          SafetensorsType.F64, "DoubleStorage",
          SafetensorsType.F32, "FloatStorage",
          SafetensorsType.F16, "HalfStorage",
          SafetensorsType.BF16, "BFloat16Storage",
          SafetensorsType.I64, "LongStorage");

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private int storages;

  private PickleWriter() {}

  static ByteBuffer write(
      Map<String, List<NamedTensor>> stateDicts, Map<String, TorchScalar> values) {
    PickleWriter pickle = new PickleWriter();
    pickle.op(Opcode.PROTO).write(PROTOCOL);
    pickle.op(Opcode.EMPTY_DICT).write(Opcode.MARK);
    stateDicts.forEach(
        (key, tensors) -> {
          pickle.text(key);
          pickle.stateDict(tensors);
        });
    values.forEach(
        (key, value) -> {
          pickle.text(key);
          pickle.scalar(value);
        });
    pickle.op(Opcode.SETITEMS).write(Opcode.STOP);
    return ByteBuffer.wrap(pickle.out.toByteArray());
  }

  private void stateDict(List<NamedTensor> tensors) {
    emptyOrderedDict();
    op(Opcode.MARK);
    for (NamedTensor tensor : tensors) {
      text(tensor.name());
      tensor(tensor);
    }
    op(Opcode.SETITEMS);
  }

  /** _rebuild_tensor_v2(storage, offset, sizes, strides, requires_grad, hooks). */
  private void tensor(NamedTensor tensor) {
    global("torch._utils", "_rebuild_tensor_v2");
    op(Opcode.MARK);
    storage(tensor.type(), tensor.shape().elements());
    integer(0);
    long[] sizes = tensor.shape().toArray();
    integers(sizes);
    integers(strides(sizes));
    op(Opcode.NEWFALSE);
    emptyOrderedDict();
    op(Opcode.TUPLE).write(Opcode.REDUCE);
  }

  /** The persistent id ('storage', class, key, device, number of elements). */
  private void storage(SafetensorsType type, long elements) {
    op(Opcode.MARK);
    text("storage");
    global("torch", storageClass(type));
    text(Integer.toString(storages++));
    text("cpu");
    integer(elements);
    op(Opcode.TUPLE).write(Opcode.BINPERSID);
  }

  private static String storageClass(SafetensorsType type) {
    String name = STORAGES.get(type);
    if (name == null) {
      throw new IllegalArgumentException("tensors of type " + type + " cannot be stored");
    }
    return name;
  }

  private static long[] strides(long[] sizes) {
    long[] strides = new long[sizes.length];
    long stride = 1;
    for (int d = sizes.length - 1; d >= 0; d--) {
      strides[d] = stride;
      stride *= Math.max(1, sizes[d]);
    }
    return strides;
  }

  private void emptyOrderedDict() {
    global("collections", "OrderedDict");
    op(Opcode.EMPTY_TUPLE).write(Opcode.REDUCE);
  }

  private void scalar(TorchScalar value) {
    if (value instanceof TorchScalar.Int number) {
      integer(number.value());
    } else if (value instanceof TorchScalar.Real number) {
      op(Opcode.BINFLOAT).writeBytes(ByteBuffer.allocate(8).putDouble(number.value()).array());
    } else if (value instanceof TorchScalar.Text text) {
      text(text.value());
    } else if (value instanceof TorchScalar.Bool bool) {
      op(bool.value() ? Opcode.NEWTRUE : Opcode.NEWFALSE);
    } else {
      op(Opcode.NONE);
    }
  }

  private void integers(long[] values) {
    op(Opcode.MARK);
    for (long value : values) {
      integer(value);
    }
    op(Opcode.TUPLE);
  }

  private void integer(long value) {
    if (value == (int) value) {
      op(Opcode.BININT);
      littleEndian(value, Integer.BYTES);
    } else {
      op(Opcode.LONG1).write(Long.BYTES);
      littleEndian(value, Long.BYTES);
    }
  }

  private void text(String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    op(Opcode.BINUNICODE);
    littleEndian(bytes.length, Integer.BYTES);
    out.writeBytes(bytes);
  }

  private void global(String module, String name) {
    op(Opcode.GLOBAL).writeBytes((module + "\n" + name + "\n").getBytes(StandardCharsets.UTF_8));
  }

  private void littleEndian(long value, int bytes) {
    for (int i = 0; i < bytes; i++) {
      out.write((int) (value >> (8 * i)));
    }
  }

  /** Writes an opcode, whose operands follow. */
  private ByteArrayOutputStream op(int opcode) {
    out.write(opcode);
    return out;
  }
}
