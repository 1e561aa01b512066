// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.formats;

import dev.loam.checkpoint.CheckpointException;
import dev.loam.checkpoint.TensorSource;
import dev.loam.checkpoint.safetensors.SafetensorsType;
import dev.loam.model.ParameterCatalog;
import dev.loam.model.Qwen3Config;
import dev.loam.model.formats.MindFormersNames.Place;
import dev.loam.tensor.Shape;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Slice;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Parameters under the names of Hugging Face, out of tensors of MindSpore Transformers. */
final class MindFormersSource implements TensorSource {
  private final TensorSource stored;
  private final Map<String, Parameter> parameters = new LinkedHashMap<>();
  private final ScratchMemory scratch = new ScratchMemory();

  private record Parameter(Shape shape, Place place) {}

  /**
   * Finds all parameters of a model.
   *
   * @param stored whole tensors; closed with this
   * @throws CheckpointException if names or shapes are not those of the model, with all differences
   */
  MindFormersSource(TensorSource stored, Qwen3Config config) {
    this.stored = stored;
    MindFormersNames names = new MindFormersNames(config);
    Problems problems = new Problems(stored.description());
    TreeSet<String> unused = new TreeSet<>(stored.names());
    for (ParameterCatalog.Entry entry : new ParameterCatalog(config).entries()) {
      add(names, entry.name(), entry.shape(), unused, problems);
    }
    // Where embeddings are tied, the head is the embedding once more, if it is there at all.
    String head = MindFormersNames.HEAD;
    if (config.tiedEmbeddings() && place(names, head).isPresent()) {
      add(names, head, Shape.of(config.vocabSize(), config.hiddenSize()), unused, problems);
    }
    unused.forEach(name -> problems.add("tensor " + name + " is not part of the model"));
    problems.report("check that config.json belongs to these files");
  }

  private void add(
      MindFormersNames names,
      String parameter,
      Shape shape,
      Set<String> unused,
      Problems problems) {
    Optional<Place> found = place(names, parameter);
    if (found.isEmpty()) {
      problems.add("missing tensor " + names.places(parameter).get(0).tensor().name());
      return;
    }
    Place place = found.get();
    String name = place.tensor().name();
    unused.remove(name);
    if (!stored.shape(name).equals(place.tensor().shape())) {
      problems.add(
          "%s has shape %s, config.json asks for %s"
              .formatted(name, stored.shape(name), place.tensor().shape()));
    }
    parameters.put(parameter, new Parameter(shape, place));
  }

  private Optional<Place> place(MindFormersNames names, String parameter) {
    return names.places(parameter).stream()
        .filter(p -> stored.names().contains(p.tensor().name()))
        .findFirst();
  }

  @Override
  public String description() {
    return stored.description();
  }

  @Override
  public Set<String> names() {
    return Collections.unmodifiableSet(parameters.keySet());
  }

  @Override
  public Shape shape(String name) {
    return parameter(name).shape();
  }

  @Override
  public SafetensorsType type(String name) {
    return stored.type(parameter(name).place().tensor().name());
  }

  @Override
  public void read(String name, Slice slice, Tensor destination) {
    Place place = parameter(name).place();
    String tensor = place.tensor().name();
    if (place.rows().isAlone()) {
      stored.read(tensor, slice, destination);
      return;
    }
    requireInside(name, slice, destination);
    long first = slice.start().size(0);
    for (long row = 0; row < destination.size(0); ) {
      long run =
          place.rows().isInterleaved()
              ? Math.min(
                  destination.size(0) - row,
                  ScratchMemory.rows(destination.dtype(), destination.size(1), 2) / 2)
              : place.rows().run(first + row, destination.size(0) - row);
      long from = place.rows().row(first + row);
      if (place.rows().isInterleaved()) {
        readEveryOther(tensor, from, slice, destination.rows(row, run));
      } else {
        stored.read(tensor, box(slice, from, run), destination.rows(row, run));
      }
      row += run;
    }
  }

  /** Reads the rows between as well, which is faster than to read row by row. */
  private void readEveryOther(String tensor, long from, Slice slice, Tensor destination) {
    long rows = 2 * destination.size(0) - 1;
    long columns = destination.size(1);
    Tensor both = scratch.tensor(destination.dtype(), rows, columns);
    stored.read(tensor, box(slice, from, rows), both);
    for (long row = 0; row < destination.size(0); row++) {
      destination.rows(row, 1).window(0, columns).put(both.rows(2 * row, 1).window(0, columns));
    }
  }

  private static Slice box(Slice slice, long row, long rows) {
    return new Slice(Shape.of(row, slice.start().size(1)), Shape.of(rows, slice.shape().size(1)));
  }

  private void requireInside(String name, Slice slice, Tensor destination) {
    Shape whole = parameter(name).shape();
    boolean inside = slice.shape().rank() == 2 && destination.shape().equals(slice.shape());
    for (int d = 0; inside && d < 2; d++) {
      inside = slice.start().size(d) <= whole.size(d) - slice.shape().size(d);
    }
    if (!inside) {
      throw new CheckpointException(
          "%s: tensor '%s' of shape %s has no slice of shape %s at %s for %s"
              .formatted(
                  description(), name, whole, slice.shape(), slice.start(), destination.shape()));
    }
  }

  private Parameter parameter(String name) {
    Parameter parameter = parameters.get(name);
    if (parameter == null) {
      throw new CheckpointException(description() + ": holds no tensor '" + name + "'");
    }
    return parameter;
  }

  @Override
  public void close() {
    stored.close();
  }
}
