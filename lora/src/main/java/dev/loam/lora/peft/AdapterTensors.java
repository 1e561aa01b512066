// SPDX-License-Identifier: Apache-2.0
package dev.loam.lora.peft;

import dev.loam.checkpoint.CheckpointException;
import dev.loam.checkpoint.TensorSource;
import dev.loam.checkpoint.safetensors.SafetensorsFile;
import dev.loam.checkpoint.safetensors.SafetensorsType;
import dev.loam.checkpoint.safetensors.Text;
import dev.loam.tensor.HostMemory;
import dev.loam.tensor.Shape;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Slice;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** The tensors of an adapter file under the names, and in the shapes, they have in a model. */
final class AdapterTensors implements TensorSource {
  private static final String TRANSPOSED = AdapterNames.EMBEDDING + AdapterNames.A;

  private final SafetensorsFile file;
  private final Map<String, String> storedNames = new LinkedHashMap<>();

  AdapterTensors(SafetensorsFile file) {
    this.file = file;
    for (String stored : file.entries().keySet()) {
      AdapterNames.internal(stored).ifPresent(name -> storedNames.put(name, stored));
    }
  }

  @Override
  public String description() {
    return file.path().toString();
  }

  @Override
  public Set<String> names() {
    return Collections.unmodifiableSet(storedNames.keySet());
  }

  @Override
  public Shape shape(String name) {
    Shape stored = file.entry(stored(name)).shape();
    return name.equals(TRANSPOSED) && stored.rank() == 2 ? exchanged(stored) : stored;
  }

  @Override
  public SafetensorsType type(String name) {
    return file.entry(stored(name)).type();
  }

  @Override
  public void read(String name, Slice slice, Tensor destination) {
    if (!name.equals(TRANSPOSED)) {
      file.readSlice(stored(name), slice, destination);
      return;
    }
    Slice there = new Slice(exchanged(slice.start()), exchanged(slice.shape()));
    Tensor values = HostMemory.allocate(destination.dtype(), there.shape().toArray());
    file.readSlice(stored(name), there, values);
    double[] rows = values.transpose(0, 1).toDoubles();
    destination.set(rows);
  }

  private static Shape exchanged(Shape shape) {
    return Shape.of(shape.size(1), shape.size(0));
  }

  private String stored(String name) {
    String stored = storedNames.get(name);
    if (stored == null) {
      throw new CheckpointException(
          description() + ": holds no tensor " + Text.quote(name) + "; check the adapter");
    }
    return stored;
  }

  @Override
  public void close() {
    file.close();
  }
}
