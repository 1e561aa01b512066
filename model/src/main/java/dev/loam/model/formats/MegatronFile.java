// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.formats;

import dev.loam.checkpoint.torch.TorchDict;
import dev.loam.checkpoint.torch.TorchFile;
import dev.loam.checkpoint.torch.TorchOpaque;
import dev.loam.checkpoint.torch.TorchScalar;
import dev.loam.checkpoint.torch.TorchValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The open file of one tensor-parallel rank of one pipeline stage.
 *
 * @param file the file
 * @param place whose it is
 * @param chunks the state dicts of its runs of layers; several in an interleaved pipeline
 */
record MegatronFile(
    TorchFile file, MegatronFolder.Place place, List<Map<String, TorchValue>> chunks) {
  /** The order of rows in {@code linear_qkv} depends on it; Megatron-core knows no other. */
  static final double VERSION = 3.0;

  private static final Pattern LAYER = Pattern.compile("decoder\\.layers\\.([0-9]{1,8})\\..*");

  static MegatronFile of(
      TorchFile file, MegatronFolder.Place place, boolean tied, Problems problems) {
    List<Map<String, TorchValue>> chunks = new ArrayList<>();
    if (file.root() instanceof TorchDict root) {
      for (Optional<TorchDict> next = dict(root, "model").or(() -> dict(root, "model0"));
          next.isPresent();
          next = dict(root, "model" + chunks.size())) {
        chunks.add(MegatronNames.plain(next.get().named()));
      }
      checkVersion(file, root, problems);
      checkTying(file, root, tied, problems);
    }
    if (chunks.isEmpty()) {
      problems.add(file.path() + " has no state dict 'model'");
    } else if (chunks.get(0).containsKey("language_model")) {
      problems.add(file.path() + " has a model from before Megatron-core (use --use-mcore-models)");
    }
    return new MegatronFile(file, place, List.copyOf(chunks));
  }

  private static Optional<TorchDict> dict(TorchDict in, String key) {
    return in.get(key).filter(TorchDict.class::isInstance).map(TorchDict.class::cast);
  }

  private static void checkVersion(TorchFile file, TorchDict root, Problems problems) {
    if (root.get("checkpoint_version").orElse(null) instanceof TorchScalar.Real version
        && version.value() != VERSION) {
      problems.add(
          file.path() + " has checkpoint_version " + version.value() + ", known is " + VERSION);
    }
  }

  /** The arguments of the program that wrote the file, where they are stored, must not disagree. */
  private static void checkTying(TorchFile file, TorchDict root, boolean tied, Problems problems) {
    Optional<TorchValue> untied =
        root.get("args")
            .filter(TorchOpaque.class::isInstance)
            .flatMap(args -> ((TorchOpaque) args).state())
            .filter(TorchDict.class::isInstance)
            .flatMap(state -> ((TorchDict) state).get("untie_embeddings_and_output_weights"));
    if (untied.orElse(null) instanceof TorchScalar.Bool flag && flag.value() == tied) {
      problems.add(
          "%s has untie_embeddings_and_output_weights %s, config.json has tie_word_embeddings %s"
              .formatted(file.path(), flag.value(), tied));
    }
  }

  /** How many layers a chunk has, by the highest number among their names. */
  int layers(int chunk) {
    int layers = 0;
    for (String name : chunks.get(chunk).keySet()) {
      Matcher layer = LAYER.matcher(name);
      if (layer.matches()) {
        layers = Math.max(layers, 1 + Integer.parseInt(layer.group(1)));
      }
    }
    return layers;
  }
}
