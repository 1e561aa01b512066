// SPDX-License-Identifier: Apache-2.0
package dev.loam.serve;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;

/** Says whether requests are taken, and how many are there. */
final class Health implements Router.Endpoint {
  private final GenerationQueue queue;

  Health(GenerationQueue queue) {
    this.queue = queue;
  }

  @Override
  public void answer(HttpCall call) throws IOException {
    if (queue.isClosed()) {
      throw ApiException.closing();
    }
    ObjectNode health = Json.object();
    health.put("status", "ok");
    health.put("requests", queue.size());
    call.send(200, health);
  }
}
