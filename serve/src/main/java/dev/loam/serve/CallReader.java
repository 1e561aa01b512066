// SPDX-License-Identifier: Apache-2.0
package dev.loam.serve;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** Understands the body of a request. */
interface CallReader {
  /**
   * What is asked for.
   *
   * @throws ApiException if that cannot be done
   */
  Call read(ObjectNode body);
}
