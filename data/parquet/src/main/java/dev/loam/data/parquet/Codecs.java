// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.parquet;

import dev.loam.data.DataFormatException;
import io.airlift.compress.Decompressor;
import io.airlift.compress.lz4.Lz4Decompressor;
import io.airlift.compress.snappy.SnappyDecompressor;
import io.airlift.compress.zstd.ZstdDecompressor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/** Decompresses in Java, without native libraries. */
final class Codecs implements CompressionCodecFactory {
  /** Writers keep pages around one MiB. */
  private static final int MAX_PAGE = 1 << 29;

  private final Path file;

  Codecs(Path file) {
    this.file = file;
  }

  @Override
  public BytesInputCompressor getCompressor(CompressionCodecName codec) {
    throw new UnsupportedOperationException("only for reading");
  }

  @Override
  public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
    return new PageDecompressor(
        file,
        switch (codec) {
          case UNCOMPRESSED -> Codecs::copy;
          case SNAPPY -> with(new SnappyDecompressor());
          case ZSTD -> with(new ZstdDecompressor());
          case LZ4_RAW -> with(new Lz4Decompressor());
          case GZIP -> Codecs::gunzip;
          case LZO, BROTLI, LZ4 ->
              throw new DataFormatException(
                  "%s: compression %s cannot be read; write the file with zstd or snappy"
                      .formatted(file, codec));
        });
  }

  private static Codec with(Decompressor decompressor) {
    return (in, out) -> {
      if (decompressor.decompress(in, 0, in.length, out, 0, out.length) != out.length) {
        throw new IOException("a page is shorter than announced");
      }
    };
  }

  private static void copy(byte[] in, byte[] out) throws IOException {
    if (in.length != out.length) {
      throw new IOException("a page is shorter or longer than announced");
    }
    System.arraycopy(in, 0, out, 0, out.length);
  }

  private static void gunzip(byte[] in, byte[] out) throws IOException {
    try (GZIPInputStream stream = new GZIPInputStream(new ByteArrayInputStream(in))) {
      if (stream.readNBytes(out, 0, out.length) != out.length) {
        throw new IOException("a page is shorter than announced");
      }
    }
  }

  @Override
  public void release() {}

  /** Fills the output from the input. */
  private interface Codec {
    void decompress(byte[] in, byte[] out) throws IOException;
  }

  /** Decompresses pages. */
  private record PageDecompressor(Path file, Codec codec) implements BytesInputDecompressor {
    @Override
    public BytesInput decompress(BytesInput in, int size) throws IOException {
      return BytesInput.from(page(in.toInputStream().readAllBytes(), size));
    }

    @Override
    public void decompress(ByteBuffer in, int inSize, ByteBuffer out, int size) throws IOException {
      byte[] compressed = new byte[inSize];
      in.get(compressed);
      out.put(page(compressed, size));
    }

    private byte[] page(byte[] compressed, int size) throws IOException {
      if (size < 0 || size > MAX_PAGE) {
        throw new DataFormatException(
            "%s: a page of %d bytes; fetch the file again".formatted(file, size));
      }
      byte[] page = new byte[size];
      codec.decompress(compressed, page);
      return page;
    }

    @Override
    public void release() {}
  }
}
