// SPDX-License-Identifier: Apache-2.0
package dev.loam.benchmarks;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.loam.tokenizer.AddedTokens;
import dev.loam.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A program that encodes the lines of a file with Loam and with Hugging Face's library as DJL binds
 * it, by turns, and compares their ids. How many threads the library uses for a batch is decided by
 * the environment: {@code RAYON_NUM_THREADS}. Arguments: the tokenizer's folder, the file, how
 * often.
 */
public final class TokenizerPeers {
  private static final int BATCH = 1000;

  private final Tokenizer loam;
  private final HuggingFaceTokenizer peer;
  private final List<String> lines;
  private final double megabytes;

  private TokenizerPeers(Path folder, Path input) throws IOException {
    String text = Files.readString(input);
    this.loam = dev.loam.tokenizer.HuggingFaceTokenizer.load(folder);
    this.peer =
        HuggingFaceTokenizer.newInstance(
            folder.resolve("tokenizer.json"),
            Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false"));
    this.lines = TokenizerBenchmark.lines(text);
    this.megabytes = text.getBytes(StandardCharsets.UTF_8).length / 1e6;
  }

  /** Runs it. */
  public static void main(String[] args) throws IOException {
    TokenizerPeers peers = new TokenizerPeers(Path.of(args[0]), Path.of(args[1]));
    peers.compare();
    for (int i = 0; i < Integer.parseInt(args[2]); i++) {
      peers.round();
    }
  }

  private void compare() {
    int different = 0;
    for (String line : lines) {
      int[] theirs =
          Arrays.stream(peer.encode(line, false, false).getIds())
              .mapToInt(Math::toIntExact)
              .toArray();
      if (!Arrays.equals(theirs, loam.encode(line, AddedTokens.all()))) {
        different++;
      }
    }
    System.out.printf(Locale.ROOT, "%d lines, %d with other ids%n", lines.size(), different);
  }

  private void round() {
    show("Loam, one by one", () -> lines.forEach(line -> loam.encode(line, AddedTokens.all())));
    show("peer, one by one", () -> lines.forEach(line -> peer.encode(line, false, false)));
    show("Loam, 1 thread", () -> loam.encodeAll(lines, AddedTokens.all(), 1));
    show("Loam, 2 threads", () -> loam.encodeAll(lines, AddedTokens.all(), 2));
    show("peer, batches", this::peerBatches);
  }

  private void peerBatches() {
    for (int i = 0; i < lines.size(); i += BATCH) {
      peer.batchEncode(lines.subList(i, Math.min(lines.size(), i + BATCH)), false, false);
    }
  }

  private void show(String what, Runnable work) {
    long start = System.nanoTime();
    work.run();
    double seconds = (System.nanoTime() - start) / 1e9;
    System.out.printf(Locale.ROOT, "%-20s%8.2f MB/s%n", what, megabytes / seconds);
  }
}
