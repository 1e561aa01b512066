// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.sharded;

import dev.loam.checkpoint.safetensors.InputFile;
import dev.loam.checkpoint.safetensors.ShardFiles;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a checkpoint consists of.
 *
 * @param step the step after which it was saved
 * @param blockBytes bytes of the blocks that have digests
 * @param state the trainer's own entries
 * @param files all other files of the folder, by name
 */
record Manifest(
    long step, int blockBytes, Map<String, String> state, Map<String, FileDigests> files) {
  static final String FORMAT = "loam-checkpoint";
  static final int VERSION = 1;

  /** The longest manifest; that of a checkpoint of 1 TiB. */
  static final int MAX_BYTES = 8 * 1024 * 1024;

  static final int MAX_BLOCK = 16 * 1024 * 1024;
  static final int MAX_FILES = 10_000;
  static final int MAX_STATE = 10_000;

  /** Reads and checks the manifest of a checkpoint. */
  static Manifest read(Path folder) {
    Path path = folder.resolve(FileNames.MANIFEST);
    return ManifestReader.read(path, bytes(folder));
  }

  /** The text of a manifest, unchecked. */
  static byte[] bytes(Path folder) {
    List<String> problems = new ArrayList<>();
    Path path =
        ShardFiles.resolve(folder, "a checkpoint", FileNames.MANIFEST, ".json", problems)
            .orElseThrow(() -> Damage.at(folder, problems.get(0)));
    try (InputFile file = InputFile.open(path)) {
      if (file.size() > MAX_BYTES) {
        throw Damage.at(path, "is " + file.size() + " bytes long, the limit is " + MAX_BYTES);
      }
      byte[] bytes = new byte[(int) file.size()];
      file.read(ByteBuffer.wrap(bytes), 0);
      return bytes;
    }
  }
}
