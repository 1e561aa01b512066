// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import dev.loam.tokenizer.internal.Normalization;
import dev.loam.tokenizer.internal.Utf16;
import java.util.List;

/**
 * The steps before words: takes the added tokens out of a text, normalizes what is between them,
 * and takes out of that the tokens that are looked for in normalized text. Immutable and safe to
 * share among threads.
 */
final class TextPieces {
  /** Below this nothing composes or decomposes, as far as the present normalizations go. */
  private static final char FIRST_CHANGED = '\u0300';

  private final Normalization normalization;
  private final boolean prefixSpace;
  private final AddedTokenSplitter rawSplitter;
  private final AddedTokenSplitter normalizedSplitter;

  /**
   * @param prefixSpace whether each piece of plain text that does not start with a space gets one
   */
  TextPieces(Normalization normalization, List<AddedToken> added, boolean prefixSpace) {
    this.normalization = normalization;
    this.prefixSpace = prefixSpace;
    this.rawSplitter = new AddedTokenSplitter(added.stream().filter(t -> !t.normalized()).toList());
    this.normalizedSplitter =
        new AddedTokenSplitter(added.stream().filter(AddedToken::normalized).toList());
  }

  /**
   * Whether a text in UTF-8 is one piece of plain text, itself. It may be when this says no.
   *
   * @param utf8 of which the bytes {@code from} to {@code to} are the text
   */
  boolean leavesAlone(byte[] utf8, int from, int to, AddedTokens policy) {
    boolean plain =
        policy.equals(AddedTokens.none())
            || !(rawSplitter.mayFind(utf8, from, to) || normalizedSplitter.mayFind(utf8, from, to));
    return plain && !prefixSpace && normalization.leavesAlone(utf8, from, to);
  }

  /** Takes the pieces of a text in their order. */
  interface Receiver {
    /** An added token that stands from {@code start} to {@code end} of an aligned text. */
    void added(AddedToken token, int start, int end, Alignment alignment);

    /**
     * The normalized text without added tokens that the scratch holds now.
     *
     * @param prefixed whether it has a space more at its start
     */
    void plain(EncoderScratch scratch, Plain plain, boolean prefixed);
  }

  /** A part of a normalized text. */
  record Plain(String text, int start, int end, Alignment alignment) {
    boolean startsWithSpace() {
      return start == end || text.charAt(start) == ' ';
    }
  }

  /**
   * Splits a text.
   *
   * @param aligned whether the receiver wants to know where in the text the pieces are; else the
   *     alignments mean nothing
   */
  void forEach(
      String text, AddedTokens policy, boolean aligned, EncoderScratch scratch, Receiver receiver) {
    if (policy.equals(AddedTokens.none())) {
      plain(
          new Plain(text, 0, text.length(), Alignment.IDENTITY),
          policy,
          aligned,
          scratch,
          receiver);
      return;
    }
    for (var piece : rawSplitter.split(text, Recognition.of(policy, Alignment.IDENTITY))) {
      if (piece.token().isPresent()) {
        receiver.added(piece.token().get(), piece.start(), piece.end(), Alignment.IDENTITY);
      } else {
        Plain plain = new Plain(text, piece.start(), piece.end(), Alignment.IDENTITY);
        plain(plain, policy, aligned, scratch, receiver);
      }
    }
  }

  private void plain(
      Plain plain, AddedTokens policy, boolean aligned, EncoderScratch scratch, Receiver receiver) {
    char largest = scratch.text().set(plain.text(), plain.start(), plain.end());
    boolean changed = normalization != Normalization.NONE && largest >= FIRST_CHANGED;
    boolean split = !normalizedSplitter.isEmpty() && !policy.equals(AddedTokens.none());
    if (!changed && !split) {
      give(plain, scratch, receiver);
      return;
    }
    String part = Utf16.replaceLoneSurrogates(plain.text().substring(plain.start(), plain.end()));
    String normalized = changed ? normalization.apply(part) : part;
    Alignment alignment = Alignment.shifted(plain.start());
    if (!normalized.equals(part)) {
      scratch.text().set(normalized, 0, normalized.length());
      if (aligned || policy instanceof AddedTokens.Outside) {
        alignment = Alignment.of(normalization.aligned(part), plain.start());
      }
    }
    Plain whole = new Plain(normalized, 0, normalized.length(), alignment);
    if (split) {
      splitNormalized(whole, policy, scratch, receiver);
    } else {
      give(whole, scratch, receiver);
    }
  }

  private void splitNormalized(
      Plain whole, AddedTokens policy, EncoderScratch scratch, Receiver receiver) {
    String text = whole.text();
    Alignment alignment = whole.alignment();
    for (var piece : normalizedSplitter.split(text, Recognition.of(policy, alignment))) {
      if (piece.token().isPresent()) {
        receiver.added(piece.token().get(), piece.start(), piece.end(), alignment);
      } else {
        scratch.text().set(text, piece.start(), piece.end());
        give(new Plain(text, piece.start(), piece.end(), alignment), scratch, receiver);
      }
    }
  }

  private void give(Plain plain, EncoderScratch scratch, Receiver receiver) {
    boolean prefixed = prefixSpace && !plain.startsWithSpace();
    if (prefixed) {
      scratch.text().prefixSpace();
    }
    receiver.plain(scratch, plain, prefixed);
  }
}
