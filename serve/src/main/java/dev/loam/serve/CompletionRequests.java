// SPDX-License-Identifier: Apache-2.0
package dev.loam.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/** Requests to {@code /v1/completions}. */
final class CompletionRequests implements CallReader {
  private static final String PROMPT = "prompt";

  private final ChatBackend backend;
  private final Settings settings;

  CompletionRequests(ChatBackend backend, Settings settings) {
    this.backend = backend;
    this.settings = settings;
  }

  @Override
  public Call read(ObjectNode body) {
    Fields fields = new Fields(body, "");
    CommonFields common = new CommonFields(fields, backend, settings);
    if (fields.get("logprobs").isPresent()) {
      throw ApiException.unsupported("logprobs");
    }
    if (fields.flag("echo")) {
      throw ApiException.unsupported("echo");
    }
    if (!fields.text("suffix").orElse("").isEmpty()) {
      throw ApiException.unsupported("suffix");
    }
    int choices = fields.integer("n", 1, settings.maxChoices()).orElse(1);
    if (fields.integer("best_of", 1, Integer.MAX_VALUE).orElse(choices) != choices) {
      throw ApiException.unsupported("best_of");
    }
    return common.call(PROMPT, prompts(fields), "max_tokens");
  }

  /** A text, a list of texts, the ids of a text, or a list of those. */
  private List<int[]> prompts(Fields fields) {
    JsonNode prompt =
        fields
            .get(PROMPT)
            .orElseThrow(() -> ApiException.invalid(PROMPT, "the field prompt is missing"));
    if (prompt.isTextual() || prompt.path(0).isNumber()) {
      return List.of(one(prompt));
    }
    if (!prompt.isArray() || prompt.isEmpty()) {
      throw fields.wrong(PROMPT, "a text, a list of token ids, or a list of those", prompt);
    }
    if (prompt.size() > settings.maxChoices()) {
      throw ApiException.invalid(
          PROMPT, "more than " + settings.maxChoices() + " texts are asked for at once");
    }
    List<int[]> prompts = new ArrayList<>();
    prompt.forEach(each -> prompts.add(one(each)));
    return prompts;
  }

  private int[] one(JsonNode prompt) {
    if (prompt.isTextual()) {
      return backend.encode(prompt.textValue());
    }
    int[] ids = new int[prompt.size()];
    for (int i = 0; i < ids.length; i++) {
      JsonNode id = prompt.path(i);
      boolean inside =
          id.isIntegralNumber()
              && id.canConvertToInt()
              && id.intValue() >= 0
              && id.intValue() < backend.vocabSize();
      if (!inside) {
        throw ApiException.invalid(
            PROMPT,
            "token ids must be integers from 0 to %d, not %s"
                .formatted(backend.vocabSize() - 1, Fields.excerpt(id)));
      }
      ids[i] = id.intValue();
    }
    return ids;
  }
}
