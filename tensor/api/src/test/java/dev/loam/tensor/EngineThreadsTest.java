// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
final class EngineThreadsTest {
  private final List<String> prepared = new CopyOnWriteArrayList<>();
  private final EngineThreads threads =
      new EngineThreads("test", 4, n -> prepared.add(Thread.currentThread().getName() + ":" + n));

  @Test
  void threadsAreReusedAndPreparedForEachLease() {
    EngineThreads.Worker first = threads.lease(3);
    Thread thread = first.call(Thread::currentThread);
    first.close();
    EngineThreads.Worker second = threads.lease(2);
    assertThat(second.call(Thread::currentThread)).isSameAs(thread);
    assertThat(thread.isDaemon()).isTrue();
    assertThat(prepared).containsExactly("test-0:3", "test-0:2");
  }

  @Test
  void theBudgetIsSharedButEverybodyGetsAThread() {
    EngineThreads.Worker most = threads.lease(3);
    assertThat(most.threads()).isEqualTo(3);
    EngineThreads.Worker rest = threads.lease(3);
    assertThat(rest.threads()).isEqualTo(1);
    EngineThreads.Worker beyond = threads.lease(2);
    assertThat(beyond.threads()).isEqualTo(1);
    most.close();
    beyond.close();
    assertThat(threads.lease(9).threads()).isEqualTo(3);
    assertThatThrownBy(() -> threads.lease(0)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void exceptionsArriveAndTheThreadLivesOn() {
    EngineThreads.Worker worker = threads.lease(1);
    RuntimeException unchecked = new RuntimeException("as it was");
    assertThatThrownBy(
            () ->
                worker.call(
                    () -> {
                      throw unchecked;
                    }))
        .isSameAs(unchecked);
    assertThatThrownBy(
            () ->
                worker.call(
                    () -> {
                      throw new IOException("checked");
                    }))
        .isInstanceOf(EngineException.class)
        .hasCauseInstanceOf(IOException.class);
    assertThatThrownBy(
            () ->
                worker.call(
                    () -> {
                      throw new StackOverflowError();
                    }))
        .isInstanceOf(StackOverflowError.class);
    assertThat(worker.call(() -> 7)).isEqualTo(7);
  }

  @Test
  void workOnTheThreadItselfRunsAtOnce() {
    EngineThreads.Worker worker = threads.lease(1);
    assertThat(worker.isCurrent()).isFalse();
    assertThat(worker.call(() -> worker.call(worker::isCurrent))).isTrue();
  }

  @Test
  void anInterruptReachesTheWorkWhoseEndIsAwaited() throws InterruptedException {
    EngineThreads.Worker worker = threads.lease(1);
    CountDownLatch working = new CountDownLatch(1);
    List<String> events = new CopyOnWriteArrayList<>();
    Thread caller =
        new Thread(
            () -> {
              String result =
                  worker.call(
                      () -> {
                        working.countDown();
                        try {
                          Thread.sleep(60_000);
                        } catch (InterruptedException e) {
                          events.add("work interrupted");
                        }
                        return "result";
                      });
              events.add(result + " " + Thread.currentThread().isInterrupted());
            });
    caller.start();
    working.await();
    caller.interrupt();
    caller.join();
    assertThat(events).containsExactly("work interrupted", "result true");
    assertThat(worker.call(() -> Thread.currentThread().isInterrupted())).isFalse();
  }

  @Test
  void aLeaseThatCannotBePreparedCostsNothing() {
    EngineThreads failing =
        new EngineThreads(
            "failing",
            2,
            n -> {
              if (n == 2) {
                throw new IllegalStateException("not two");
              }
            });
    assertThatThrownBy(() -> failing.lease(2)).hasMessage("not two");
    assertThat(failing.lease(1).threads()).isEqualTo(1);
    assertThat(failing.lease(1).threads()).isEqualTo(1);
  }
}
