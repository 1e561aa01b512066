// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.mpi;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Messages under way: their MPI requests lie back to back in native memory and are tested together.
 * Belongs to the progress thread.
 */
final class Requests {
  private static final int HANDLE = 8;

  /** No handle: handles are addresses. */
  private static final long GONE = 0;

  private final OpenMpi mpi;
  private final Memory completed = new Memory(4);
  private final List<Message> messages = new ArrayList<>();
  private Memory handles;
  private Memory indices;
  private Memory statuses;
  private int capacity = 64;

  Requests(OpenMpi mpi) {
    this.mpi = mpi;
    handles = new Memory(capacity * HANDLE);
    indices = new Memory(capacity * 4);
    statuses = new Memory(capacity * OpenMpi.STATUS_BYTES);
  }

  /** The messages that are not done. */
  List<Message> pending() {
    return messages;
  }

  /** Starts a message. */
  void post(Message message) {
    if (messages.size() == capacity) {
      grow();
    }
    long slot = handles.address + (long) messages.size() * HANDLE;
    long comm = message.owner().group().communicator();
    if (message.sending()) {
      OpenMpi.check(
          MpiFunctions.MPI_Isend(
              message.address(),
              message.bytes(),
              mpi.bytes(),
              message.peer(),
              message.tag(),
              comm,
              slot),
          "MPI_Isend");
    } else {
      OpenMpi.check(
          MpiFunctions.MPI_Irecv(
              message.address(),
              message.bytes(),
              mpi.bytes(),
              message.peer(),
              message.tag(),
              comm,
              slot),
          "MPI_Irecv");
    }
    messages.add(message);
  }

  /**
   * Moves data along and hands over the messages that are done. These may post others.
   *
   * @return how many are done
   * @throws MessageFailure if a message failed, or another number of bytes arrived
   */
  int poll(Consumer<Message> done) {
    int code =
        MpiFunctions.MPI_Testsome(
            messages.size(), handles.address, completed.address, indices.address, statuses.address);
    if (code != MpiFunctions.SUCCESS && code != MpiFunctions.ERR_IN_STATUS) {
      OpenMpi.check(code, "MPI_Testsome");
    }
    int count = completed.buffer.getInt(0);
    if (count == MpiFunctions.UNDEFINED || count == 0) {
      return 0;
    }
    List<Message> finished = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      Message message = messages.get(indices.buffer.getInt(i * 4));
      int status = i * OpenMpi.STATUS_BYTES;
      requireWhole(
          message,
          code == MpiFunctions.SUCCESS
              ? MpiFunctions.SUCCESS
              : statuses.buffer.getInt(status + OpenMpi.STATUS_ERROR),
          statuses.buffer.getLong(status + OpenMpi.STATUS_COUNT));
      finished.add(message);
    }
    remove(count);
    finished.forEach(done);
    return count;
  }

  private static void requireWhole(Message message, int error, long bytes) {
    if (error == MpiFunctions.ERR_TRUNCATE) {
      throw new MessageFailure(message, "more than " + message.bytes() + " bytes arrived");
    }
    if (error != MpiFunctions.SUCCESS) {
      throw new MessageFailure(message, OpenMpi.describe(error));
    }
    if (!message.sending() && bytes != message.bytes()) {
      throw new MessageFailure(message, bytes + " bytes arrived instead of " + message.bytes());
    }
  }

  /** Closes the gaps; what stays keeps its order. */
  private void remove(int count) {
    for (int i = 0; i < count; i++) {
      handles.buffer.putLong(indices.buffer.getInt(i * 4) * HANDLE, GONE);
    }
    int kept = 0;
    for (int i = 0; i < messages.size(); i++) {
      long handle = handles.buffer.getLong(i * HANDLE);
      if (handle != GONE) {
        handles.buffer.putLong(kept * HANDLE, handle);
        messages.set(kept++, messages.get(i));
      }
    }
    messages.subList(kept, messages.size()).clear();
  }

  private void grow() {
    Memory old = handles;
    capacity *= 2;
    handles = new Memory(capacity * HANDLE);
    handles.buffer.put(0, old.buffer, 0, old.buffer.capacity());
    indices = new Memory(capacity * 4);
    statuses = new Memory(capacity * OpenMpi.STATUS_BYTES);
  }

  private static final class Memory {
    final ByteBuffer buffer;
    final long address;

    Memory(int bytes) {
      buffer = ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
      address = Pointer.nativeValue(Native.getDirectBufferPointer(buffer));
    }
  }
}
