// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.sharded;

import dev.loam.checkpoint.CheckpointException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Opens checkpoints in a process of its own, whose heap has 64 MiB. */
final class SmallHeap {
  private SmallHeap() {}

  /** Says of each folder how it went. */
  public static void main(String[] folders) {
    for (String folder : folders) {
      String result;
      try (Checkpoint checkpoint = Checkpoint.open(Path.of(folder))) {
        result = "opened " + checkpoint.names().size();
      } catch (CheckpointException e) {
        result = "refused: " + e.getMessage();
      }
      System.out.println(result);
    }
  }

  /** Runs it and gives what it said. */
  static List<String> open(Path... folders) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx64m", "-cp", System.getProperty("java.class.path")));
    command.add(SmallHeap.class.getName());
    Stream.of(folders).map(Path::toString).forEach(command::add);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    byte[] output = process.getInputStream().readAllBytes();
    return new String(output, StandardCharsets.UTF_8).lines().toList();
  }
}
