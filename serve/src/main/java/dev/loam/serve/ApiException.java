// SPDX-License-Identifier: Apache-2.0
package dev.loam.serve;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Optional;

/** A request that gets an error for an answer, in OpenAI's form. */
final class ApiException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final String INVALID = "invalid_request_error";
  private static final String SERVER = "server_error";

  private final int status;
  private final String type;
  private final transient Optional<String> param;
  private final transient Optional<String> code;
  private final transient Map<String, String> headers;

  private ApiException(
      int status,
      String type,
      Optional<String> param,
      Optional<String> code,
      Map<String, String> headers,
      String message) {
    super(message);
    this.status = status;
    this.type = type;
    this.param = param;
    this.code = code;
    this.headers = headers;
  }

  /** 400 for the request as a whole. */
  static ApiException malformed(String message) {
    return request(400, Optional.empty(), message);
  }

  /** 400 for one field. */
  static ApiException invalid(String param, String message) {
    return new ApiException(400, INVALID, Optional.of(param), Optional.empty(), Map.of(), message);
  }

  /** 400 for a field this server does not have. */
  static ApiException unsupported(String param) {
    return unsupported(param, param + " is not supported; leave it out");
  }

  /** The same, with what may be done instead. */
  static ApiException unsupported(String param, String message) {
    return new ApiException(
        400, INVALID, Optional.of(param), Optional.of("unsupported_parameter"), Map.of(), message);
  }

  /** 400 for more tokens than the model has places. */
  static ApiException tooLong(String param, String message) {
    return new ApiException(
        400,
        INVALID,
        Optional.of(param),
        Optional.of("context_length_exceeded"),
        Map.of(),
        message);
  }

  static ApiException unauthorized() {
    return new ApiException(
        401,
        INVALID,
        Optional.empty(),
        Optional.of("invalid_api_key"),
        Map.of("WWW-Authenticate", "Bearer"),
        "no API key, or a wrong one; send it as Authorization: Bearer KEY");
  }

  static ApiException unknownModel(String name, String served) {
    return new ApiException(
        404,
        INVALID,
        Optional.of("model"),
        Optional.of("model_not_found"),
        Map.of(),
        "the model `" + name + "` does not exist; this server has `" + served + "`");
  }

  static ApiException wrongMethod(String method, String path, String allowed) {
    return new ApiException(
        405,
        INVALID,
        Optional.empty(),
        Optional.empty(),
        Map.of("Allow", allowed),
        path + " does not know " + method + "; use " + allowed);
  }

  /** 403, 404, 413 and the like. */
  static ApiException request(int status, Optional<String> code, String message) {
    return new ApiException(status, INVALID, Optional.empty(), code, Map.of(), message);
  }

  static ApiException busy(long retryAfterSeconds) {
    return new ApiException(
        429,
        "rate_limit_error",
        Optional.empty(),
        Optional.of("queue_full"),
        Map.of("Retry-After", Long.toString(retryAfterSeconds)),
        "as many requests as may wait are waiting already; try again later");
  }

  static ApiException late(long limitSeconds) {
    return new ApiException(
        504,
        SERVER,
        Optional.empty(),
        Optional.of("deadline_exceeded"),
        Map.of(),
        "the answer was not complete after " + limitSeconds + " s");
  }

  static ApiException closing() {
    return new ApiException(
        503,
        SERVER,
        Optional.empty(),
        Optional.of("shutting_down"),
        Map.of("Connection", "close"),
        "the server is shutting down");
  }

  /** 500, without the reason, which only the log has. */
  static ApiException internal() {
    return new ApiException(
        500,
        SERVER,
        Optional.empty(),
        Optional.of("internal_error"),
        Map.of(),
        "the answer could not be generated; the server's log says why");
  }

  int status() {
    return status;
  }

  Map<String, String> headers() {
    return headers;
  }

  /** {@code {"error": {"message", "type", "param", "code"}}}. */
  ObjectNode body() {
    ObjectNode body = Json.object();
    ObjectNode error = body.putObject("error");
    error.put("message", getMessage());
    error.put("type", type);
    error.put("param", param.orElse(null));
    error.put("code", code.orElse(null));
    return body;
  }
}
