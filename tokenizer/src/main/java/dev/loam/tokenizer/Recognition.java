// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import java.util.List;

/** Which added tokens are recognised where in one text. */
interface Recognition {
  /** Whether a token that was found from {@code start} to {@code end} counts as one. */
  boolean accepts(AddedToken token, int start, int end);

  /**
   * What a policy says.
   *
   * @param alignment from the text that is searched to the one the policy is about
   */
  static Recognition of(AddedTokens policy, Alignment alignment) {
    if (policy instanceof AddedTokens.Outside outside) {
      Recognition inner = of(outside.policy(), alignment);
      List<TextSpan> plain =
          outside.plain().stream().filter(span -> span.start() < span.end()).toList();
      return (token, start, end) ->
          inner.accepts(token, start, end)
              && !touches(plain, alignment.start(start), alignment.end(end - 1));
    }
    return (token, start, end) -> policy.recognises(token.content());
  }

  /** Whether any of the spans, none of which is empty, has a character in this part. */
  private static boolean touches(List<TextSpan> spans, int start, int end) {
    int from = 0;
    int to = spans.size();
    while (from < to) {
      int middle = (from + to) >>> 1;
      if (spans.get(middle).end() <= start) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    return from < spans.size() && spans.get(from).start() < end;
  }
}
