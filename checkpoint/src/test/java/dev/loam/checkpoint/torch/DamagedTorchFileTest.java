// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.torch;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.loam.checkpoint.CheckpointException;
import dev.loam.checkpoint.safetensors.InputFile;
import dev.loam.checkpoint.safetensors.NamedTensor;
import dev.loam.tensor.DType;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Slice;
import dev.loam.testkit.TestData;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Seeded, structure-aware damage: whatever a file holds, it opens or is refused, soon and small.
 */
class DamagedTorchFileTest {
  private static final long MOST_BYTES = 64L << 20;
  private static final long MOST_NANOS = 1_000_000_000L;
  private static final int[] NUMBERS = {
    0, 1, 2, 3, 5, 6, 7, 24, 127, 255, 256, 65535, 0x7fffffff, 0x80000000, -1, -6, 1 << 30
  };
  private static final String[] NAMES = {
    "x/data/0", "x/data/1", "x/data.pkl", "../x", "/etc/passwd", "x/../data.pkl", "", "x\0y"
  };

  @TempDir Path folder;

  /** A file that needs no disk. */
  private record MemoryFile(Path path, ByteBuffer bytes) implements InputFile {
    @Override
    public long size() {
      return bytes.capacity();
    }

    @Override
    public void read(ByteBuffer destination, long position) {
      int length = destination.remaining();
      if (position < 0 || position > bytes.capacity() - length) {
        throw new CheckpointException(path + ": was cut short; read beyond its end at " + position);
      }
      destination.put(bytes.slice((int) position, length));
    }

    @Override
    public void close() {}
  }

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @Test
  void anyDamageGivesAValidFileOrARefusal() {
    int runs = TestData.full() ? 1_000_000 : 20_000;
    Path path = folder.resolve("x.pt");
    byte[] written = written(path);
    int valid = 0;
    for (int seed = 0; seed < runs; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      byte[] file = random.nextInt(5) == 0 ? written.clone() : assembled(random);
      valid += opens(new MemoryFile(path, ByteBuffer.wrap(damaged(random, file))), seed) ? 1 : 0;
    }
    assertThat(valid).as("some are still valid").isBetween(runs / 50, runs / 2);
  }

  private boolean opens(MemoryFile input, int seed) {
    long bytes = threads.getCurrentThreadAllocatedBytes();
    long time = System.nanoTime();
    boolean valid = reads(input);
    assertThat(System.nanoTime() - time).as("time of seed %s", seed).isLessThan(MOST_NANOS);
    assertThat(threads.getCurrentThreadAllocatedBytes() - bytes)
        .as("memory of seed %s", seed)
        .isLessThan(MOST_BYTES);
    return valid;
  }

  /** Opens a file and reads the tensors that are found without going deep. */
  private static boolean reads(MemoryFile input) {
    try (TorchFile file = TorchFile.open(input, TorchLimits.DEFAULT)) {
      if (file.root() instanceof TorchDict root
          && root.get("model").orElse(null) instanceof TorchDict model) {
        model.named().forEach((name, value) -> read(file, name, value));
      }
      return true;
    } catch (CheckpointException e) {
      assertThat(e).hasMessageStartingWith(input.path() + ": ").hasMessageContaining("; ");
      return false;
    }
  }

  private static void read(TorchFile file, String name, TorchValue value) {
    if (value instanceof TorchTensor tensor
        && tensor.shape().rank() > 0
        && tensor.shape().rank() < 3) {
      assertThat(tensor.position()).isNotNegative();
      if (tensor.contiguous()) {
        assertThat(tensor.shape().elements()).isLessThan(100_000);
        Tensor values = TorchSamples.tensor(DType.F32, tensor.shape().toArray());
        file.read(name, tensor, Slice.whole(tensor.shape()), values);
      }
    }
  }

  private static byte[] written(Path path) {
    TorchWriter.write(
        path,
        Map.of(
            "model",
            List.of(
                NamedTensor.of("a", TorchSamples.random(1, DType.F32, 2, 3)),
                NamedTensor.of("b", TorchSamples.random(2, DType.BF16, 5)))),
        Map.of("iteration", new TorchScalar.Int(1)));
    return TorchSamples.read(path);
  }

  /** A file with a bit of everything, whose opcodes, names and sizes were changed. */
  private static byte[] assembled(SplittableRandom random) {
    Pickle pickle = everything();
    for (int changes = random.nextInt(4); changes > 0; changes--) {
      change(random, pickle.opcodes());
    }
    Map<String, byte[]> storages = new LinkedHashMap<>();
    storages.put("0", new byte[24]);
    storages.put("1", new byte[random.nextInt(20) == 0 ? random.nextInt(16) : 16]);
    Map<String, byte[]> entries = TorchSamples.entries(pickle.stop(), storages);
    if (random.nextInt(30) == 0) {
      entries.putIfAbsent(NAMES[random.nextInt(NAMES.length)], new byte[3]);
    }
    if (random.nextInt(30) == 0) {
      entries.put("x/data/0", new byte[1 << 16]);
      return TorchSamples.compressed(entries);
    }
    return TorchSamples.zip(entries);
  }

  private static Pickle everything() {
    return Pickle.protocol(4)
        .op8(Opcode.FRAME, 500)
        .op(Opcode.EMPTY_DICT)
        .op(Opcode.MARK)
        .text("args")
        .global("argparse", "Namespace")
        .op(Opcode.BINPUT, 1)
        .op(Opcode.EMPTY_TUPLE)
        .op(Opcode.NEWOBJ)
        .op(Opcode.EMPTY_DICT)
        .text("lr")
        .op(Opcode.BINFLOAT, 0x3f, 0xf0, 0, 0, 0, 0, 0, 0)
        .op(Opcode.SETITEM)
        .op(Opcode.BUILD)
        .text("model")
        .op(Opcode.MEMOIZE)
        .orderedDict()
        .op(Opcode.MARK)
        .text("a")
        .tensor("0", 6, 0, new int[] {2, 3}, new int[] {3, 1})
        .text("b")
        .tensor("1", 4, 1, new int[] {3}, new int[] {1})
        .op(Opcode.SETITEMS)
        .text("list")
        .op(Opcode.EMPTY_LIST)
        .op4(Opcode.LONG_BINPUT, 300)
        .op(Opcode.MARK)
        .op(Opcode.LONG1, 2, 1, 2)
        .op(Opcode.SHORT_BINUNICODE, 1, 'u')
        .op(Opcode.SHORT_BINBYTES, 2, 1, 2)
        .op4(Opcode.LONG_BINGET, 300)
        .op(Opcode.BINGET, 1)
        .op(Opcode.APPENDS)
        .text("rng")
        .text("numpy")
        .text("_reconstruct")
        .op(Opcode.STACK_GLOBAL)
        .op(Opcode.NONE)
        .op(Opcode.NEWTRUE)
        .op(Opcode.TUPLE2)
        .op(Opcode.REDUCE)
        .op(Opcode.SETITEMS);
  }

  private static void change(SplittableRandom random, List<byte[]> opcodes) {
    int at = random.nextInt(opcodes.size());
    byte[] opcode = opcodes.get(at);
    switch (random.nextInt(6)) {
      case 0 -> opcodes.remove(at);
      case 1 -> opcodes.add(at, opcodes.get(random.nextInt(opcodes.size())));
      case 2 -> opcodes.set(at, opcodes.get(random.nextInt(opcodes.size())));
      case 3 -> opcodes.set(at, new byte[] {(byte) random.nextInt()});
      case 4 -> {
        byte[] changed = opcode.clone();
        changed[random.nextInt(changed.length)] = (byte) random.nextInt();
        opcodes.set(at, changed);
      }
      default -> {
        if (opcode.length >= 5) {
          byte[] changed = opcode.clone();
          ByteBuffer.wrap(changed).order(ByteOrder.LITTLE_ENDIAN).putInt(1, number(random));
          opcodes.set(at, changed);
        }
      }
    }
  }

  private static int number(SplittableRandom random) {
    return NUMBERS[random.nextInt(NUMBERS.length)];
  }

  /** Damage to the archive: cut, or numbers and bytes of its records overwritten. */
  private static byte[] damaged(SplittableRandom random, byte[] file) {
    return switch (random.nextInt(8)) {
      case 0 -> Arrays.copyOf(file, random.nextInt(file.length));
      case 1 -> Arrays.copyOf(file, file.length + 1 + random.nextInt(40));
      case 2, 3 -> {
        int tail = Math.min(file.length, 500);
        for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
          file[file.length - 1 - random.nextInt(tail)] = (byte) random.nextInt();
        }
        yield file;
      }
      case 4 -> {
        int at = random.nextInt(file.length - 4);
        ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putInt(at, number(random));
        yield file;
      }
      default -> file;
    };
  }
}
