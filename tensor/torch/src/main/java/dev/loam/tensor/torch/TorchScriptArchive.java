// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.torch;

import dev.loam.tensor.EngineException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Packs TorchScript source into the zip archive that libtorch loads: one stateless module whose
 * methods are the kernels. Entries are stored uncompressed, their data aligned to 64 bytes, as
 * libtorch's own writer has them; {@code data.pkl} is a pickle of the module object, written out by
 * hand.
 */
final class TorchScriptArchive {
  private static final String MODULE = "Kernels";
  private static final int ALIGNMENT = 64;
  private static final int LOCAL_HEADER = 30;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final ZipOutputStream zip = new ZipOutputStream(bytes);

  private TorchScriptArchive() {}

  /** An archive of the methods in the given source files, which are resources beside this class. */
  static byte[] of(List<String> sources) {
    StringBuilder code = new StringBuilder();
    code.append("class ").append(MODULE).append("(Module):\n");
    code.append("  __parameters__ = []\n  __buffers__ = []\n  training : bool\n");
    for (String source : sources) {
      resource(source)
          .lines()
          .filter(line -> !line.startsWith("#") && !line.isBlank())
          .map(line -> line.replace("(self,", "(self: __torch__." + MODULE + ","))
          .forEach(line -> code.append("  ").append(line).append('\n'));
    }
    try {
      TorchScriptArchive archive = new TorchScriptArchive();
      archive.add("data.pkl", modulePickle());
      archive.add("code/__torch__.py", code.toString().getBytes(StandardCharsets.UTF_8));
      archive.add("constants.pkl", new byte[] {(byte) 0x80, 2, ')', '.'});
      archive.add("version", "3\n".getBytes(StandardCharsets.US_ASCII));
      archive.add("byteorder", "little".getBytes(StandardCharsets.US_ASCII));
      archive.zip.close();
      return archive.bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String resource(String name) {
    try (InputStream in = TorchScriptArchive.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new EngineException("kernel source " + name + " is missing from the jar");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Protocol 2: the module class, called without arguments, its state {"training": True}. */
  private static byte[] modulePickle() throws IOException {
    ByteArrayOutputStream pickle = new ByteArrayOutputStream();
    pickle.write(new byte[] {(byte) 0x80, 2, 'c'});
    pickle.write(("__torch__\n" + MODULE + "\n").getBytes(StandardCharsets.US_ASCII));
    pickle.write(new byte[] {')', (byte) 0x81, '}', '(', 'X', 8, 0, 0, 0});
    pickle.write("training".getBytes(StandardCharsets.US_ASCII));
    pickle.write(new byte[] {(byte) 0x88, 'u', 'b', '.'});
    return pickle.toByteArray();
  }

  private void add(String name, byte[] data) throws IOException {
    String path = "kernels/" + name;
    ZipEntry entry = new ZipEntry(path);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(data.length);
    entry.setCompressedSize(data.length);
    entry.setTime(315_619_200_000L);
    CRC32 crc = new CRC32();
    crc.update(data);
    entry.setCrc(crc.getValue());
    zip.flush();
    int dataStart = bytes.size() + LOCAL_HEADER + path.length() + 4;
    int padding = (ALIGNMENT - dataStart % ALIGNMENT) % ALIGNMENT;
    byte[] extra = new byte[4 + padding];
    extra[0] = 'F';
    extra[1] = 'B';
    extra[2] = (byte) padding;
    entry.setExtra(extra);
    zip.putNextEntry(entry);
    zip.write(data);
    zip.closeEntry();
  }
}
