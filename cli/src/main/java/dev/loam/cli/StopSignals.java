// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import dev.loam.train.StopRequest;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * While open, lets a first SIGINT (Ctrl-C) or SIGTERM ask a training to end after its step, with a
 * checkpoint; a second one ends the process at once. Java has no public way to handle signals, so
 * its internal one is called by name; where a Java lacks it, signals do what they always do.
 */
final class StopSignals implements AutoCloseable {
  private static final Map<String, Integer> NUMBERS = Map.of("INT", 2, "TERM", 15);

  private final StopRequest request;
  private final Streams streams;
  private final AtomicInteger received = new AtomicInteger();
  private final List<Runnable> restores = new ArrayList<>();

  private StopSignals(StopRequest request, Streams streams) {
    this.request = request;
    this.streams = streams;
  }

  /** Handles signals until it is closed. */
  static StopSignals handle(StopRequest request, Streams streams) {
    StopSignals signals = new StopSignals(request, streams);
    NUMBERS.forEach(signals::install);
    return signals;
  }

  /** What a process that has done what it was asked ends with: 130 or 143 after a signal. */
  int exitCode() {
    int number = received.get();
    return number == 0 ? ExitCodes.OK : ExitCodes.SIGNAL + number;
  }

  private void receive(String name, int number) {
    if (!received.compareAndSet(0, number)) {
      Runtime.getRuntime().halt(ExitCodes.SIGNAL + number);
    }
    request.request();
    streams.say(
        "loam: SIG" + name + ": saving a checkpoint after this step; once more to end at once");
  }

  private void install(String name, int number) {
    try {
      Class<?> signalType = Class.forName("sun.misc.Signal");
      Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
      InvocationHandler calls =
          (proxy, method, arguments) -> {
            if (method.getName().equals("handle")) {
              receive(name, number);
              return proxy;
            }
            return switch (method.getName()) {
              case "hashCode" -> System.identityHashCode(proxy);
              case "equals" -> proxy == arguments[0];
              default -> "handler of SIG" + name;
            };
          };
      Object handler =
          Proxy.newProxyInstance(
              StopSignals.class.getClassLoader(), new Class<?>[] {handlerType}, calls);
      Object signal = signalType.getConstructor(String.class).newInstance(name);
      var handle = signalType.getMethod("handle", signalType, handlerType);
      Object earlier = handle.invoke(null, signal, handler);
      restores.add(
          () -> {
            try {
              Object unused = handle.invoke(null, signal, earlier);
            } catch (ReflectiveOperationException e) {
              throw new IllegalStateException("SIG" + name + " was handled before", e);
            }
          });
    } catch (ReflectiveOperationException | IllegalArgumentException e) {
      // No such signal here, or the virtual machine keeps it for itself (-Xrs).
      return;
    }
  }

  @Override
  public void close() {
    restores.forEach(Runnable::run);
  }
}
