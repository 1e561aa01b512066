// SPDX-License-Identifier: Apache-2.0
package dev.loam.serve;

import java.io.IOException;
import java.util.function.Supplier;

/** Generates what a request asks for. */
final class GenerateEndpoint implements Router.Endpoint {
  private final Settings settings;
  private final GenerationQueue queue;
  private final CallReader reader;
  private final Supplier<ResponseFormat> formats;

  /**
   * An endpoint.
   *
   * @param formats a new one for each response
   */
  GenerateEndpoint(
      Settings settings,
      GenerationQueue queue,
      CallReader reader,
      Supplier<ResponseFormat> formats) {
    this.settings = settings;
    this.queue = queue;
    this.reader = reader;
    this.formats = formats;
  }

  @Override
  public void answer(HttpCall http) throws IOException {
    long deadline = System.nanoTime() + settings.requestTimeout().toNanos();
    byte[] body = http.body();
    if (queue.isClosed()) {
      throw ApiException.closing();
    }
    Call call = reader.read(Json.parse(body));
    Job job = new Job(call.texts(), deadline, new Answer());
    Response response =
        call.stream()
            ? new StreamedResponse(http, formats.get(), call)
            : new WholeResponse(http, formats.get(), call);
    queue.add(job);
    try {
      new Delivery(job, settings).to(response);
    } finally {
      queue.withdraw(job);
    }
  }
}
