// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.torch;

import dev.loam.checkpoint.safetensors.InputFile;
import dev.loam.checkpoint.safetensors.Text;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The entries of a torch file's archive by their names below its root folder. Names are only ever
 * compared, never used as paths.
 */
final class ZipDirectory {
  private static final String PICKLE = "/data.pkl";
  private static final int ENTRY = 0x04034b50;
  private static final int ENTRY_BYTES = 30;
  private static final int ENCRYPTED = 1;
  private static final String AGAIN = "copy the file again, or save it again with torch.save";

  private final InputFile file;
  private final Map<String, ZipEntryHeader> headers;
  private final String root;
  private final Map<String, Content> contents = new HashMap<>();

  /**
   * The bytes of an entry, which lie in the file as they are.
   *
   * @param position the first
   * @param bytes how many
   */
  record Content(String name, long position, long bytes) {}

  private ZipDirectory(InputFile file, Map<String, ZipEntryHeader> headers, String root) {
    this.file = file;
    this.headers = headers;
    this.root = root;
  }

  static ZipDirectory read(InputFile file, TorchLimits limits) {
    Map<String, ZipEntryHeader> headers = new ZipDirectoryReader(file, limits).read();
    for (String name : headers.keySet()) {
      if (name.endsWith(PICKLE) && name.indexOf('/') == name.length() - PICKLE.length()) {
        return new ZipDirectory(
            file, headers, name.substring(0, name.length() - PICKLE.length() + 1));
      }
    }
    throw new TorchFileException(
        file.path(),
        "is a zip archive, but none of its " + headers.size() + " entries is a data.pkl",
        "name a file that torch.save wrote");
  }

  /** Whether there is an entry. */
  boolean has(String name) {
    return headers.containsKey(root + name);
  }

  /** Where the bytes of an entry are. */
  Content content(String name) {
    return contents.computeIfAbsent(name, this::find);
  }

  /** The bytes of a small entry. */
  ByteBuffer bytes(String name, int limit) {
    Content content = content(name);
    if (content.bytes() > limit) {
      throw fault(content.name(), "has " + content.bytes() + " bytes, the limit is " + limit);
    }
    ByteBuffer bytes = ByteBuffer.allocate((int) content.bytes());
    file.read(bytes, content.position());
    return bytes.flip();
  }

  private Content find(String name) {
    ZipEntryHeader header =
        Optional.ofNullable(headers.get(root + name))
            .orElseThrow(() -> fault(root + name, "is missing"));
    if (header.method() != 0 || (header.flags() & ENCRYPTED) != 0) {
      throw fault(header.name(), "is compressed or encrypted, torch.save only stores");
    }
    if (header.bytes() != header.storedBytes()) {
      throw fault(
          header.name(),
          "has two sizes, " + header.bytes() + " and stored " + header.storedBytes());
    }
    long position = dataPosition(header);
    if (position > file.size() || header.bytes() > file.size() - position) {
      throw fault(
          header.name(),
          "ends after the file: %d bytes from %d on of %d"
              .formatted(header.bytes(), position, file.size()));
    }
    return new Content(header.name(), position, header.bytes());
  }

  /** Behind the entry's own header, which has its name again and an extra field of any length. */
  private long dataPosition(ZipEntryHeader header) {
    byte[] name = header.name().getBytes(StandardCharsets.UTF_8);
    int bytes = ENTRY_BYTES + name.length;
    if (header.position() > file.size() - bytes) {
      throw fault(header.name(), "begins at byte " + header.position() + ", outside of the file");
    }
    ByteBuffer start = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    file.read(start, header.position());
    if (start.getInt(0) != ENTRY
        || (start.getShort(26) & 0xffff) != name.length
        || !start.slice(ENTRY_BYTES, name.length).equals(ByteBuffer.wrap(name))) {
      throw fault(header.name(), "is not at byte " + header.position() + ", where it should be");
    }
    return header.position() + bytes + (start.getShort(28) & 0xffff);
  }

  private TorchFileException fault(String entry, String problem) {
    return new TorchFileException(file.path(), "entry " + Text.quote(entry) + " " + problem, AGAIN);
  }
}
