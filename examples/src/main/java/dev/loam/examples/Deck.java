// SPDX-License-Identifier: Apache-2.0
package dev.loam.examples;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Draws the numbers 0 to {@code size - 1} like cards: each comes up once before any comes up again.
 */
final class Deck {
  private final int size;
  private final SplitMix64 random;
  private final List<Integer> waiting = new ArrayList<>();

  Deck(int size, SplitMix64 random) {
    this.size = size;
    this.random = random;
  }

  /** The next card that is not among {@code avoided}; any card, if all of them are. */
  int draw(Set<Integer> avoided) {
    Set<Integer> unwanted = avoided.size() < size ? avoided : Set.of();
    OptionalInt card = take(unwanted);
    if (card.isEmpty()) {
      refill();
      card = take(unwanted);
    }
    return card.orElseThrow();
  }

  private OptionalInt take(Set<Integer> unwanted) {
    for (Iterator<Integer> cards = waiting.iterator(); cards.hasNext(); ) {
      int card = cards.next();
      if (!unwanted.contains(card)) {
        cards.remove();
        return OptionalInt.of(card);
      }
    }
    return OptionalInt.empty();
  }

  /** Puts a shuffled deck (Fisher-Yates, inside out) behind the cards that are still waiting. */
  private void refill() {
    int start = waiting.size();
    for (int card = 0; card < size; card++) {
      waiting.add(start + random.below(card + 1), card);
    }
  }
}
