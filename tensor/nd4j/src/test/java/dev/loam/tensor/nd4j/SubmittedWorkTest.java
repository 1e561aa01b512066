// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.nd4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.Device;
import dev.loam.tensor.Engine;
import dev.loam.tensor.Tensor;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Work that is started on a lease and not waited for. */
@Timeout(20)
final class SubmittedWorkTest {
  private final ComputeLease lease = Engine.named("reference").lease(1);

  @AfterEach
  void close() {
    lease.close();
  }

  @Test
  void isNotWaitedFor() throws Exception {
    CountDownLatch goOn = new CountDownLatch(1);
    try (Arena arena = lease.newArena(Device.cpu())) {
      Tensor x = arena.allocate(lease.computeType(), 2);
      Future<String> work =
          lease.submit(
              () -> {
                goOn.await();
                lease.kernels().fill(x, 3);
                return Thread.currentThread().getName();
              });
      assertThat(work).isNotDone();
      goOn.countDown();
      assertThat(work.get()).startsWith("loam-reference");
      assertThat(x.toDoubles()).containsExactly(3, 3);
    }
  }

  @Test
  void fails() {
    IOException thrown = new IOException("as it was");
    Future<?> work =
        lease.submit(
            () -> {
              throw thrown;
            });
    assertThatThrownBy(work::get).isInstanceOf(ExecutionException.class).hasCause(thrown);
    assertThat(lease.<Integer>call(() -> 7)).isEqualTo(7);
  }

  @Test
  void isInterruptedWhenCancelled() throws Exception {
    CountDownLatch working = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    Future<?> work =
        lease.submit(
            () -> {
              working.countDown();
              try {
                Thread.sleep(60_000);
              } catch (InterruptedException e) {
                interrupted.countDown();
              }
              return "result";
            });
    working.await();
    assertThat(work.cancel(true)).isTrue();
    interrupted.await();
    assertThat(work).isCancelled();
    assertThat(lease.<Boolean>call(() -> Thread.currentThread().isInterrupted())).isFalse();
  }

  @Test
  void isRefusedOnceTheLeaseIsClosed() {
    lease.close();
    assertThatThrownBy(() -> lease.submit(() -> 7)).isInstanceOf(IllegalStateException.class);
  }
}
