// SPDX-License-Identifier: Apache-2.0
package dev.loam.model;

import dev.loam.parallel.Layout;
import dev.loam.parallel.Position;
import dev.loam.parallel.ProcessGroup;
import dev.loam.tensor.Arena;
import dev.loam.tensor.Shape;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Parameter;
import dev.loam.tensor.part.Slice;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Whole parameters on the first rank, one after the other, out of the slices that the ranks of the
 * first replica have. There is room for one whole parameter; where the first rank has all of it,
 * that is not used.
 */
final class WeightGathering {
  private static final int TAG = 0;

  private final Layout layout;
  private final ProcessGroup world;
  private final Position position;
  private final Map<String, ParameterCatalog.Entry> catalog;
  private final Map<String, Parameter> own;
  private final int layerCount;
  private final Tensor whole;
  private final Tensor slice;
  private final Qwen3Model model;

  /**
   * A gathering.
   *
   * @param entries what can be asked for
   */
  WeightGathering(Qwen3Model model, Arena arena, List<ParameterCatalog.Entry> entries) {
    this.model = model;
    layout = model.groups().layout();
    world = model.groups().world();
    position = model.groups().position();
    layerCount = model.config().layers();
    own = model.parameters();
    catalog =
        entries.stream()
            .collect(Collectors.toMap(ParameterCatalog.Entry::name, Function.identity()));
    boolean gathers = world.rank() == 0 && world.size() > 1;
    long largest = catalog.values().stream().mapToLong(e -> e.shape().elements()).max().orElse(0);
    boolean sends = layout.tensorParallel() > 1;
    whole = arena.allocate(model.lease().computeType(), gathers ? largest : 0);
    slice = arena.allocate(model.lease().computeType(), gathers && sends ? largest : 0);
  }

  /** On the first rank: a whole parameter, until the next is asked for. */
  Tensor whole(ParameterCatalog.Entry entry) {
    int stage = ParameterCatalog.stage(layout, entry.layer(), layerCount);
    int ranks = entry.division() == ParameterCatalog.Division.WHOLE ? 1 : layout.tensorParallel();
    if (stage == 0 && ranks == 1) {
      return own(entry.name()).value();
    }
    Tensor all = whole.rows(0, entry.shape().elements()).view(entry.shape().toArray());
    for (int t = 0; t < ranks; t++) {
      Slice place = entry.slice(t, ranks);
      int owner = layout.rank(stage, 0, t);
      Tensor target = box(all, place);
      if (owner == 0) {
        copy(own(entry.name()).value(), target);
      } else if (target.isContiguous()) {
        world.receive(target, owner, TAG, entry.name()).await();
      } else {
        Shape shape = place.shape();
        Tensor received = slice.rows(0, shape.elements()).view(shape.toArray());
        world.receive(received, owner, TAG, entry.name()).await();
        copy(received, target);
      }
    }
    return all;
  }

  /** On the other ranks: sends the slice of a parameter that is wanted from here, if any. */
  void contribute(String name) {
    ParameterCatalog.Entry entry = Objects.requireNonNull(catalog.get(name), name);
    boolean owner =
        position.data() == 0
            && position.stage() == ParameterCatalog.stage(layout, entry.layer(), layerCount)
            && (position.tensor() == 0 || entry.division() != ParameterCatalog.Division.WHOLE);
    if (owner) {
      world.send(own(name).value(), 0, TAG, name).await();
    }
  }

  private Parameter own(String name) {
    return Objects.requireNonNull(own.get(name), name);
  }

  private void copy(Tensor x, Tensor y) {
    model.lease().run(() -> model.lease().kernels().copy(x, y));
  }

  private static Tensor box(Tensor whole, Slice slice) {
    Tensor box = whole;
    for (int d = 0; d < whole.rank(); d++) {
      box = box.narrow(d, slice.start().size(d), slice.shape().size(d));
    }
    return box;
  }
}
