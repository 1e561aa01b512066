// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import dev.loam.model.generation.FinishReason;
import java.io.BufferedReader;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Reads lines, which are words to the model or commands. */
final class ChatLoop {
  private static final String HELP =
      """
      /system TEXT  begins anew with instructions to the model
      /reset        begins anew
      /help         shows this
      /exit         ends, as does the end of input
      A line that is to begin with a slash begins with two. Ctrl-C ends an answer, twice the program.""";

  private final Conversation conversation;
  private final Streams streams;
  private final boolean isInteractive;

  ChatLoop(Conversation conversation, Streams streams) {
    this.conversation = conversation;
    this.streams = streams;
    this.isInteractive = streams.input().kind() == Input.Kind.TERMINAL;
  }

  /** Goes on to the end of the input. */
  void run() throws IOException {
    BufferedReader lines = streams.input().lines();
    note("/help shows what can be said besides words to the model");
    for (@Nullable String line = next(lines); line != null; line = next(lines)) {
      if (line.strip().equals("/exit")) {
        return;
      }
      take(line);
    }
  }

  private @Nullable String next(BufferedReader lines) throws IOException {
    if (isInteractive) {
      streams.err().print("> ");
      streams.err().flush();
    }
    return lines.readLine();
  }

  private void take(String line) {
    if (line.isBlank()) {
      return;
    }
    if (!line.startsWith("/") || line.startsWith("//")) {
      answer(line.startsWith("//") ? line.substring(1) : line);
      return;
    }
    String[] words = line.strip().split("\\s+", 2);
    switch (words[0]) {
      case "/help" -> streams.say(HELP);
      case "/reset" -> {
        conversation.reset();
        note("begun anew");
      }
      case "/system" -> {
        if (words.length == 1) {
          refuse("/system needs the instructions after it");
        } else {
          conversation.begin(words[1]);
          note("begun anew with instructions");
        }
      }
      default -> refuse(words[0] + " is no command; there are /help, /reset, /system and /exit");
    }
  }

  private void answer(String words) {
    try {
      FinishReason reason = conversation.answer(words);
      if (reason == FinishReason.CANCELLED) {
        note("stopped");
      } else if (reason == FinishReason.LENGTH) {
        note("the answer reached its most tokens; --max-new-tokens allows more");
      }
    } catch (UsageException e) {
      if (!isInteractive) {
        throw e;
      }
      refuse(e.getMessage() + "; /reset begins anew");
    }
  }

  /** What only someone at a terminal wants to know. */
  private void note(String message) {
    if (isInteractive) {
      streams.say("(" + message + ")");
    }
  }

  private void refuse(String message) {
    if (!isInteractive) {
      throw new UsageException(message);
    }
    streams.say("loam: " + message);
  }
}
