// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.monitor;

/**
 * The events that files for TensorBoard are made of, as bytes of its {@code event.proto} and {@code
 * summary.proto}. Times are seconds since 1970.
 */
final class Event {
  // Fields of Event.
  private static final int WALL_TIME = 1;
  private static final int STEP = 2;
  private static final int FILE_VERSION = 3;
  private static final int SUMMARY = 5;

  // Fields of Summary and of Summary.Value.
  private static final int VALUE = 1;
  private static final int TAG = 1;
  private static final int SIMPLE_VALUE = 2;
  private static final int TENSOR = 8;
  private static final int METADATA = 9;

  // Fields of TensorProto and of its TensorShapeProto.
  private static final int DTYPE = 1;
  private static final int SHAPE = 2;
  private static final int STRING_VAL = 8;
  private static final int DIM = 2;
  private static final int SIZE = 1;
  private static final int DT_STRING = 7;

  // Fields of SummaryMetadata and of its PluginData.
  private static final int PLUGIN_DATA = 1;
  private static final int PLUGIN_NAME = 1;

  private Event() {}

  /** The first event of a file. */
  static byte[] fileVersion(double time) {
    return new ProtoMessage()
        .float64(WALL_TIME, time)
        .text(FILE_VERSION, "brain.Event:2")
        .toBytes();
  }

  /** A point of a curve. TensorBoard keeps curves in float32. */
  static byte[] scalar(double time, long step, String tag, double value) {
    return event(
        time, step, new ProtoMessage().text(TAG, tag).float32(SIMPLE_VALUE, (float) value));
  }

  /** A text, which is shown as Markdown. */
  static byte[] text(double time, long step, String tag, String text) {
    ProtoMessage shape = new ProtoMessage().message(DIM, new ProtoMessage().number(SIZE, 1));
    ProtoMessage tensor =
        new ProtoMessage().number(DTYPE, DT_STRING).message(SHAPE, shape).text(STRING_VAL, text);
    ProtoMessage plugin = new ProtoMessage().text(PLUGIN_NAME, "text");
    return event(
        time,
        step,
        new ProtoMessage()
            .text(TAG, tag + "/text_summary")
            .message(TENSOR, tensor)
            .message(METADATA, new ProtoMessage().message(PLUGIN_DATA, plugin)));
  }

  private static byte[] event(double time, long step, ProtoMessage value) {
    return new ProtoMessage()
        .float64(WALL_TIME, time)
        .number(STEP, step)
        .message(SUMMARY, new ProtoMessage().message(VALUE, value))
        .toBytes();
  }
}
