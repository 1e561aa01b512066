// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.formats;

import dev.loam.checkpoint.safetensors.SafetensorsFile;
import dev.loam.model.ParameterCatalog.Division;
import dev.loam.model.formats.RankWeights.Parts;
import dev.loam.tensor.Shape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Finds out from shapes how many tensor-parallel ranks there were, and which file has which part of
 * a tensor. Rank {@code ((stage * dp) + d) * tp + t} is tensor rank t whatever dp and stages were;
 * of replicas, which may or may not be stored more than once, any will do.
 */
final class RankParts {
  private static final String REMEDY =
      "check that config.json belongs to these files and that the folders of all ranks are there";

  private final List<SafetensorsFile> files;
  private final Map<String, MindFormersTensor> known;
  private final Problems problems;
  private final TreeSet<String> names = new TreeSet<>();

  RankParts(Path folder, List<SafetensorsFile> files, MindFormersNames names) {
    this.files = files;
    this.known = names.tensors();
    this.problems = new Problems(folder.toString());
  }

  /** Where each tensor is. */
  Map<String, Parts> find() {
    for (SafetensorsFile file : files) {
      file.entries().keySet().stream().filter(MindFormersNames::isWeight).forEach(names::add);
    }
    for (String name : names) {
      if (!known.containsKey(name)) {
        problems.add("tensor " + name + " is not part of the model");
      }
    }
    problems.report(REMEDY);
    int ranks = tensorRanks();
    Map<String, Parts> found = new LinkedHashMap<>();
    known.forEach((name, tensor) -> parts(tensor, ranks).ifPresent(p -> found.put(name, p)));
    problems.report(REMEDY);
    return found;
  }

  /** Read from the matrices whose columns are divided. */
  private int tensorRanks() {
    TreeSet<Long> counts = new TreeSet<>();
    for (MindFormersTensor tensor : known.values()) {
      if (tensor.division() == Division.COLUMNS) {
        for (SafetensorsFile file : holders(tensor.name())) {
          counts.add(columnRanks(file, tensor));
        }
      }
    }
    if (counts.size() > 1) {
      problems.add("the shapes speak of different numbers of tensor-parallel ranks: " + counts);
    }
    long count = counts.isEmpty() ? 1 : counts.first();
    if (files.size() % count != 0) {
      problems.add(
          files.size() + " ranks cannot be those of " + count + "-fold tensor parallelism");
    }
    problems.report(REMEDY);
    return (int) count;
  }

  private long columnRanks(SafetensorsFile file, MindFormersTensor tensor) {
    Shape shape = file.entry(tensor.name()).shape();
    Shape whole = tensor.shape();
    boolean divides =
        shape.rank() == 2
            && shape.size(0) == whole.size(0)
            && shape.size(1) > 0
            && whole.size(1) % shape.size(1) == 0;
    if (!divides) {
      mismatch(file, tensor, shape);
      return 1;
    }
    return whole.size(1) / shape.size(1);
  }

  private Optional<Parts> parts(MindFormersTensor tensor, int ranks) {
    List<SafetensorsFile> holders = holders(tensor.name());
    if (holders.isEmpty()) {
      return Optional.empty();
    }
    Shape stored = holders.get(0).entry(tensor.name()).shape();
    boolean whole =
        tensor.division() == Division.WHOLE
            || (tensor.isVocabulary() && stored.equals(tensor.shape()));
    int count = whole ? 1 : ranks;
    Optional<Shape> expected = part(tensor, count);
    for (SafetensorsFile file : holders) {
      Shape shape = file.entry(tensor.name()).shape();
      if (expected.isEmpty() || !shape.equals(expected.get())) {
        mismatch(file, tensor, shape);
        return Optional.empty();
      }
      if (file.entry(tensor.name()).type() != holders.get(0).entry(tensor.name()).type()) {
        problems.add(tensor.name() + " has another type in " + file.path());
      }
    }
    return count == 1
        ? Optional.of(new Parts(tensor, List.of(holders.get(0))))
        : divided(tensor, ranks);
  }

  private Optional<Parts> divided(MindFormersTensor tensor, int ranks) {
    List<SafetensorsFile> parts = new ArrayList<>();
    for (int t = 0; t < ranks; t++) {
      for (int rank = t; rank < files.size() && parts.size() == t; rank += ranks) {
        if (files.get(rank).entries().containsKey(tensor.name())) {
          parts.add(files.get(rank));
        }
      }
      if (parts.size() == t) {
        problems.add(
            "the part of "
                + tensor.name()
                + " that tensor-parallel rank "
                + t
                + " of "
                + ranks
                + " has is in none of the files");
        return Optional.empty();
      }
    }
    return Optional.of(new Parts(tensor, parts));
  }

  /** What one of so many ranks has of a tensor, if they divide it evenly. */
  private static Optional<Shape> part(MindFormersTensor tensor, int count) {
    long[] sizes = tensor.shape().toArray();
    int dimension = tensor.division() == Division.COLUMNS ? 1 : 0;
    if (sizes[dimension] % count != 0) {
      return Optional.empty();
    }
    sizes[dimension] /= count;
    return Optional.of(Shape.of(sizes));
  }

  private List<SafetensorsFile> holders(String name) {
    return files.stream().filter(file -> file.entries().containsKey(name)).toList();
  }

  private void mismatch(SafetensorsFile file, MindFormersTensor tensor, Shape shape) {
    Shape whole = tensor.shape();
    boolean fewerRows =
        shape.rank() == whole.rank()
            && shape.size(0) > 0
            && shape.size(0) < whole.size(0)
            && whole.size(0) % shape.size(0) == 0
            && (whole.rank() == 1 || whole.size(1) % Math.max(1, shape.size(1)) == 0);
    problems.add(
        "%s has shape %s in %s, the whole is %s%s"
            .formatted(
                tensor.name(),
                shape,
                file.path(),
                whole,
                fewerRows
                    ? "; it may be divided among data-parallel ranks as well"
                        + " (enable_parallel_optimizer), which only MindSpore's strategy files"
                        + " can undo: merge it with unified_safetensors first"
                    : ""));
  }
}
