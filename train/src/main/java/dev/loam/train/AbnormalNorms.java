// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * {@code abnormal_global_norm.json}: the steps at which a run was stopped for their gradient norm,
 * with the norms, as MindFormers writes it. A run that goes on lets these steps through.
 */
final class AbnormalNorms {
  static final String FILE = "abnormal_global_norm.json";

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Optional<Path> file;
  private final boolean writes;
  private final Map<Long, List<Double>> norms = new TreeMap<>();

  /**
   * Reads the file, if it is there.
   *
   * @param file none to remember nothing
   * @param writes whether this rank is the one that writes
   */
  AbnormalNorms(Optional<Path> file, boolean writes) {
    this.file = file;
    this.writes = writes;
    file.filter(Files::exists).ifPresent(this::read);
  }

  private void read(Path path) {
    try {
      norms.putAll(JSON.readValue(path.toFile(), new TypeReference<Map<Long, List<Double>>>() {}));
    } catch (IOException e) {
      throw new UncheckedIOException(
          path + ": cannot be read: " + e.getMessage() + "; delete it to forget the steps", e);
    }
  }

  boolean contains(long step) {
    return norms.containsKey(step);
  }

  /** What helps, for messages. */
  String remedy() {
    return file.map(path -> "; noted in " + path + ", so that it passes when the run goes on")
        .orElse("; a lower learning rate may help");
  }

  void add(long step, double norm) {
    norms.computeIfAbsent(step, s -> new ArrayList<>()).add(norm);
    if (writes) {
      file.ifPresent(this::write);
    }
  }

  private void write(Path path) {
    Path whole = path.resolveSibling(path.getFileName() + ".writing");
    try {
      JSON.writeValue(whole.toFile(), norms);
      Files.move(whole, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(path + ": cannot be written: " + e.getMessage(), e);
    }
  }
}
