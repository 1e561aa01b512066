// SPDX-License-Identifier: Apache-2.0
package dev.loam.serve;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** What requests for chats and for continued texts have in common. */
final class CommonFields {
  private static final int MAX_STOPS = 4;
  private static final double MAX_TEMPERATURE = 2;
  private static final double MAX_REPETITION_PENALTY = 10;
  private static final List<String> PENALTIES = List.of("presence_penalty", "frequency_penalty");

  private final Fields fields;
  private final ChatBackend backend;
  private final Settings settings;

  CommonFields(Fields fields, ChatBackend backend, Settings settings) {
    this.fields = fields;
    this.backend = backend;
    this.settings = settings;
    checkModel();
    PENALTIES.forEach(this::refuseUnlessZero);
    if (fields.get("logit_bias").filter(bias -> !bias.isEmpty()).isPresent()) {
      throw ApiException.unsupported("logit_bias");
    }
  }

  private void checkModel() {
    String model =
        fields
            .text("model")
            .orElseThrow(() -> ApiException.invalid("model", "the field model is missing"));
    if (!model.equals(settings.modelName())) {
      throw ApiException.unknownModel(model, settings.modelName());
    }
  }

  private void refuseUnlessZero(String key) {
    if (fields.number(key, -2, 2).orElse(0) != 0) {
      throw ApiException.unsupported(
          key, key + " is not supported; use repetition_penalty, or leave it out");
    }
  }

  /**
   * The call for some prompts.
   *
   * @param param the field they came from
   * @param maxTokens the field that says how many tokens to generate at most
   */
  Call call(String param, List<int[]> prompts, String maxTokens) {
    int choices = fields.integer("n", 1, settings.maxChoices()).orElse(1);
    if ((long) choices * prompts.size() > settings.maxChoices()) {
      throw ApiException.invalid(
          param, "more than " + settings.maxChoices() + " texts are asked for at once");
    }
    List<GenerationRequest> texts = new ArrayList<>();
    int promptTokens = 0;
    for (int[] prompt : prompts) {
      promptTokens += prompt.length;
      int newTokens = newTokens(param, prompt.length, maxTokens);
      for (int i = 0; i < choices; i++) {
        texts.add(new GenerationRequest(prompt, newTokens, stop(), sampling(texts.size())));
      }
    }
    boolean stream = fields.flag("stream");
    Optional<Fields> options = fields.fields("stream_options");
    if (options.isPresent() && !stream) {
      throw ApiException.invalid("stream_options", "stream_options needs stream: true");
    }
    boolean includeUsage = options.map(o -> o.flag("include_usage")).orElse(false);
    return new Call(texts, promptTokens, stream, includeUsage);
  }

  private int newTokens(String param, int promptTokens, String maxTokens) {
    int room = backend.contextLength() - promptTokens;
    OptionalInt asked = fields.integer(maxTokens, 1, Integer.MAX_VALUE);
    if (promptTokens == 0) {
      throw ApiException.invalid(param, param + " has no text");
    }
    if (room < asked.orElse(1)) {
      throw ApiException.tooLong(
          param,
          "the model's context has %d tokens, but %d are asked for: %d in %s, %d to generate"
              .formatted(
                  backend.contextLength(),
                  (long) promptTokens + asked.orElse(1),
                  promptTokens,
                  param,
                  asked.orElse(1)));
    }
    return asked.orElse(Math.min(settings.defaultMaxTokens(), room));
  }

  private List<String> stop() {
    Optional<JsonNode> stop = fields.get("stop");
    if (stop.isEmpty()) {
      return List.of();
    }
    JsonNode value = stop.get();
    List<String> stops = new ArrayList<>();
    for (JsonNode one : value.isArray() ? value : List.of(value)) {
      if (!isStop(one) || stops.size() == MAX_STOPS) {
        throw fields.wrong("stop", "a text or a list of up to 4, none of them empty", value);
      }
      stops.add(one.textValue());
    }
    return stops;
  }

  private static boolean isStop(JsonNode node) {
    // A JSON string can hold half a surrogate pair, which no text has.
    return node.isTextual()
        && !node.textValue().isEmpty()
        && UTF_8.newEncoder().canEncode(node.textValue());
  }

  /** Choices of one request differ, and each is what the seed makes it. */
  private Sampling sampling(int choice) {
    OptionalLong seed = fields.longInteger("seed");
    OptionalInt topK = fields.integer("top_k", -1, Integer.MAX_VALUE);
    OptionalDouble repetition = fields.number("repetition_penalty", 0, MAX_REPETITION_PENALTY);
    if (repetition.orElse(1) == 0) {
      throw ApiException.invalid("repetition_penalty", "repetition_penalty must be above 0");
    }
    return new Sampling(
        fields.number("temperature", 0, MAX_TEMPERATURE),
        fields.number("top_p", 0, 1),
        topK.isEmpty() ? topK : OptionalInt.of(Math.max(0, topK.getAsInt())), // -1 is all, too
        fields.number("min_p", 0, 1),
        repetition,
        seed.isEmpty() ? seed : OptionalLong.of(seed.getAsLong() + choice));
  }
}
