// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import dev.loam.model.GreedyGenerator;
import dev.loam.model.Qwen3Model;
import dev.loam.parallel.ProcessGroup;
import dev.loam.parallel.Reduction;
import dev.loam.parallel.pipeline.ForwardPipeline;
import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.CuSeqlens;
import dev.loam.tensor.DType;
import dev.loam.tensor.Device;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.LossHead;
import dev.loam.tensor.part.MicroBatch;
import dev.loam.tensor.part.Parameter;
import dev.loam.tensor.part.Weight;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Lets a model in training continue texts. A model that is whole on a rank keeps keys and values;
 * one that is spread over ranks reads the text anew for each token, which needs nothing of it to be
 * gathered.
 */
final class SampleGenerator {
  private static final String WHAT = "sample generation";

  private final Qwen3Model model;
  private final SamplePrompts prompts;

  SampleGenerator(Qwen3Model model, SamplePrompts prompts) {
    this.model = model;
    this.prompts = prompts;
  }

  /** Continues all texts; all ranks call it and get the same. */
  List<Generation> generate() {
    List<Generation> all = new ArrayList<>();
    for (String prompt : prompts.prompts()) {
      int[] ids = prompts.encode(prompt);
      int room = model.config().maxPositions() - ids.length;
      int count = Math.min(prompts.maxNewTokens(), room);
      int[] written = ids.length == 0 || count < 1 ? new int[0] : continueText(ids, count);
      all.add(new Generation(prompt, prompts.tokenizer().decode(written, true)));
    }
    return all;
  }

  private int[] continueText(int[] ids, int count) {
    Set<Integer> stop = Set.copyOf(model.config().tokens().eos());
    if (model.groups().layout().worldSize() == 1) {
      return new GreedyGenerator(model).generate(ids, count, stop);
    }
    ComputeLease lease = model.lease();
    try (Arena arena = lease.newArena(Device.cpu())) {
      return new Spread(arena, ids.length + count).continueText(ids, count, stop);
    }
  }

  /** A text whose tokens are the work of several ranks. */
  private final class Spread {
    private final ForwardPipeline pipeline;
    private final Tensor largest;
    private final Tensor token;
    private final int multiple;

    Spread(Arena arena, int tokens) {
      // Sequence parallelism divides the tokens of a text evenly.
      multiple = model.groups().layout().sequenceParallel() ? model.groups().tensor().size() : 1;
      pipeline = Evaluator.pipeline(model, arena, padded(tokens));
      largest = arena.allocate(DType.F64, 1);
      token = arena.allocate(DType.I64, 1);
    }

    private int padded(int tokens) {
      return (tokens + multiple - 1) / multiple * multiple;
    }

    int[] continueText(int[] ids, int count, Set<Integer> stop) {
      int[] text = ids.clone();
      while (text.length < ids.length + count) {
        int next = mostProbableAfter(text);
        text = Arrays.copyOf(text, text.length + 1);
        text[text.length - 1] = next;
        if (stop.contains(next)) {
          break;
        }
      }
      pipeline.finish();
      return Arrays.copyOfRange(text, ids.length, text.length);
    }

    private int mostProbableAfter(int[] text) {
      int tokens = padded(text.length);
      long[] ids = new long[tokens];
      IntStream.range(0, text.length).forEach(t -> ids[t] = text[t]);
      long[] none = new long[tokens];
      Arrays.fill(none, LossHead.IGNORED);
      long[] positions = LongStream.range(0, tokens).toArray();
      MicroBatch batch = new MicroBatch(ids, none, positions, CuSeqlens.rows(1, tokens));
      pipeline.hidden(batch).ifPresent(hidden -> choose(hidden, text.length - 1));
      ProcessGroup stages = model.groups().pipeline();
      stages.broadcast(token, stages.size() - 1, WHAT).await();
      return (int) token.window(0, 1).getLong();
    }

    /** Puts down the most probable token of all parts of the vocabulary, of several the first. */
    private void choose(Tensor hidden, int row) {
      Parameter head = head();
      float[] logits = logits(hidden, row, head.value().size(0));
      int best = 0;
      for (int i = 1; i < logits.length; i++) {
        if (logits[i] > logits[best]) {
          best = i;
        }
      }
      ProcessGroup ranks = model.groups().tensor();
      Tensor unused = largest.set((double) logits[best]);
      ranks.allReduce(largest, Reduction.MAX, WHAT).await();
      boolean mine = largest.toDoubles()[0] == logits[best];
      long id = best + head.slice().start().size(0);
      unused = token.set(new long[] {mine ? -id : Long.MIN_VALUE});
      ranks.allReduce(token, Reduction.MAX, WHAT).await();
      unused = token.set(new long[] {-token.window(0, 1).getLong()});
    }

    private float[] logits(Tensor hidden, int row, long vocabulary) {
      boolean divided = multiple > 1;
      long rows = divided ? hidden.size(0) * multiple : 1;
      try (Arena scratch = model.lease().newArena(Device.cpu())) {
        Tensor logits = scratch.allocate(hidden.dtype(), rows, vocabulary);
        pipeline.head().logits(divided ? hidden : hidden.rows(row, 1), logits);
        return logits.rows(divided ? row : 0, 1).toFloats();
      }
    }

    /** The last weight of the last stage is the head's, or the embedding's that it shares. */
    private Parameter head() {
      List<Weight> weights = model.parts().get(model.parts().size() - 1).weights();
      return weights.get(weights.size() - 1).parameters().get(0);
    }
  }
}
