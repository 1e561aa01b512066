// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import dev.loam.tokenizer.internal.CharClass;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Splits text at added tokens. From left to right the longest token that starts at a position is
 * taken, and the search goes on behind it. Immutable and safe to share among threads.
 */
final class AddedTokenSplitter {
  private final Node root = new Node();
  private final BitSet firstUnits = new BitSet();
  private final FirstBytes firstBytes = new FirstBytes();

  AddedTokenSplitter(List<AddedToken> tokens) {
    for (AddedToken token : tokens) {
      firstUnits.set(token.content().charAt(0));
      firstBytes.add(token.content());
      Node node = root;
      for (char c : token.content().toCharArray()) {
        node = node.childOrNew(c);
      }
      node.token = token;
    }
  }

  /** Whether there is no token to look for. */
  boolean isEmpty() {
    return firstUnits.isEmpty();
  }

  /** Whether a token may be in the bytes {@code from} to {@code to}, which are UTF-8. */
  boolean mayFind(byte[] utf8, int from, int to) {
    return firstBytes.occur(utf8, from, to);
  }

  /** A part of a text: an added token without the space it takes along, or text without one. */
  record Piece(int start, int end, Optional<AddedToken> token) {}

  /** Splits a text; tokens that are not recognised are plain text. */
  List<Piece> split(String text, Recognition recognition) {
    List<Piece> pieces = new ArrayList<>();
    int done = 0;
    int spacesEnd = 0;
    for (int i = candidate(text, 0); i >= 0; ) {
      AddedToken token = longest(text, i, recognition);
      if (token == null) {
        i = candidate(text, i + 1);
        continue;
      }
      int matchEnd = i + token.content().length();
      if (!token.singleWord() || isSingleWord(text, i, matchEnd)) {
        int start = token.leftStrip() ? spacesBefore(text, done, i) : i;
        addText(done, start, pieces);
        if (token.rightStrip() && matchEnd >= spacesEnd) {
          spacesEnd = spacesAfter(text, matchEnd);
        }
        done = token.rightStrip() ? spacesEnd : matchEnd;
        if (start < done) { // else a token before has taken along all of it
          pieces.add(new Piece(i, matchEnd, Optional.of(token)));
        }
      }
      i = candidate(text, matchEnd);
    }
    addText(done, text.length(), pieces);
    return pieces;
  }

  private static void addText(int start, int end, List<Piece> pieces) {
    if (start < end) {
      pieces.add(new Piece(start, end, Optional.empty()));
    }
  }

  /** The next position at which a token may start; -1 if there is none. */
  private int candidate(String text, int from) {
    if (root.labels.length <= 1) {
      return isEmpty() ? -1 : text.indexOf(root.labels[0], from);
    }
    for (int i = from; i < text.length(); i++) {
      if (firstUnits.get(text.charAt(i))) {
        return i;
      }
    }
    return -1;
  }

  private @Nullable AddedToken longest(String text, int start, Recognition recognition) {
    AddedToken longest = null;
    Node node = root;
    for (int i = start; i < text.length(); i++) {
      node = node.child(text.charAt(i));
      if (node == null) {
        break;
      }
      if (node.token != null && recognition.accepts(node.token, start, i + 1)) {
        longest = node.token;
      }
    }
    return longest;
  }

  private static boolean isSingleWord(String text, int start, int end) {
    return (start == 0 || !CharClass.isWord(text.codePointBefore(start)))
        && (end == text.length() || !CharClass.isWord(text.codePointAt(end)));
  }

  /** Where the white space before {@code end} starts, but not before {@code from}. */
  private static int spacesBefore(String text, int from, int end) {
    int start = Math.max(from, end);
    while (start > from && CharClass.isSpace(text.charAt(start - 1))) {
      start--;
    }
    return start;
  }

  private static int spacesAfter(String text, int start) {
    int end = start;
    while (end < text.length() && CharClass.isSpace(text.charAt(end))) {
      end++;
    }
    return end;
  }

  /** The tokens that begin in the same way. */
  private static final class Node {
    private char[] labels = new char[0];
    private Node[] children = new Node[0];
    private @Nullable AddedToken token;

    @Nullable Node child(char c) {
      for (int i = 0; i < labels.length; i++) {
        if (labels[i] == c) {
          return children[i];
        }
      }
      return null;
    }

    Node childOrNew(char c) {
      Node child = child(c);
      if (child == null) {
        child = new Node();
        labels = Arrays.copyOf(labels, labels.length + 1);
        children = Arrays.copyOf(children, labels.length);
        labels[labels.length - 1] = c;
        children[labels.length - 1] = child;
      }
      return child;
    }
  }
}
