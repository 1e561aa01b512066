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

/** Collects the boxes of files and makes tensors of them. */
final class TensorTable {
  /** The most boxes of one checkpoint; they fit a small heap. */
  static final int MAX_BOXES = 100_000;

  private static final int HEADER_BYTES = 32 * 1024 * 1024;

  private final Path folder;
  private int room = MAX_BOXES;

  /** For the files of one checkpoint. */
  TensorTable(Path folder) {
    this.folder = folder;
  }

  /** The tensors of the files of a kind, by name. */
  Map<String, StoredTensor> read(Map<String, CheckedFile> files, FileNames.Kind kind) {
    Map<String, List<Box>> boxes = new TreeMap<>();
    files.forEach(
        (name, file) -> {
          if (kind.isNameOf(name)) {
            add(SafetensorsFile.open(file, limits()), boxes);
          }
        });
    Map<String, StoredTensor> tensors = new TreeMap<>();
    boxes.forEach((name, parts) -> tensors.put(name, Coverage.check(folder, name, parts)));
    return tensors;
  }

  /** No file may have more boxes than all files may have after those read before. */
  private SafetensorsLimits limits() {
    SafetensorsLimits usual = SafetensorsLimits.DEFAULT;
    return new SafetensorsLimits(
        HEADER_BYTES,
        room,
        usual.rank(),
        usual.nameLength(),
        usual.metadataEntries(),
        usual.metadataLength(),
        usual.shards(),
        usual.indexBytes());
  }

  private void add(SafetensorsFile file, Map<String, List<Box>> boxes) {
    room -= file.entries().size();
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
