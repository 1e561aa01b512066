// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.torch;

import java.util.List;

/**
 * Interprets a pickle, protocols 2 to 5, as data. An opcode that Python would load or call
 * something for makes a placeholder, or one of the few values that {@link PickledObjects} knows.
 */
final class Unpickler {
  private static final int NEWEST_PROTOCOL = 5;
  private static final int FRAME_HEADER = 8;

  private final PickleInput input;
  private final PickleStack stack;
  private final PickledObjects objects;

  Unpickler(PickleInput input, PickledObjects objects, TorchLimits limits) {
    this.input = input;
    this.stack = new PickleStack(input, limits);
    this.objects = objects;
  }

  /** Runs to the end. */
  TorchValue load() {
    if (input.opcode() != Opcode.PROTO) {
      throw input.fault("is no pickle of protocol 2 or later");
    }
    protocol();
    for (int opcode = input.opcode(); opcode != Opcode.STOP; opcode = input.opcode()) {
      step(opcode);
    }
    return stack.result();
  }

  private void step(int opcode) {
    switch (opcode) {
      case Opcode.PROTO -> protocol();
      case Opcode.FRAME -> input.skip(FRAME_HEADER);
      case Opcode.MARK -> stack.mark();
      case Opcode.POP -> stack.pop();
      case Opcode.POP_MARK -> stack.popToMark();
      case Opcode.BINPUT -> stack.put(input.unsigned1());
      case Opcode.LONG_BINPUT -> stack.put(input.signed4());
      case Opcode.MEMOIZE -> stack.memoize();
      case Opcode.BINGET -> stack.get(input.unsigned1());
      case Opcode.LONG_BINGET -> stack.get(input.signed4());
      case Opcode.APPEND -> append(stack.popLast(1));
      case Opcode.APPENDS, Opcode.ADDITEMS -> append(stack.popToMark());
      case Opcode.SETITEM -> putAll(stack.popLast(2));
      case Opcode.SETITEMS -> putAll(stack.popToMark());
      case Opcode.BUILD -> objects.build(stack.pop(), stack.peek());
      default -> stack.push(value(opcode));
    }
  }

  private TorchValue value(int opcode) {
    return switch (opcode) {
      case Opcode.NONE -> new TorchScalar.None();
      case Opcode.NEWTRUE -> new TorchScalar.Bool(true);
      case Opcode.NEWFALSE -> new TorchScalar.Bool(false);
      case Opcode.BININT -> new TorchScalar.Int(input.signed4());
      case Opcode.BININT1 -> new TorchScalar.Int(input.unsigned1());
      case Opcode.BININT2 -> new TorchScalar.Int(input.unsigned2());
      case Opcode.LONG1 -> integer(input.unsigned1());
      case Opcode.LONG4 -> integer(input.length4());
      case Opcode.BINFLOAT -> new TorchScalar.Real(input.float8());
      case Opcode.SHORT_BINUNICODE -> text(input.unsigned1());
      case Opcode.BINUNICODE -> text(input.length4());
      case Opcode.BINUNICODE8 -> text(input.length8());
      case Opcode.SHORT_BINBYTES -> bytes(input.unsigned1());
      case Opcode.BINBYTES -> bytes(input.length4());
      case Opcode.BINBYTES8, Opcode.BYTEARRAY8 -> bytes(input.length8());
      case Opcode.EMPTY_LIST -> TorchSequence.list();
      case Opcode.EMPTY_DICT -> new TorchDict();
      case Opcode.EMPTY_SET -> new TorchOpaque("builtins", "set");
      case Opcode.FROZENSET -> frozenSet();
      case Opcode.EMPTY_TUPLE -> TorchSequence.tuple(List.of());
      case Opcode.TUPLE1 -> TorchSequence.tuple(stack.popLast(1));
      case Opcode.TUPLE2 -> TorchSequence.tuple(stack.popLast(2));
      case Opcode.TUPLE3 -> TorchSequence.tuple(stack.popLast(3));
      case Opcode.TUPLE -> TorchSequence.tuple(stack.popToMark());
      case Opcode.GLOBAL -> new PickledGlobal(input.line(), input.line());
      case Opcode.STACK_GLOBAL -> global(stack.popLast(2));
      case Opcode.BINPERSID -> objects.persistent(stack.pop());
      case Opcode.REDUCE, Opcode.NEWOBJ -> call(stack.popLast(2));
      case Opcode.NEWOBJ_EX -> call(stack.popLast(3));
      default ->
          throw input.fault("opcode 0x%02x is none that torch.save writes".formatted(opcode));
    };
  }

  private void protocol() {
    int version = input.unsigned1();
    if (version < 2 || version > NEWEST_PROTOCOL) {
      throw input.fault("pickle protocol " + version + ", known are 2 to " + NEWEST_PROTOCOL);
    }
  }

  private TorchValue integer(int length) {
    return input
        .integer(length)
        .<TorchValue>map(TorchScalar.Int::new)
        .orElseGet(() -> new TorchOpaque("builtins", "int"));
  }

  private TorchValue text(int length) {
    return input
        .text(length)
        .<TorchValue>map(TorchScalar.Text::new)
        .orElseGet(() -> new TorchOpaque("builtins", "str"));
  }

  private TorchValue bytes(int length) {
    input.skip(length);
    return new TorchOpaque("builtins", "bytes");
  }

  private TorchValue frozenSet() {
    stack.popToMark();
    return new TorchOpaque("builtins", "frozenset");
  }

  private TorchValue global(List<TorchValue> names) {
    if (names.get(0) instanceof TorchScalar.Text module
        && names.get(1) instanceof TorchScalar.Text name
        && module.value().length() <= PickleInput.NAME_LENGTH
        && name.value().length() <= PickleInput.NAME_LENGTH) {
      return new PickledGlobal(module.value(), name.value());
    }
    throw input.fault("a class is named by something that is no text, or too long");
  }

  /** Of a call with keywords (three operands) only the class matters. */
  private TorchValue call(List<TorchValue> operands) {
    if (operands.get(0) instanceof TorchOpaque callee
        && operands.get(1) instanceof TorchSequence arguments) {
      return objects.call(callee, arguments.items());
    }
    throw input.fault("calls something that is no class or function");
  }

  private void append(List<TorchValue> items) {
    if (stack.peek() instanceof TorchSequence list && !list.isTuple()) {
      list.append(items);
    } else if (!(stack.peek() instanceof TorchOpaque)) {
      throw input.fault("appends to something that is no list");
    }
  }

  private void putAll(List<TorchValue> entries) {
    if (entries.size() % 2 != 0) {
      throw input.fault("puts a key without a value into a dict");
    }
    if (stack.peek() instanceof TorchDict dict) {
      for (int i = 0; i < entries.size(); i += 2) {
        dict.put(entries.get(i), entries.get(i + 1));
      }
    } else if (!(stack.peek() instanceof TorchOpaque)) {
      throw input.fault("puts entries into something that is no dict");
    }
  }
}
