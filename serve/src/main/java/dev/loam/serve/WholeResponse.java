// SPDX-License-Identifier: Apache-2.0
package dev.loam.serve;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.loam.model.generation.FinishReason;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * One JSON object. While it takes long to generate, line feeds are sent ahead of it, which JSON
 * allows: only so can be seen that a client has gone.
 */
final class WholeResponse implements Response {
  private static final String TYPE = "application/json";

  private final HttpCall http;
  private final ResponseFormat format;
  private final Call call;
  private final List<ResponseFormat.Choice> choices = new ArrayList<>();
  private final StringBuilder text = new StringBuilder();

  WholeResponse(HttpCall http, ResponseFormat format, Call call) {
    this.http = http;
    this.format = format;
    this.call = call;
  }

  @Override
  public void text(int choice, String piece) {
    text.append(piece);
  }

  @Override
  public void finished(int choice, FinishReason reason) {
    choices.add(new ResponseFormat.Choice(text.toString(), reason));
    text.setLength(0);
  }

  @Override
  public void completed(int newTokens) throws IOException {
    ObjectNode json =
        format.whole(choices, new ResponseFormat.Usage(call.promptTokens(), newTokens));
    if (http.hasBegun()) {
      http.write(TYPE, Json.bytes(json));
      http.end();
    } else {
      http.send(200, json);
    }
  }

  @Override
  public void failed(ApiException error) throws IOException {
    if (http.hasBegun()) {
      // The status is out. A response that breaks off is not taken for one that went well.
      throw new IOException(error.getMessage());
    }
    throw error;
  }

  @Override
  public void heartbeat(boolean generating) throws IOException {
    // Before the generation the status is still open, and waiting costs nobody anything.
    if (generating) {
      http.write(TYPE, "\n".getBytes(UTF_8));
    }
  }
}
