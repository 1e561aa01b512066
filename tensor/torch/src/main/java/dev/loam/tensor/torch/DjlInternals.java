// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.torch;

import dev.loam.tensor.EngineException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.util.concurrent.atomic.LongAdder;

/**
 * The one class that reaches into DJL's package-private native binding: calling a method of a
 * TorchScript module with arguments of any type, on raw handles. A TorchScript value ("IValue") is
 * a {@code long} that has to be deleted.
 */
final class DjlInternals {
  private final MethodHandle runMethod;
  private final MethodHandle fromTensor;
  private final MethodHandle fromTensors;
  private final MethodHandle fromLong;
  private final MethodHandle fromDouble;
  private final MethodHandle fromBoolean;
  private final MethodHandle fromLongs;
  private final MethodHandle toTensor;
  private final MethodHandle toBoolean;
  private final MethodHandle deleteValue;
  private final MethodHandle deleteTensor;

  /** Values and tensors that were made here and are not yet deleted. */
  private final LongAdder live = new LongAdder();

  DjlInternals() {
    try {
      Class<?> library = Class.forName("ai.djl.pytorch.jni.PyTorchLibrary");
      MethodHandles.Lookup lookup = MethodHandles.privateLookupIn(library, MethodHandles.lookup());
      Field instance = library.getDeclaredField("LIB");
      instance.setAccessible(true);
      Object lib = instance.get(null);
      Binder binder = new Binder(lookup, library, lib);
      runMethod =
          binder.bind(
              "moduleRunMethod",
              long.class,
              long.class,
              String.class,
              long[].class,
              boolean.class,
              boolean.class);
      fromTensor = binder.bind("iValueFromTensor", long.class, long.class);
      fromTensors = binder.bind("iValueFromTensorList", long.class, long[].class);
      fromLong = binder.bind("iValueFromLong", long.class, long.class);
      fromDouble = binder.bind("iValueFromDouble", long.class, double.class);
      fromBoolean = binder.bind("iValueFromBool", long.class, boolean.class);
      fromLongs = binder.bind("iValueFromLongList", long.class, long[].class);
      toTensor = binder.bind("iValueToTensor", long.class, long.class);
      toBoolean = binder.bind("iValueToBool", boolean.class, long.class);
      deleteValue = binder.bind("torchDeleteIValue", void.class, long.class);
      deleteTensor = binder.bind("torchDeleteTensor", void.class, long.class);
    } catch (ReflectiveOperationException e) {
      throw new EngineException("this version of DJL's PyTorch engine is not known to Loam", e);
    }
  }

  private record Binder(MethodHandles.Lookup lookup, Class<?> library, Object instance) {
    MethodHandle bind(String name, Class<?> result, Class<?>... arguments)
        throws ReflectiveOperationException {
      MethodType type = MethodType.methodType(result, arguments);
      return lookup.findVirtual(library, name, type).bindTo(instance);
    }
  }

  /** How many values and tensors that were made here are not yet deleted. */
  long live() {
    return live.sum();
  }

  private long counted(long made) {
    live.increment();
    return made;
  }

  /** Runs a module's method; the result is a new value. */
  long runMethod(long module, String method, long[] values) {
    try {
      // The flags say: not a traced call that needs its own grad guard, no result copy to the host.
      return counted((long) runMethod.invokeExact(module, method, values, true, false));
    } catch (Throwable e) {
      throw failed(method, e);
    }
  }

  long value(long tensor) {
    try {
      return counted((long) fromTensor.invokeExact(tensor));
    } catch (Throwable e) {
      throw failed("tensor argument", e);
    }
  }

  long value(double number) {
    try {
      return counted((long) fromDouble.invokeExact(number));
    } catch (Throwable e) {
      throw failed("number argument", e);
    }
  }

  long integerValue(long integer) {
    try {
      return counted((long) fromLong.invokeExact(integer));
    } catch (Throwable e) {
      throw failed("integer argument", e);
    }
  }

  long value(boolean flag) {
    try {
      return counted((long) fromBoolean.invokeExact(flag));
    } catch (Throwable e) {
      throw failed("flag argument", e);
    }
  }

  long integersValue(long[] integers) {
    try {
      return counted((long) fromLongs.invokeExact(integers));
    } catch (Throwable e) {
      throw failed("integers argument", e);
    }
  }

  long tensorsValue(long[] tensors) {
    try {
      return counted((long) fromTensors.invokeExact(tensors));
    } catch (Throwable e) {
      throw failed("tensors argument", e);
    }
  }

  /** A new handle to the tensor that a value holds. */
  long tensor(long value) {
    try {
      return counted((long) toTensor.invokeExact(value));
    } catch (Throwable e) {
      throw failed("tensor of a value", e);
    }
  }

  boolean flag(long value) {
    try {
      return (boolean) toBoolean.invokeExact(value);
    } catch (Throwable e) {
      throw failed("flag of a value", e);
    }
  }

  void deleteValue(long value) {
    try {
      deleteValue.invokeExact(value);
      live.decrement();
    } catch (Throwable e) {
      throw failed("deleting a value", e);
    }
  }

  void deleteTensor(long tensor) {
    try {
      deleteTensor.invokeExact(tensor);
      live.decrement();
    } catch (Throwable e) {
      throw failed("deleting a tensor", e);
    }
  }

  private static RuntimeException failed(String what, Throwable e) {
    if (e instanceof Error error) {
      throw error;
    }
    return new EngineException("libtorch: " + what + ": " + e.getMessage(), e);
  }
}
