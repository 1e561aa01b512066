// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.sharded;

import dev.loam.checkpoint.CheckpointException;
import dev.loam.checkpoint.TensorPiece;
import dev.loam.checkpoint.safetensors.ShardFiles;
import dev.loam.checkpoint.safetensors.Text;
import dev.loam.parallel.ProcessGroup;
import dev.loam.tensor.Arena;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongToIntFunction;

/**
 * One save by all ranks of a group. Each rank writes its own files into a temporary folder; when
 * all are on the disk, the first rank adds the manifest and publishes the folder by one rename. A
 * failure at any point leaves older checkpoints as they were, and of the new one nothing that could
 * be taken for a checkpoint.
 *
 * <p>{@link #begin} and {@link #publish} communicate and belong to the thread of the rank; {@link
 * #write} between them may run on any one thread.
 */
public final class CheckpointSave implements AutoCloseable {
  private final CheckpointFolder folder;
  private final Storage storage;
  private final Exchange exchange;
  private final long step;
  private final int blockBytes;
  private final Path saving;
  private final List<RankFile> files;
  private final List<FileDigests> digests = new ArrayList<>();
  private final long bytes;
  private final long allBytes;
  private Optional<Throwable> failure = Optional.empty();
  private volatile boolean isWritten;
  private boolean isPublished;

  private CheckpointSave(
      CheckpointFolder folder,
      Exchange exchange,
      long step,
      LongToIntFunction blockBytes,
      List<RankFile> files) {
    this.folder = folder;
    this.storage = folder.storage();
    this.exchange = exchange;
    this.step = step;
    this.saving = folder.saving(step);
    this.files = files;
    this.bytes = files.stream().mapToLong(RankFile::bytes).sum();
    this.allBytes = exchange.sum("bytes of a checkpoint", bytes);
    this.blockBytes = blockBytes.applyAsInt(allBytes);
  }

  /**
   * Begins a save; all ranks call it. The first checks that the disk has room for the files of all
   * ranks, and makes the temporary folder; if that fails, all ranks throw.
   *
   * @param ranks those that have boxes of tensors to store, on a common file system
   * @param arena gives the memory of what is exchanged, some bytes for each block; open until
   *     {@link #publish} returns
   * @param step the step that ended last, at least 0
   * @param weights boxes of vectors and matrices of this rank, which with those of the other ranks
   *     cover each tensor exactly; empty ones are left out
   * @param moments further such boxes, under names of their own
   * @throws IllegalArgumentException if a name has brackets or a box is given twice
   * @throws SaveFailedException if the disk is too full or the folder cannot be made
   */
  public static CheckpointSave begin(
      CheckpointFolder folder,
      ProcessGroup ranks,
      Arena arena,
      long step,
      List<TensorPiece> weights,
      List<TensorPiece> moments) {
    return begin(folder, ranks, arena, step, weights, moments, BlockDigests::blockBytes);
  }

  /** With blocks of another size, for tests. */
  static CheckpointSave begin(
      CheckpointFolder folder,
      ProcessGroup ranks,
      Arena arena,
      long step,
      List<TensorPiece> weights,
      List<TensorPiece> moments,
      LongToIntFunction blockBytes) {
    if (step < 0) {
      throw new IllegalArgumentException("the step is " + step);
    }
    Exchange exchange = new Exchange(ranks, arena);
    List<RankFile> files = RankFile.of(exchange, weights, moments);
    CheckpointSave save = new CheckpointSave(folder, exchange, step, blockBytes, files);
    save.byFirst(save::makeFolder);
    return save;
  }

  private void makeFolder() throws IOException {
    folder.create(folder.path().toAbsolutePath());
    folder.remove(saving);
    if (storage.freeBytes(folder.path()) < allBytes) {
      throw new SaveFailedException(notSaved() + space() + "; free some or save elsewhere");
    }
    storage.createFolder(saving);
  }

  /**
   * Writes this rank's files, reading values of tensors in the order of the files; to be called
   * once. Returns also where it fails, which {@link #publish} then tells all ranks.
   */
  public void write() {
    failure = failureOf(this::writeFiles);
    isWritten = true;
  }

  private void writeFiles() throws IOException {
    digests.addAll(RankFile.write(files, storage, saving, blockBytes));
    storage.sync(saving);
  }

  /** Whether {@link #write} has ended, well or not. For any thread. */
  public boolean isWritten() {
    return isWritten;
  }

  /** The bytes that this rank writes. */
  public long bytes() {
    return bytes;
  }

  /**
   * Publishes the checkpoint; all ranks call it after their {@link #write} ended. If that failed on
   * any rank, all throw and nothing is published. A checkpoint of the same step that is there
   * already is replaced, unless it is the same and intact.
   *
   * @param state entries of the trainer for the manifest; those of the first rank are stored
   * @param texts small text files, by name, such as {@code config.json}; those of the first rank
   *     are stored
   * @return the folder of the checkpoint
   * @throws SaveFailedException if a rank could not write, or the first could not publish
   */
  public Path publish(Map<String, String> state, Map<String, String> texts) {
    if (!isWritten) {
      throw new IllegalStateException("write() has not ended");
    }
    exchange.requireSuccess(notSaved(), failure);
    List<long[]> written =
        exchange.gather("digests of a checkpoint", DigestExchange.encode(digests));
    byFirst(
        () -> {
          Map<String, FileDigests> listed = DigestExchange.decode(written, blockBytes);
          for (Map.Entry<String, String> text : texts.entrySet()) {
            listed.put(text.getKey(), writeText(text.getKey(), text.getValue()));
          }
          writeManifest(new Manifest(step, blockBytes, state, listed));
          putInPlace(folder.checkpoint(step), folder.replaced(step));
        });
    return folder.checkpoint(step);
  }

  private FileDigests writeText(String name, String text) throws IOException {
    byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
    if (!FileNames.isText(name)
        || !ShardFiles.isPlain(name, "")
        || !Text.isWellFormed(text)
        || encoded.length > FileNames.MAX_TEXT) {
      throw new IllegalArgumentException(
          Text.quote(name) + " of " + encoded.length + " bytes cannot be stored as a text");
    }
    return write(name, encoded);
  }

  private void writeManifest(Manifest manifest) throws IOException {
    write(FileNames.MANIFEST, ManifestWriter.write(manifest));
    storage.sync(saving);
    // Boxes that leave a gap are found here, before they could replace anything.
    Checkpoint.open(saving).close();
  }

  private FileDigests write(String name, byte[] contents) throws IOException {
    return DigestOutput.write(
        storage, saving.resolve(name), blockBytes, sink -> sink.write(ByteBuffer.wrap(contents)));
  }

  /** From here on all is on the disk but the name. */
  private void putInPlace(Path target, Path replaced) throws IOException {
    if (isSame(target)) {
      folder.hint(target);
      isPublished = true;
      folder.remove(saving);
      return;
    }
    if (CheckpointFolder.exists(target)) {
      folder.remove(replaced);
      storage.rename(target, replaced);
      try {
        storage.rename(saving, target);
      } catch (IOException e) {
        putBack(replaced, target, e);
        throw e;
      }
    } else {
      storage.rename(saving, target);
    }
    isPublished = true;
    storage.sync(folder.path());
    folder.hint(target);
    folder.remove(replaced);
  }

  /** Where this fails, too, the sweep at the next start will do it. */
  private void putBack(Path replaced, Path target, IOException cause) {
    try {
      storage.rename(replaced, target);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  /** Whether what is there already has the same contents, all of them intact. */
  private boolean isSame(Path target) {
    if (!CheckpointFolder.exists(target)) {
      return false;
    }
    try (Checkpoint present = Checkpoint.open(target)) {
      present.verify();
      return Arrays.equals(Manifest.bytes(target), Manifest.bytes(saving));
    } catch (CheckpointException e) {
      return false;
    }
  }

  /** Removes the temporary folder if the checkpoint was not published; the first rank does. */
  @Override
  public void close() {
    if (exchange.isFirst() && !isPublished) {
      try {
        folder.remove(saving);
      } catch (IOException e) {
        throw new SaveFailedException(
            saving + ": cannot be removed: " + e + "; it will be at the next start", e);
      }
    }
  }

  /** What may fail. */
  @FunctionalInterface
  private interface Action {
    void run() throws IOException;
  }

  /** Done by the first rank; if it fails there, all throw. */
  private void byFirst(Action action) {
    exchange.requireSuccess(notSaved(), exchange.isFirst() ? failureOf(action) : Optional.empty());
  }

  private Optional<Throwable> failureOf(Action action) {
    try {
      action.run();
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(new SaveFailedException(notSaved() + ": " + e + space(), e));
    } catch (RuntimeException | Error e) {
      return Optional.of(e);
    }
  }

  private String notSaved() {
    return folder.checkpoint(step) + ": could not be saved";
  }

  private String space() {
    try {
      return "; it needs "
          + allBytes
          + " bytes, the disk has "
          + storage.freeBytes(folder.path())
          + " free";
    } catch (IOException e) {
      return "; it needs " + allBytes + " bytes, those free are not known: " + e;
    }
  }
}
