// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.torch;

import static java.util.Map.entry;

import dev.loam.checkpoint.safetensors.SafetensorsType;
import java.util.List;
import java.util.Map;

/** What the globals and persistent ids of a pickle stand for: little but tensors. */
final class PickledObjects {
  private static final Map<String, SafetensorsType> STORAGES =
      Map.ofEntries(
          entry("torch.DoubleStorage", SafetensorsType.F64),
          entry("torch.FloatStorage", SafetensorsType.F32),
          entry("torch.HalfStorage", SafetensorsType.F16),
          entry("torch.BFloat16Storage", SafetensorsType.BF16),
          entry("torch.LongStorage", SafetensorsType.I64),
          entry("torch.IntStorage", SafetensorsType.I32),
          entry("torch.ShortStorage", SafetensorsType.I16),
          entry("torch.CharStorage", SafetensorsType.I8),
          entry("torch.ByteStorage", SafetensorsType.U8),
          entry("torch.BoolStorage", SafetensorsType.BOOL),
          entry("torch.storage.UntypedStorage", SafetensorsType.U8));

  private final PickleInput input;
  private final ZipDirectory archive;
  private final PickledTensors tensors;

  PickledObjects(PickleInput input, ZipDirectory archive, TorchLimits limits) {
    this.input = input;
    this.archive = archive;
    this.tensors = new PickledTensors(input, limits);
  }

  /** The result of calling a global; a placeholder unless it is one of a few. */
  TorchValue call(TorchOpaque callee, List<TorchValue> arguments) {
    return switch (callee.name()) {
      case "torch._utils._rebuild_tensor_v2" -> tensors.rebuild(arguments);
      case "torch._utils._rebuild_parameter" -> parameter(arguments);
      case "collections.OrderedDict" -> arguments.isEmpty() ? new TorchDict() : callee.result();
      default -> callee.result();
    };
  }

  /** Gives an object its state; what a dict, list or tensor has beside its content is left out. */
  void build(TorchValue state, TorchValue object) {
    if (object instanceof TorchOpaque placeholder) {
      placeholder.setState(state);
    }
  }

  /** What a persistent id refers to: ('storage', class, key, device, number of elements). */
  TorchValue persistent(TorchValue id) {
    if (id instanceof TorchSequence tuple
        && tuple.items().size() == 5
        && tuple.items().get(1) instanceof PickledGlobal type
        && tuple.items().get(2) instanceof TorchScalar.Text key
        && tuple.items().get(4) instanceof TorchScalar.Int elements) {
      SafetensorsType known = STORAGES.get(type.name());
      return known == null ? type.result() : storage(known, key.value(), elements.value());
    }
    throw input.fault("a persistent id does not describe a storage");
  }

  private PickledStorage storage(SafetensorsType type, String key, long elements) {
    ZipDirectory.Content content = archive.content("data/" + key);
    int width = type.bits() / 8;
    if (content.bytes() % width != 0 || content.bytes() / width != elements) {
      throw input.fault(
          "%s has %d bytes where %d elements of %s are expected"
              .formatted(content.name(), content.bytes(), elements, type));
    }
    return new PickledStorage(type, elements, content.position());
  }

  private TorchValue parameter(List<TorchValue> arguments) {
    if (arguments.isEmpty()) {
      throw input.fault("a parameter is made of nothing");
    }
    return arguments.get(0);
  }
}
