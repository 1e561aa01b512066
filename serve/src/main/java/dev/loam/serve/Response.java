// SPDX-License-Identifier: Apache-2.0
package dev.loam.serve;

import dev.loam.model.generation.FinishReason;
import java.io.IOException;

/** Where an answer goes. */
interface Response {
  /** More text of a choice. */
  void text(int choice, String text) throws IOException;

  /** The end of a choice. */
  void finished(int choice, FinishReason reason) throws IOException;

  /** The end of the answer. */
  void completed(int newTokens) throws IOException;

  /** The end of an answer that is not complete. */
  void failed(ApiException error) throws IOException;

  /** Called now and then: whatever is sent shows whether the client is still there. */
  void heartbeat(boolean generating) throws IOException;
}
