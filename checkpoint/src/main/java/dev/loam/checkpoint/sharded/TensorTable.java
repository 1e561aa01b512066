// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.sharded;

import dev.loam.checkpoint.safetensors.SafetensorsFile;
import dev.loam.checkpoint.safetensors.SafetensorsLimits;
import dev.loam.checkpoint.safetensors.TensorEntry;
import dev.loam.checkpoint.safetensors.Text;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Collects the boxes of all files of one kind and makes tensors of them. */
final class TensorTable {
  private final Path folder;
  private final Map<String, List<Box>> boxes = new TreeMap<>();

  private TensorTable(Path folder) {
    this.folder = folder;
  }

  /** The tensors of the files of a kind, by name. */
  static Map<String, StoredTensor> read(
      Path folder, Map<String, CheckedFile> files, FileNames.Kind kind) {
    TensorTable table = new TensorTable(folder);
    files.forEach(
        (name, file) -> {
          if (kind.isNameOf(name)) {
            table.add(SafetensorsFile.open(file, SafetensorsLimits.DEFAULT));
          }
        });
    Map<String, StoredTensor> tensors = new TreeMap<>();
    table.boxes.forEach(
        (name, parts) -> tensors.put(name, Coverage.check(folder, name, parts)));
    return tensors;
  }

  private void add(SafetensorsFile file) {
    for (TensorEntry entry : file.entries().values()) {
      BoxKey key =
          BoxKey.parse(entry.name(), entry.shape())
              .orElseThrow(
                  () ->
                      Damage.at(
                          file.path(),
                          Text.quote(entry.name())
                              + " is no key of a box of shape "
                              + entry.shape()));
      boxes
          .computeIfAbsent(key.name(), name -> new ArrayList<>())
          .add(Box.of(file, entry, key.slice()));
    }
  }
}
