// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.torch;

import dev.loam.checkpoint.safetensors.InputFile;
import dev.loam.checkpoint.safetensors.SliceReader;
import dev.loam.checkpoint.safetensors.TensorEntry;
import dev.loam.checkpoint.safetensors.Text;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Slice;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * An open file that {@code torch.save} wrote (PyTorch 1.6 and later). Its pickle is interpreted as
 * data when the file is opened; elements of tensors stay in the file until they are read, and are
 * never decompressed, since archives with compressed entries are refused. The archive's checksums
 * are not verified, as PyTorch itself does not.
 *
 * <p>Several threads may read at once, into different tensors. Interrupting a reading thread closes
 * the file.
 */
public final class TorchFile implements AutoCloseable {
  private static final int LONGEST_WORD = 64;
  private static final int ZIP = 0x504b0304;
  private static final int OLD_PICKLE = 0x80028a0a;
  private static final int GIT_LFS = 0x76657273;

  private final InputFile file;
  private final TorchValue root;

  private TorchFile(InputFile file, TorchValue root) {
    this.file = file;
    this.root = root;
  }

  /**
   * Opens a file and interprets its pickle, with the default limits.
   *
   * @throws TorchFileException if the file is not of this format or breaks a rule of it
   * @throws dev.loam.checkpoint.CheckpointException if it cannot be read
   */
  public static TorchFile open(Path path) {
    return open(path, TorchLimits.DEFAULT);
  }

  /** Opens a file and interprets its pickle, within the given limits. */
  public static TorchFile open(Path path, TorchLimits limits) {
    if (!Files.isRegularFile(path)) {
      throw new TorchFileException(
          path, "is not there or is no regular file", "name a file that torch.save wrote");
    }
    return open(InputFile.open(path), limits);
  }

  /**
   * Interprets the pickle of what is open already, within the given limits; all reading goes
   * through the file given here, and as many threads may read at once as that one allows.
   *
   * @param file is closed with this one, and if this throws
   */
  public static TorchFile open(InputFile file, TorchLimits limits) {
    try {
      return new TorchFile(file, load(file, limits));
    } catch (RuntimeException | Error e) {
      file.close();
      throw e;
    }
  }

  private static TorchValue load(InputFile file, TorchLimits limits) {
    requireZip(file);
    ZipDirectory archive = ZipDirectory.read(file, limits);
    requireStateDict(file, archive);
    PickleInput input =
        new PickleInput(file.path(), archive.bytes("data.pkl", limits.pickleBytes()));
    return new Unpickler(input, new PickledObjects(input, archive, limits), limits).load();
  }

  private static void requireZip(InputFile file) {
    ByteBuffer start = ByteBuffer.allocate(Integer.BYTES);
    if (file.size() >= Integer.BYTES) {
      file.read(start, 0);
    }
    switch (start.getInt(0)) {
      case ZIP -> {}
      case OLD_PICKLE ->
          throw new TorchFileException(
              file.path(),
              "has the format that torch.save had before PyTorch 1.6",
              "load it in Python with torch.load and save it again with torch.save");
      case GIT_LFS ->
          throw new TorchFileException(
              file.path(),
              "is a Git LFS pointer, not the data",
              "fetch the data with 'git lfs pull'");
      default ->
          throw new TorchFileException(
              file.path(),
              "is no zip archive and so not written by torch.save of PyTorch 1.6 or later",
              "load it in Python and save it again with torch.save");
    }
  }

  private static void requireStateDict(InputFile file, ZipDirectory archive) {
    if (archive.has("constants.pkl")) {
      throw new TorchFileException(
          file.path(),
          "is a TorchScript program",
          "load it in Python with torch.jit.load and save its state_dict() with torch.save");
    }
    if (archive.has("byteorder")) {
      String order =
          StandardCharsets.ISO_8859_1.decode(archive.bytes("byteorder", LONGEST_WORD)).toString();
      if (!order.strip().equals("little")) {
        throw new TorchFileException(
            file.path(),
            "was written on a machine that is not little-endian",
            "save it again on a little-endian machine");
      }
    }
  }

  /** Where the file is. */
  public Path path() {
    return file.path();
  }

  /** What was saved: a dict, as a rule. */
  public TorchValue root() {
    return root;
  }

  /**
   * Reads a box of a vector or a matrix of this file. Types that widen exactly are converted (BF16,
   * F16 and F32 to a wider float, I32 to I64); F64 is rounded to the nearest F32; nothing else is.
   *
   * @param name what messages call the tensor
   * @param tensor of this file
   * @param slice the box
   * @param destination of the slice's shape; its rows may lie apart, their elements back to back
   * @throws dev.loam.checkpoint.CheckpointException if the tensor is not contiguous, has more than
   *     two dimensions or none, does not reach as far as the slice, or its type does not convert
   */
  public void read(String name, TorchTensor tensor, Slice slice, Tensor destination) {
    if (!tensor.contiguous()) {
      throw new TorchFileException(
          path(),
          "the elements of tensor " + Text.quote(name) + " do not lie in row-major order",
          "call contiguous() on it in Python before torch.save");
    }
    long bytes = tensor.shape().elements() * (tensor.type().bits() / 8);
    TensorEntry entry = new TensorEntry(name, tensor.type(), tensor.shape(), 0, bytes);
    SliceReader.read(file, entry, tensor.position(), slice, destination);
  }

  @Override
  public void close() {
    file.close();
  }
}
