// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.gpt;

import dev.loam.data.internal.IndexArray;

/**
 * The order of samples.
 *
 * @param documents the sequences in the order in which they are laid end to end
 * @param rows where samples begin, as {@link SampleIndex} has it
 * @param shuffle the samples in the order in which they are given out
 */
record GptIndex(IndexArray documents, IndexArray rows, IndexArray shuffle) {
  /** Builds it in memory. */
  static GptIndex build(GptPlan plan) {
    plan.requireMemory();
    GptOptions options = plan.options();
    NumpyRandom random = new NumpyRandom(options.randomSeed());
    IndexArray documents =
        IndexArray.of(DocumentIndex.build(plan.first(), plan.sequences(), plan.epochs(), random));
    SampleIndex rows =
        SampleIndex.build(
            new LengthReader(plan.lengths(), plan.first(), documents),
            plan.samples(),
            options.sequenceLength(),
            options.extra());
    int[] shuffle = ShuffleIndex.build(plan.samples(), plan.epochs(), random);
    return new GptIndex(documents, rows, IndexArray.of(shuffle));
  }
}
