// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.sharded;

import dev.loam.checkpoint.safetensors.InputFile;
import dev.loam.checkpoint.safetensors.ShardFiles;
import dev.loam.checkpoint.safetensors.Text;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Opens the files that a manifest names, with the sizes it says, for checked reading. */
final class CheckpointFiles implements AutoCloseable {
  private final Map<String, CheckedFile> files = new LinkedHashMap<>();
  private final ReadingThreads threads = new ReadingThreads();

  private CheckpointFiles() {}

  /** Opens all files, or none if one is not as the manifest says. */
  static CheckpointFiles open(Path folder, Manifest manifest) {
    CheckpointFiles open = new CheckpointFiles();
    BlockCache cache = new BlockCache();
    try {
      manifest
          .files()
          .forEach(
              (name, digests) -> {
                InputFile file = open(folder, name, digests);
                open.files.put(
                    name,
                    new CheckedFile(file, digests, manifest.blockBytes(), cache, open.threads));
              });
      return open;
    } catch (RuntimeException | Error e) {
      open.close();
      throw e;
    }
  }

  private static InputFile open(Path folder, String name, FileDigests digests) {
    if (!FileNames.isListed(name)) {
      throw Damage.at(folder, "the manifest names the file " + Text.quote(name));
    }
    List<String> problems = new ArrayList<>();
    Path path =
        ShardFiles.resolve(folder, "the manifest", name, "", problems)
            .orElseThrow(() -> Damage.at(folder, problems.get(0)));
    InputFile file = InputFile.open(path);
    if (file.size() != digests.bytes()) {
      file.close();
      throw Damage.at(path, "has " + file.size() + " bytes, the manifest says " + digests.bytes());
    }
    return file;
  }

  /** By name, in the order of the manifest. */
  Map<String, CheckedFile> byName() {
    return files;
  }

  /** Reads every block of every file. */
  void verify() {
    files.values().forEach(CheckedFile::verify);
  }

  @Override
  public void close() {
    files.values().forEach(CheckedFile::close);
    threads.close();
  }
}
