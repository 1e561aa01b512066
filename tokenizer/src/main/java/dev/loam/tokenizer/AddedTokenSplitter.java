// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Splits text at added tokens. From left to right the longest token that starts at a position is
 * taken, and the search goes on behind it. Immutable and safe to share among threads.
 */
final class AddedTokenSplitter {
  private final Node root = new Node();

  AddedTokenSplitter(List<AddedToken> tokens) {
    for (AddedToken token : tokens) {
      Node node = root;
      for (char c : token.content().toCharArray()) {
        node = node.children.computeIfAbsent(c, any -> new Node());
      }
      node.token = token;
    }
  }

  /** A part of a text: an added token, or plain text without one. */
  record Piece(String text, Optional<AddedToken> token) {}

  /** Splits well-formed text; tokens that the policy does not recognise are plain text. */
  List<Piece> split(String text, AddedTokens policy) {
    List<Piece> pieces = new ArrayList<>();
    int done = 0;
    if (!root.children.isEmpty() && !policy.equals(AddedTokens.none())) {
      for (int i = 0; i < text.length(); ) {
        AddedToken token = longest(text, i, policy);
        if (token == null) {
          i++;
          continue;
        }
        int matchEnd = i + token.content().length();
        if (!token.singleWord() || isSingleWord(text, i, matchEnd)) {
          int start = token.leftStrip() ? Math.max(done, spacesBefore(text, i)) : i;
          int end = token.rightStrip() ? Scan.run(text, matchEnd, CharClass::isSpace) : matchEnd;
          addText(text, done, start, pieces);
          pieces.add(new Piece(token.content(), Optional.of(token)));
          done = end;
        }
        i = matchEnd;
      }
    }
    addText(text, done, text.length(), pieces);
    return pieces;
  }

  private static void addText(String text, int start, int end, List<Piece> pieces) {
    if (start < end) {
      pieces.add(new Piece(text.substring(start, end), Optional.empty()));
    }
  }

  private @Nullable AddedToken longest(String text, int start, AddedTokens policy) {
    AddedToken longest = null;
    Node node = root;
    for (int i = start; i < text.length(); i++) {
      node = node.children.get(text.charAt(i));
      if (node == null) {
        break;
      }
      if (node.token != null && policy.recognises(node.token.content())) {
        longest = node.token;
      }
    }
    return longest;
  }

  private static boolean isSingleWord(String text, int start, int end) {
    return (start == 0 || !CharClass.isWord(text.codePointBefore(start)))
        && !Scan.at(text, end, CharClass::isWord);
  }

  private static int spacesBefore(String text, int end) {
    int start = end;
    while (start > 0 && CharClass.isSpace(text.charAt(start - 1))) {
      start--;
    }
    return start;
  }

  private static final class Node {
    final Map<Character, Node> children = new HashMap<>();
    @Nullable AddedToken token;
  }
}
