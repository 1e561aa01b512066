// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.sharded;

import dev.loam.checkpoint.CheckpointException;
import dev.loam.checkpoint.safetensors.Text;
import dev.loam.tensor.Shape;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;

/**
 * Makes a tensor of its boxes, if they cover it exactly: they do if none overlap and together they
 * have as many elements as their common extent. Takes n log n time, whatever the boxes.
 */
final class Coverage {
  private final Path folder;
  private final String name;
  private final List<Box> boxes;

  private Coverage(Path folder, String name, List<Box> boxes) {
    this.folder = folder;
    this.name = name;
    this.boxes = boxes.stream().sorted(Comparator.comparingLong(Box::row)).toList();
  }

  /**
   * The whole tensor.
   *
   * @param folder of the checkpoint, for messages
   * @param boxes at least one
   */
  static StoredTensor check(Path folder, String name, List<Box> boxes) {
    return new Coverage(folder, name, boxes).check();
  }

  private StoredTensor check() {
    Box first = boxes.get(0);
    for (Box box : boxes) {
      requireAlike(first, box);
    }
    Shape shape = extent();
    if (boxes.size() > 1) {
      requireDisjoint();
    }
    requireAll(shape);
    return new StoredTensor(shape, first.entry().type(), boxes);
  }

  private void requireAlike(Box first, Box box) {
    if (box.rank() != first.rank() || box.entry().type() != first.entry().type()) {
      throw fault(shown(first) + " and " + shown(box) + " differ in rank or type");
    }
    if (box.entry().bytes() == 0 && boxes.size() > 1) {
      throw fault(shown(box) + " is empty");
    }
  }

  private Shape extent() {
    long rows = boxes.stream().mapToLong(Box::rowEnd).max().orElseThrow();
    long columns = boxes.stream().mapToLong(Box::columnEnd).max().orElseThrow();
    try {
      return boxes.get(0).rank() == 1 ? Shape.of(rows) : Shape.of(rows, columns);
    } catch (ArithmeticException e) {
      throw fault("its boxes reach to " + rows + ", " + columns + ", too many elements");
    }
  }

  /** Goes down the rows, keeping the boxes of the current one by their first columns. */
  private void requireDisjoint() {
    TreeMap<Long, Box> current = new TreeMap<>();
    PriorityQueue<Box> ends = new PriorityQueue<>(Comparator.comparingLong(Box::rowEnd));
    for (Box box : boxes) {
      for (Box done = ends.peek(); done != null && done.rowEnd() <= box.row(); done = ends.peek()) {
        current.remove(ends.remove().column());
      }
      Map.Entry<Long, Box> left = current.floorEntry(box.column());
      Map.Entry<Long, Box> right = current.ceilingEntry(box.column());
      if (left != null && left.getValue().columnEnd() > box.column()) {
        throw overlap(left.getValue(), box);
      }
      if (right != null && right.getValue().column() < box.columnEnd()) {
        throw overlap(right.getValue(), box);
      }
      current.put(box.column(), box);
      ends.add(box);
    }
  }

  /** Boxes that do not overlap have no more elements than their extent, so no sum overflows. */
  private void requireAll(Shape shape) {
    long elements = boxes.stream().mapToLong(box -> box.entry().shape().elements()).sum();
    if (elements != shape.elements()) {
      throw fault(
          "its boxes have " + elements + " of the " + shape.elements() + " elements of " + shape);
    }
  }

  private CheckpointException overlap(Box a, Box b) {
    return fault(shown(a) + " and " + shown(b) + " overlap");
  }

  private CheckpointException fault(String problem) {
    return Damage.at(folder, "tensor " + Text.quote(name) + ": " + problem);
  }

  private static String shown(Box box) {
    return Text.quote(box.entry().name()) + " of " + box.file().path().getFileName();
  }
}
