// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.pipeline;

import dev.loam.parallel.StepClock;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Context;
import dev.loam.tensor.part.Gradients;
import dev.loam.tensor.part.LossHead;
import dev.loam.tensor.part.MicroBatch;
import dev.loam.tensor.part.ModelPart;
import java.util.List;
import java.util.Optional;

/**
 * One virtual stage at work: a model part, its neighbours, and its micro batches in flight.
 *
 * <p>No stage waits for another to take what it sends. A receive is posted as soon as its buffer is
 * free: that of a gradient before the forward pass it belongs to, and that of an input, of which
 * there is one buffer more than micro batches in flight, before the pass that comes before its own.
 * An output keeps its buffer until its gradient is there, so it was received when the buffer is
 * used again.
 */
final class Chunk {
  private final ModelPart part;
  private final Optional<LossHead> head;
  private final Optional<Link> previous;
  private final Optional<Link> next;
  private final ChunkBuffers buffers;
  private final StepClock clock;
  private List<MicroBatch> batches = List.of();

  /**
   * A chunk of a stage.
   *
   * @param previous leads to the virtual stage before it; the first has none and takes token ids
   * @param next leads to the virtual stage after it; the last has none but a head
   */
  Chunk(
      ModelPart part,
      Optional<Link> previous,
      Optional<Link> next,
      ChunkBuffers buffers,
      StepClock clock) {
    this.part = part;
    this.head = next.isPresent() ? Optional.empty() : part.head();
    this.previous = previous;
    this.next = next;
    this.buffers = buffers;
    this.clock = clock;
  }

  /** Starts a step. */
  void begin(List<MicroBatch> microBatches) {
    batches = microBatches;
    for (int i = 0; i < buffers.inputs(); i++) {
      postInput(i);
    }
  }

  /** Waits for all that the forward pass of a micro batch needs. */
  void awaitForward(int i) {
    buffers.out(i).await();
    next.ifPresent(link -> buffers.dOut(i).started(link.receive(dOut(i), Action.Kind.BACKWARD, i)));
    buffers.input(i).await();
  }

  /** The forward pass of a micro batch. */
  void forward(int i) {
    MicroBatch batch = batches.get(i);
    if (previous.isEmpty()) {
      Tensor unused = in(i).set(batch.inputIds());
    }
    Tensor unused = positions(i).set(batch.positions());
    part.forward(in(i), buffers.activations(i), context(i), out(i));
    clock.ended(StepClock.Part.FORWARD);
  }

  /** Starts to send what came out of it. */
  void sendOutput(int i) {
    next.ifPresent(link -> buffers.out(i).started(link.send(out(i), Action.Kind.FORWARD, i)));
  }

  /** Waits for all that the backward pass of a micro batch needs. */
  void awaitBackward(int i, Buffer dIn) {
    buffers.dOut(i).await();
    dIn.await();
  }

  /**
   * The backward pass of a micro batch, on the last virtual stage from its head on.
   *
   * @param dIn receives the gradient of its input
   * @return the summed loss, not scaled; 0 where there is no head
   */
  double backward(int i, double scale, Buffer dIn, Gradients gradients) {
    double loss = 0;
    if (head.isPresent()) {
      loss = head.get().lossAndGradient(out(i), batches.get(i).labels(), scale, dOut(i), gradients);
      clock.ended(StepClock.Part.HEAD);
    }
    part.backward(dOut(i), in(i), buffers.activations(i), context(i), dIn.rows(rows(i)), gradients);
    clock.ended(StepClock.Part.BACKWARD);
    return loss;
  }

  /** Starts to send the gradient of the input, whose buffer is free now. */
  void sendGradient(int i, Buffer dIn) {
    previous.ifPresent(link -> dIn.started(link.send(dIn.rows(rows(i)), Action.Kind.BACKWARD, i)));
    postInput(i + buffers.inputs());
  }

  /** Waits until all outputs are sent. */
  void finish() {
    for (int i = 0; i < batches.size(); i++) {
      buffers.out(i).await();
    }
  }

  private void postInput(int i) {
    if (previous.isPresent() && i < batches.size()) {
      buffers.input(i).started(previous.get().receive(in(i), Action.Kind.FORWARD, i));
    }
  }

  private Context context(int i) {
    MicroBatch batch = batches.get(i);
    return Context.training(positions(i), batch.cuSeqlens(), batch.dropoutKeys());
  }

  private Tensor positions(int i) {
    return buffers.positions(i).rows(0, batches.get(i).tokens());
  }

  private Tensor in(int i) {
    return buffers.input(i).rows(previous.isEmpty() ? batches.get(i).tokens() : rows(i));
  }

  private Tensor out(int i) {
    return buffers.out(i).rows(rows(i));
  }

  private Tensor dOut(int i) {
    return buffers.dOut(i).rows(rows(i));
  }

  private long rows(int i) {
    return part.residualRows(batches.get(i).tokens());
  }
}
