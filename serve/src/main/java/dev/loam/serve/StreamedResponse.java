// SPDX-License-Identifier: Apache-2.0
package dev.loam.serve;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.loam.model.generation.FinishReason;
import java.io.IOException;
import java.util.Optional;

/** Server-sent events, one for each piece of text. */
final class StreamedResponse implements Response {
  private static final String TYPE = "text/event-stream; charset=utf-8";

  private final HttpCall http;
  private final ResponseFormat format;
  private final Call call;
  private int opened;
  private boolean sentSinceHeartbeat;

  StreamedResponse(HttpCall http, ResponseFormat format, Call call) {
    this.http = http;
    this.format = format;
    this.call = call;
  }

  @Override
  public void text(int choice, String text) throws IOException {
    open(choice);
    send(format.piece(choice, text));
  }

  @Override
  public void finished(int choice, FinishReason reason) throws IOException {
    open(choice);
    send(format.finish(choice, reason));
  }

  @Override
  public void completed(int newTokens) throws IOException {
    if (call.includeUsage()) {
      send(format.usage(new ResponseFormat.Usage(call.promptTokens(), newTokens)));
    }
    send("data: [DONE]\n\n");
    http.end();
  }

  @Override
  public void failed(ApiException error) throws IOException {
    if (!http.hasBegun()) {
      throw error;
    }
    send(error.body());
    http.end();
  }

  /** A comment, which clients skip, where nothing else was sent. */
  @Override
  public void heartbeat(boolean generating) throws IOException {
    if (!sentSinceHeartbeat) {
      send(": " + (generating ? "generating" : "waiting") + "\n\n");
    }
    sentSinceHeartbeat = false;
  }

  private void open(int choice) throws IOException {
    if (choice == opened) {
      opened++;
      Optional<ObjectNode> opening = format.opening(choice);
      if (opening.isPresent()) {
        send(opening.get());
      }
    }
  }

  private void send(ObjectNode json) throws IOException {
    send("data: " + json + "\n\n");
  }

  private void send(String event) throws IOException {
    http.write(TYPE, event.getBytes(UTF_8));
    sentSinceHeartbeat = true;
  }
}
