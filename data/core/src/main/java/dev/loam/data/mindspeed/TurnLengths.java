// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.mindspeed;

/** How many tokens of a question and of its answer are kept. */
record TurnLengths(int question, int answer) {
  /**
   * MindSpeed-LLM's rule, for turns that are too long: where the answer has less than half of the
   * room the question is cut, where the question has, the answer, and else both in proportion.
   *
   * @param room the most tokens both may have together
   */
  static TurnLengths within(int question, int answer, int room) {
    int most;
    if (answer * 2L < room) {
      most = room;
    } else if (question * 2L < room) {
      most = room - question;
    } else {
      most = (int) (room * ((double) answer / (question + answer)));
    }
    int kept = Math.min(most, answer);
    return new TurnLengths(Math.min(Math.max(room - kept, 0), question), kept);
  }
}
