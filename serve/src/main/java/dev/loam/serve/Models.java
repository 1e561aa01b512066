// SPDX-License-Identifier: Apache-2.0
package dev.loam.serve;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;

/** The list of models, which are one. */
final class Models {
  private static final String PREFIX = "/v1/models/";

  private final String name;
  private final long created = Instant.now().getEpochSecond();

  Models(String name) {
    this.name = name;
  }

  /** The name that a path asks for; it may have slashes. */
  Optional<String> of(String path) {
    return path.startsWith(PREFIX)
        ? Optional.of(path.substring(PREFIX.length()))
        : Optional.empty();
  }

  void list(HttpCall call) throws IOException {
    ObjectNode list = Json.object();
    list.put("object", "list");
    list.putArray("data").add(model());
    call.send(200, list);
  }

  void one(HttpCall call, String asked) throws IOException {
    if (!asked.equals(name)) {
      throw ApiException.unknownModel(asked, name);
    }
    call.send(200, model());
  }

  private ObjectNode model() {
    ObjectNode model = Json.object();
    model.put("id", name);
    model.put("object", "model");
    model.put("created", created);
    model.put("owned_by", "loam");
    return model;
  }
}
