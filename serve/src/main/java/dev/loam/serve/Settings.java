// SPDX-License-Identifier: Apache-2.0
package dev.loam.serve;

import java.time.Duration;
import java.util.Optional;

/** What a server is built with; {@link LoamServerBuilder} says what each means. */
record Settings(
    String host,
    int port,
    String modelName,
    Optional<String> apiKey,
    int queueSize,
    int defaultMaxTokens,
    int maxChoices,
    int maxBodyBytes,
    Duration requestTimeout,
    Duration readTimeout,
    Duration writeTimeout,
    Duration heartbeat,
    Duration shutdownGrace) {}
