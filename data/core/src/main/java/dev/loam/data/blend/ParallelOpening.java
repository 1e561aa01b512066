// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.blend;

import dev.loam.data.SampleSource;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** Opens several sources at the same time: all of them or, when one fails, none. */
final class ParallelOpening {
  /** Opens one source. */
  @FunctionalInterface
  interface Opener<T> {
    T open() throws IOException;
  }

  private ParallelOpening() {}

  /** The sources in the order of the openers; on failure the first one's error is thrown. */
  static <T extends SampleSource> List<T> openAll(List<Opener<T>> openers, int threads)
      throws IOException {
    return threads == 1 || openers.size() == 1
        ? openInTurn(openers)
        : openTogether(openers, Math.min(threads, openers.size()));
  }

  private static <T extends SampleSource> List<T> openInTurn(List<Opener<T>> openers)
      throws IOException {
    List<T> opened = new ArrayList<>();
    try {
      for (Opener<T> opener : openers) {
        opened.add(opener.open());
      }
      return opened;
    } catch (IOException | RuntimeException | Error e) {
      opened.forEach(SampleSource::close);
      throw e;
    }
  }

  private static <T extends SampleSource> List<T> openTogether(List<Opener<T>> openers, int threads)
      throws IOException {
    AtomicInteger number = new AtomicInteger();
    ExecutorService pool =
        Executors.newFixedThreadPool(
            threads,
            task -> {
              Thread thread = new Thread(task, "loam-dataset-builder-" + number.getAndIncrement());
              thread.setDaemon(true);
              return thread;
            });
    List<Future<T>> futures = new ArrayList<>();
    try {
      for (Opener<T> opener : openers) {
        futures.add(pool.submit(opener::open));
      }
      List<T> opened = new ArrayList<>();
      for (Future<T> future : futures) {
        opened.add(future.get());
      }
      return opened;
    } catch (ExecutionException e) {
      futures.forEach(ParallelOpening::closeWhenOpen);
      throw failure(Objects.requireNonNull(e.getCause()));
    } catch (InterruptedException e) {
      futures.forEach(ParallelOpening::closeWhenOpen);
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while datasets were opened");
    } finally {
      pool.shutdown();
    }
  }

  private static <T extends SampleSource> void closeWhenOpen(Future<T> future) {
    try {
      future.get().close();
    } catch (ExecutionException e) {
      // It was not opened: nothing to close.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static IOException failure(Throwable cause) {
    if (cause instanceof RuntimeException problem) {
      throw problem;
    }
    if (cause instanceof Error error) {
      throw error;
    }
    return cause instanceof IOException io ? io : new IOException(cause);
  }
}
