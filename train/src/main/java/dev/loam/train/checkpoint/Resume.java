// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.checkpoint;

import dev.loam.checkpoint.CheckpointException;
import dev.loam.checkpoint.TensorPiece;
import dev.loam.checkpoint.TensorSource;
import dev.loam.checkpoint.sharded.Checkpoint;
import dev.loam.model.Qwen3Model;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Parameter;
import dev.loam.tensor.part.Weight;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Reads weights and the optimizer's state back, the boxes that this rank has and no others. */
public final class Resume {
  private Resume() {}

  /**
   * Overwrites the weights of a model, or those of them that are trained, where not all are.
   *
   * @throws CheckpointException if the checkpoint is of another model, or cannot be read; the
   *     weights are unspecified then
   */
  public static void readWeights(Checkpoint checkpoint, Qwen3Model model) {
    SameModel.require(checkpoint, model.config());
    if (model.weights().stream().allMatch(Weight::trainable)) {
      model.load(checkpoint.only(checkpoint.weights()::contains));
    } else {
      readTrained(checkpoint, model);
    }
  }

  private static void readTrained(Checkpoint checkpoint, Qwen3Model model) {
    List<Parameter> trained =
        model.parameters().values().stream().filter(Parameter::trainable).toList();
    List<String> problems = new ArrayList<>();
    for (Parameter parameter : trained) {
      String name = parameter.name();
      if (!checkpoint.names().contains(name)) {
        problems.add("has no " + name);
      } else if (!checkpoint.shape(name).equals(parameter.globalShape())) {
        problems.add(
            name
                + " has shape "
                + checkpoint.shape(name)
                + " and is now to have "
                + parameter.globalShape());
      }
    }
    if (!problems.isEmpty()) {
      throw new CheckpointException(
          checkpoint.description()
              + ": is of other adapters: "
              + String.join("; ", problems)
              + "; restore pet_config, or start anew without resume_training");
    }
    trained.forEach(p -> checkpoint.read(p.name(), p.slice(), p.value()));
  }

  /**
   * Overwrites an optimizer's state with that of a checkpoint.
   *
   * @throws CheckpointException if it has none of this optimizer, or cannot be read; the state is
   *     unspecified then
   */
  public static void readState(TensorSource checkpoint, List<OptimizerState> states) {
    List<TensorPiece> pieces = new ArrayList<>(RankShare.held(states));
    // In the order of the files.
    pieces.sort(Comparator.comparing(TensorPiece::name));
    for (TensorPiece piece : pieces) {
      if (!checkpoint.names().contains(piece.name())) {
        throw new CheckpointException(
            checkpoint.description()
                + ": has no "
                + piece.name()
                + ", so a training cannot go on from it; load its weights alone, without"
                + " resume_training");
      }
      Tensor values = piece.values();
      checkpoint.read(piece.name(), piece.slice(), values.view(piece.slice().shape().toArray()));
    }
  }
}
