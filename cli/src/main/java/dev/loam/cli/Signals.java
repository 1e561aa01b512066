// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * While open, runs something when a signal comes. Java has no public way to handle signals, so its
 * internal one is called by name; where a Java lacks it, signals do what they always do.
 */
final class Signals implements AutoCloseable {
  private final AtomicReference<Optional<Runnable>> restore =
      new AtomicReference<>(Optional.empty());

  private Signals() {}

  /**
   * Handles a signal until it is closed.
   *
   * @param name without SIG
   * @param action run on a thread of the virtual machine
   */
  static Signals handle(String name, Runnable action) {
    Signals signals = new Signals();
    signals.install(name, action);
    return signals;
  }

  /** Handles a signal only once: the next one does what it did before. */
  static Signals once(String name, Runnable action) {
    Signals signals = new Signals();
    signals.install(
        name,
        () -> {
          signals.close();
          action.run();
        });
    return signals;
  }

  private void install(String name, Runnable action) {
    try {
      replaceHandler(name, action);
    } catch (ReflectiveOperationException | IllegalArgumentException e) {
      // No such signal here, or the virtual machine keeps it for itself (-Xrs).
      return;
    }
  }

  private void replaceHandler(String name, Runnable action) throws ReflectiveOperationException {
    Class<?> signalType = Class.forName("sun.misc.Signal");
    Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
    InvocationHandler calls =
        (proxy, method, arguments) -> {
          if (method.getName().equals("handle")) {
            action.run();
            return proxy;
          }
          return switch (method.getName()) {
            case "hashCode" -> System.identityHashCode(proxy);
            case "equals" -> proxy == arguments[0];
            default -> "handler of SIG" + name;
          };
        };
    Object handler =
        Proxy.newProxyInstance(Signals.class.getClassLoader(), new Class<?>[] {handlerType}, calls);
    Object signal = signalType.getConstructor(String.class).newInstance(name);
    Method handle = signalType.getMethod("handle", signalType, handlerType);
    Object earlier = handle.invoke(null, signal, handler);
    restore.set(Optional.of(() -> restore(handle, name, signal, earlier)));
  }

  private static void restore(Method handle, String name, Object signal, Object earlier) {
    try {
      Object unused = handle.invoke(null, signal, earlier);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("SIG" + name + " was handled before", e);
    }
  }

  /** Lets the signal do again what it did before. Closing twice does nothing. */
  @Override
  public void close() {
    restore.getAndSet(Optional.empty()).ifPresent(Runnable::run);
  }
}
