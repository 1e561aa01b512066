// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.formats;

import dev.loam.checkpoint.CheckpointException;
import dev.loam.checkpoint.safetensors.SafetensorsType;
import dev.loam.checkpoint.safetensors.Text;
import dev.loam.checkpoint.torch.TorchFile;
import dev.loam.checkpoint.torch.TorchTensor;
import dev.loam.checkpoint.torch.TorchValue;
import dev.loam.model.ParameterCatalog;
import dev.loam.model.Qwen3Config;
import dev.loam.parallel.LayerRange;
import dev.loam.parallel.Layout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** Opens the files of a checkpoint and compares them with what a model's would have. */
final class MegatronOpener {
  private static final String REMEDY = "check that config.json belongs to this checkpoint";

  private final MegatronFolder folder;
  private final Qwen3Config config;
  private final Problems problems;
  private final List<TorchFile> open = new ArrayList<>();
  private final List<MegatronFile> files = new ArrayList<>();
  private final Map<String, List<MegatronPiece>> pieces = new LinkedHashMap<>();

  MegatronOpener(MegatronFolder folder, Qwen3Config config) {
    this.folder = folder;
    this.config = config;
    this.problems = new Problems(folder.path().toString());
  }

  /** Opens all; nothing stays open if anything is wrong. */
  MegatronSource open() {
    try {
      checkRanks();
      folder.files().forEach(this::openFile);
      problems.report(REMEDY);
      List<LayerRange> ranges = ranges();
      MegatronLayout layout = layout();
      for (MegatronFile file : files) {
        for (int chunk = 0; chunk < file.chunks().size(); chunk++) {
          compare(file, chunk, layout, ranges);
        }
      }
      problems.report(REMEDY);
      return new MegatronSource(folder.path(), open, parameters());
    } catch (RuntimeException | Error e) {
      open.forEach(TorchFile::close);
      throw e;
    }
  }

  private void checkRanks() {
    Layout.of(1, folder.ranks(), 1).problems(config.shape(), folder.ranks()).forEach(problems::add);
    problems.report(REMEDY);
  }

  private void openFile(MegatronFolder.Place place, Path path) {
    try {
      TorchFile file = TorchFile.open(path);
      open.add(file);
      files.add(MegatronFile.of(file, place, config.tiedEmbeddings(), problems));
    } catch (CheckpointException e) {
      problems.add(String.valueOf(e.getMessage()));
    }
  }

  /** The layers of each virtual stage: as many as its first rank has, in order. */
  private List<LayerRange> ranges() {
    int chunks = files.get(0).chunks().size();
    for (MegatronFile file : files) {
      if (file.chunks().size() != chunks) {
        problems.add(
            "%s has %d state dicts, %s has %d"
                .formatted(
                    file.file().path(), file.chunks().size(), files.get(0).file().path(), chunks));
      }
    }
    problems.report(REMEDY);
    List<LayerRange> ranges = new ArrayList<>();
    long first = 0;
    for (int i = 0; i < chunks * folder.stages(); i++) {
      int count = files.get(i % folder.stages() * folder.ranks()).layers(i / folder.stages());
      ranges.add(new LayerRange((int) Math.min(first, Integer.MAX_VALUE), count));
      first += count;
    }
    if (first != config.layers()) {
      problems.add(
          "the stages have %s layers, %d in all, config.json has %d"
              .formatted(ranges.stream().map(LayerRange::count).toList(), first, config.layers()));
    }
    problems.report(REMEDY);
    return ranges;
  }

  /** With the vocabulary padded as it is stored, which may be more than the ranks need. */
  private MegatronLayout layout() {
    if (files.get(0).chunks().get(0).get(MegatronLayout.EMBEDDING) instanceof TorchTensor embedding
        && embedding.shape().rank() == 2
        && embedding.shape().size(0) <= Long.MAX_VALUE / folder.ranks()
        && embedding.shape().size(0) * folder.ranks() >= config.vocabSize()) {
      return new MegatronLayout(config, folder.ranks(), embedding.shape().size(0) * folder.ranks());
    }
    return MegatronLayout.of(config, folder.ranks());
  }

  private void compare(
      MegatronFile file, int chunk, MegatronLayout layout, List<LayerRange> ranges) {
    int stage = chunk * folder.stages() + file.place().stage();
    Map<String, TorchValue> stored = new TreeMap<>(file.chunks().get(chunk));
    for (MegatronTensor expected :
        layout.stateDict(
            file.place().rank(), ranges.get(stage), stage == 0, stage == ranges.size() - 1)) {
      MegatronNames.take(stored, expected.name())
          .ifPresentOrElse(
              value -> compare(file.file(), expected, value),
              () ->
                  problems.add(
                      "%s: tensor %s of shape %s is missing"
                          .formatted(file.file().path(), expected.name(), expected.shape())));
    }
    stored.forEach(
        (name, value) -> {
          if (value instanceof TorchTensor && !MegatronNames.isRedundant(name)) {
            problems.add(
                "%s: tensor %s is not part of the model"
                    .formatted(file.file().path(), Text.quote(name)));
          }
        });
  }

  private void compare(TorchFile file, MegatronTensor expected, TorchValue value) {
    if (!(value instanceof TorchTensor tensor)) {
      problems.add("%s: %s is no tensor".formatted(file.path(), expected.name()));
    } else if (!tensor.shape().equals(expected.shape()) || !tensor.contiguous()) {
      problems.add(
          "%s: tensor %s has %sshape %s, expected %s"
              .formatted(
                  file.path(),
                  expected.name(),
                  tensor.contiguous() ? "" : "scattered elements and ",
                  tensor.shape(),
                  expected.shape()));
    } else if (!WeightTypes.ALLOWED.contains(tensor.type())) {
      problems.add(
          "%s: tensor %s has dtype %s, which weights do not have"
              .formatted(file.path(), expected.name(), tensor.type()));
    } else if (!expected.replica()) {
      for (MegatronTensor.Box box : expected.boxes()) {
        pieces
            .computeIfAbsent(box.source(), name -> new ArrayList<>())
            .add(new MegatronPiece(box, file, expected.name(), tensor));
      }
    }
  }

  private Map<String, MegatronSource.Parameter> parameters() {
    Map<String, MegatronSource.Parameter> parameters = new LinkedHashMap<>();
    for (ParameterCatalog.Entry entry : new ParameterCatalog(config).entries()) {
      List<MegatronPiece> found = pieces.getOrDefault(entry.name(), List.of());
      TreeSet<SafetensorsType> types = new TreeSet<>();
      found.forEach(piece -> types.add(piece.tensor().type()));
      if (types.size() > 1) {
        problems.add("the parts of %s have different types, %s".formatted(entry.name(), types));
      }
      parameters.put(entry.name(), new MegatronSource.Parameter(entry.shape(), found));
    }
    problems.report(REMEDY);
    return parameters;
  }
}
