// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.sharded;

import dev.loam.checkpoint.TensorPiece;
import dev.loam.checkpoint.safetensors.NamedTensor;
import dev.loam.checkpoint.safetensors.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A file of tensors that a rank writes; without tensors there is none.
 *
 * @param name in the folder of the checkpoint
 * @param tensors under the keys of their boxes
 */
record RankFile(String name, List<NamedTensor> tensors) {
  /**
   * The files of this rank, one of each kind in their order; all ranks call it. Boxes without
   * elements are left out.
   */
  static List<RankFile> of(
      Exchange exchange, List<TensorPiece> weights, List<TensorPiece> moments) {
    List<TensorPiece> w = withoutEmpty(weights);
    List<TensorPiece> m = withoutEmpty(moments);
    BoxNames names = new BoxNames(exchange, Stream.concat(w.stream(), m.stream()).toList());
    return List.of(
        new RankFile(
            FileNames.Kind.WEIGHTS.fileOf(exchange.rank(), exchange.size()),
            w.stream().map(names::named).toList()),
        new RankFile(
            FileNames.Kind.MOMENTS.fileOf(exchange.rank(), exchange.size()),
            m.stream().map(names::named).toList()));
  }

  private static List<TensorPiece> withoutEmpty(List<TensorPiece> pieces) {
    return pieces.stream().filter(piece -> piece.bytes() > 0).toList();
  }

  /** The size it will have. */
  long bytes() {
    return tensors.isEmpty() ? 0 : SafetensorsWriter.bytes(tensors, SafetensorsWriter.PYTORCH);
  }

  /** Writes files and flushes them; gives their digests, none for a file without tensors. */
  static List<FileDigests> write(List<RankFile> files, Storage storage, Path folder, int blockBytes)
      throws IOException {
    List<FileDigests> digests = new ArrayList<>();
    List<Optional<DigestOutput>> written = new ArrayList<>();
    try {
      for (RankFile file : files) {
        written.add(file.start(storage, folder, blockBytes));
      }
      // Flushed last: the system brings the first to the disk while the next is being written.
      for (Optional<DigestOutput> file : written) {
        digests.add(file.isPresent() ? file.get().finish() : FileDigests.NONE);
      }
    } finally {
      for (Optional<DigestOutput> file : written) {
        if (file.isPresent()) {
          file.get().close();
        }
      }
    }
    return digests;
  }

  private Optional<DigestOutput> start(Storage storage, Path folder, int blockBytes)
      throws IOException {
    if (tensors.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        DigestOutput.start(
            storage,
            folder.resolve(name),
            blockBytes,
            sink -> SafetensorsWriter.write(sink, tensors, SafetensorsWriter.PYTORCH)));
  }
}
