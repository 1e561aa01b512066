// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.torch;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The stack of a pickle's interpreter, the marks on it, and its memo. */
final class PickleStack {
  private final PickleInput input;
  private final TorchLimits limits;
  private final List<TorchValue> values = new ArrayList<>();
  private final Deque<Integer> marks = new ArrayDeque<>();
  private final Map<Integer, TorchValue> memo = new HashMap<>();
  private int made;

  PickleStack(PickleInput input, TorchLimits limits) {
    this.input = input;
    this.limits = limits;
  }

  /** Pushes a new value. */
  void push(TorchValue value) {
    made++;
    if (made > limits.values()) {
      throw input.fault("makes more values than the limit of " + limits.values());
    }
    repush(value);
  }

  private void repush(TorchValue value) {
    requireDepth();
    values.add(value);
  }

  private void requireDepth() {
    if (values.size() + marks.size() >= limits.stackDepth()) {
      throw input.fault("the stack is deeper than the limit of " + limits.stackDepth());
    }
  }

  void mark() {
    requireDepth();
    marks.push(values.size());
  }

  TorchValue pop() {
    TorchValue top = peek();
    values.remove(values.size() - 1);
    return top;
  }

  TorchValue peek() {
    if (values.size() <= floor()) {
      throw input.fault("takes a value from an empty stack");
    }
    return values.get(values.size() - 1);
  }

  /** Everything above the last mark, which goes as well. */
  List<TorchValue> popToMark() {
    if (marks.isEmpty()) {
      throw input.fault("there is no mark on the stack");
    }
    return popLast(values.size() - marks.pop());
  }

  List<TorchValue> popLast(int count) {
    if (values.size() - floor() < count) {
      throw input.fault("takes " + count + " values from a stack of fewer");
    }
    List<TorchValue> last = values.subList(values.size() - count, values.size());
    List<TorchValue> copy = List.copyOf(last);
    last.clear();
    return copy;
  }

  /** The one value that is left in the end. */
  TorchValue result() {
    if (values.size() != 1 || !marks.isEmpty()) {
      throw input.fault(values.size() + " values are left at the end instead of one");
    }
    return values.get(0);
  }

  void put(int index) {
    if (memo.size() >= limits.values()) {
      throw input.fault("remembers more values than the limit of " + limits.values());
    }
    memo.put(index, peek());
  }

  void memoize() {
    put(memo.size());
  }

  void get(int index) {
    TorchValue value = memo.get(index);
    if (value == null) {
      throw input.fault("there is no remembered value " + Integer.toUnsignedString(index));
    }
    repush(value);
  }

  private int floor() {
    return marks.isEmpty() ? 0 : marks.peek();
  }
}
