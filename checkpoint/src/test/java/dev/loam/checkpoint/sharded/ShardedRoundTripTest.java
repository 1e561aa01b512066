// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.sharded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.checkpoint.HostArena;
import dev.loam.checkpoint.MemoryFolder;
import dev.loam.checkpoint.TensorPiece;
import dev.loam.checkpoint.safetensors.SafetensorsType;
import dev.loam.tensor.DType;
import dev.loam.tensor.Shape;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Slice;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** What any number of ranks wrote in any boxes is read in any slices. */
class ShardedRoundTripTest {
  @Property(tries = 100)
  void anyBoxesOfAnyRanksAreReadInAnySlices(@ForAll long seed) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    int ranks = 1 + random.nextInt(4);
    int block = 1 + random.nextInt(300);
    SampleModel weights = SampleModel.random(seed, random.nextInt(6), 12);
    SampleModel moments = new SampleModel(seed + 1);
    weights
        .shapes()
        .forEach((name, shape) -> moments.with("adam_m." + name, DType.F32, shape.toArray()));
    List<List<TensorPiece>> w = weights.deal(random, ranks);
    List<List<TensorPiece>> m = moments.deal(random, ranks);
    Path folder = MemoryFolder.create();
    CheckpointFolder checkpoints = new CheckpointFolder(folder.resolve("checkpoint"));
    List<Path> published =
        RankLease.run(
            ranks,
            world -> {
              int r = world.rank();
              try (CheckpointSave save =
                  CheckpointSave.begin(
                      checkpoints, world, new HostArena(), 7, w.get(r), m.get(r), bytes -> block)) {
                save.write();
                return save.publish(Map.of("rng", "1:2"), Map.of("config.json", "{}\n"));
              }
            });
    assertThat(published).containsOnly(checkpoints.path().resolve("iteration_00000007"));
    assertThat(checkpoints.newest()).contains(published.get(0));
    try (Checkpoint checkpoint = Checkpoint.open(published.get(0))) {
      checkpoint.verify();
      assertThat(checkpoint.step()).isEqualTo(7);
      assertThat(checkpoint.state()).containsExactly(Map.entry("rng", "1:2"));
      assertThat(checkpoint.text("config.json")).contains("{}\n");
      assertThat(checkpoint.text("other.json")).isEmpty();
      assertThat(checkpoint.weights()).isEqualTo(weights.shapes().keySet());
      assertThat(checkpoint.moments()).isEqualTo(moments.shapes().keySet());
      weights.assertEqual(checkpoint);
      moments.assertEqual(checkpoint);
      assertSlices(checkpoint, weights, random);
    }
    checkpoints.delete(published.get(0));
    assertThat(checkpoints.newest()).isEmpty();
    checkpoints.remove(folder);
  }

  private static void assertSlices(
      Checkpoint checkpoint, SampleModel model, SplittableRandom random) {
    model
        .shapes()
        .forEach(
            (name, shape) -> {
              DType stored = model.type(name);
              assertThat(checkpoint.type(name)).isEqualTo(SafetensorsType.of(stored));
              for (int i = 0; i < 20; i++) {
                Slice slice = SampleModel.slice(random, shape);
                DType wanted = random.nextBoolean() ? stored : wider(stored, random);
                Tensor destination = spread(random, wanted, slice.shape());
                checkpoint.read(name, slice, destination);
                assertThat(destination.toDoubles()).isEqualTo(model.values(name, slice));
              }
            });
  }

  private static DType wider(DType stored, SplittableRandom random) {
    return stored == DType.BF16 && random.nextBoolean() ? DType.F64 : DType.F32;
  }

  /** Memory whose rows may lie apart. */
  private static Tensor spread(SplittableRandom random, DType type, Shape shape) {
    if (shape.rank() == 1 || random.nextBoolean()) {
      return new HostArena().allocate(type, shape.toArray());
    }
    return new HostArena()
        .allocate(type, shape.size(0), shape.size(1) + 3)
        .narrow(1, 2, shape.size(1));
  }
}
