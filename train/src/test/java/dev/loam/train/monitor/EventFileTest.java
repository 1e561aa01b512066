// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventFileTest {
  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.ofEpochMilli(1_700_000_001_500L));

  @TempDir Path folder;

  private EventFile start(long step) {
    return EventFile.start(folder.resolve("events"), step, 10, CLOCK);
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("events"))) {
      return files.sorted().toList();
    }
  }

  /** What PyTorch 2.13's SummaryWriter writes for the same events. */
  @Test
  void eventsHaveTheBytesOfTheRealWriter() {
    assertThat(framed(Event.scalar(1_700_000_001.5, 50, "loss", 9.876543)))
        .isEqualTo(
            "1a00000000000000129bd82d"
                + "0900006040fc54d94110322a0d0a0b0a046c6f73731552061e41"
                + "7fca95da");
    assertThat(framed(Event.text(1_700_000_002.5, 3, "config", "a: 1\n\u00df")))
        .isEqualTo(
            "410000000000000000a9c2ab"
                + "090000a040fc54d94110032a340a320a13636f6e6669672f746578745f73756d6d617279"
                + "421108071204120208014207613a20310ac39f4a080a060a0474657874"
                + "3432e3fc");
  }

  private static String framed(byte[] event) {
    return HexFormat.of().formatHex(RecordFrame.around(event));
  }

  @Test
  void aFileBeginsWithItsVersionAndIsNamedAsTensorBoardExpects() throws IOException {
    start(0).close();
    assertThat(files()).hasSize(1);
    assertThat(files().get(0).getFileName().toString())
        .matches("events\\.out\\.tfevents\\.1700000001\\.[^.]+\\.[0-9]+\\.000");
    assertThat(EventReader.file(files().get(0)))
        .containsExactly(new EventReader.Read(1_700_000_001.5, 0, "", Float.NaN, "brain.Event:2"));
  }

  @Test
  void eventsReachTheDiskWhenTheQueueIsFullAndAtTheEnd() throws IOException {
    try (EventFile file = EventFile.start(folder, 0, 3, CLOCK)) {
      file.scalar("a", 1, 1);
      file.scalar("a", 2, 2);
      assertThat(EventReader.file(file.path())).hasSize(1);
      file.scalar("a", 3, 3);
      assertThat(EventReader.file(file.path())).hasSize(4);
      file.text("words", 3, "größer");
    }
    List<EventReader.Read> events = EventReader.folder(folder);
    assertThat(events).hasSize(5);
    assertThat(events.get(3)).isEqualTo(new EventReader.Read(1_700_000_001.5, 3, "a", 3, ""));
    assertThat(events.get(4).text()).isEqualTo("größer");
    assertThat(events.get(4).tag()).isEqualTo("words/text_summary");
  }

  private static void step(EventFile file, long step) {
    file.scalar("loss", step, (double) step);
    file.scalarOverSamples("loss", 4 * step, (double) step);
  }

  private static List<Long> steps(List<EventReader.Read> events, String tag) {
    return events.stream()
        .filter(event -> event.tag().equals(tag))
        .map(EventReader.Read::step)
        .toList();
  }

  @Test
  void aRunThatGoesOnHasEachStepOnce() throws IOException {
    try (EventFile file = start(0)) {
      for (long step = 1; step <= 20; step++) {
        step(file, step);
      }
    }
    try (EventFile file = start(20)) {
      file.text("config", 20, "x");
      step(file, 21);
    }
    try (EventFile file = start(12)) {
      step(file, 13);
      step(file, 14);
    }
    assertThat(files()).hasSize(3);
    List<EventReader.Read> events = EventReader.folder(folder.resolve("events"));
    assertThat(steps(events, "loss"))
        .containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L, 11L, 12L, 13L, 14L);
    assertThat(steps(events, "loss vs samples"))
        .containsExactly(4L, 8L, 12L, 16L, 20L, 24L, 28L, 32L, 36L, 40L, 44L, 48L, 52L, 56L);
    assertThat(steps(events, "config/text_summary")).isEmpty();
  }

  @Test
  void aRunThatGoesBackHasEachStepOnce() {
    try (EventFile file = start(0)) {
      for (long step = 1; step <= 7; step++) {
        step(file, step);
      }
    }
    try (EventFile file = start(7)) {
      for (long step = 8; step <= 15; step++) {
        step(file, step);
      }
      file.cutBack(5);
      step(file, 6);
    }
    List<EventReader.Read> events = EventReader.folder(folder.resolve("events"));
    assertThat(steps(events, "loss")).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
    assertThat(steps(events, "loss vs samples")).containsExactly(4L, 8L, 12L, 16L, 20L, 24L);
  }

  @Test
  void aRecordThatWasCutOffIsRemoved() throws IOException {
    try (EventFile file = start(0)) {
      step(file, 1);
      step(file, 2);
    }
    Path first = files().get(0);
    byte[] whole = Files.readAllBytes(first);
    // The last record has 53 bytes.
    for (int cut = 1; cut < 60; cut++) {
      Files.write(first, Arrays.copyOf(whole, whole.length - cut));
      start(9).close();
      assertThat(EventReader.file(first)).hasSize(cut <= 53 ? 4 : 3);
    }
  }

  @Test
  void aRunThatStartsAfreshMovesTheFolderOfAnotherAside() throws IOException {
    try (EventFile file = start(0)) {
      step(file, 1);
    }
    byte[] earlier = Files.readAllBytes(files().get(0));
    start(0).close();
    assertThat(EventReader.folder(folder.resolve("events"))).hasSize(1);
    try (Stream<Path> moved = Files.list(folder.resolve("events.previous-0"))) {
      assertThat(moved).singleElement().satisfies(f -> assertThat(f).hasBinaryContent(earlier));
    }
  }

  @Test
  void aFolderThatCannotBeIsNamed() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "x");
    assertThatThrownBy(() -> EventFile.start(file.resolve("events"), 0, 1))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining(file.toString());
  }
}
