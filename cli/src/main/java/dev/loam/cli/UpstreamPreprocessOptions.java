// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import java.util.List;
import picocli.CommandLine.Option;

/**
 * Options of MindFormers' and Megatron-LM's preprocessing that have no meaning here, so that their
 * command lines work as they are.
 */
@SuppressWarnings("NullAway.Init") // the fields are set by picocli
final class UpstreamPreprocessOptions {
  @Option(names = "--trust-remote-code", hidden = true)
  private boolean trustRemoteCode;

  @Option(names = "--split-sentences", hidden = true)
  private boolean splitSentences;

  @Option(names = "--keep-newlines", hidden = true)
  private boolean keepNewlines;

  /** Of the other tokenizers, or without effect upstream, too. */
  @Option(
      names = {
        "--vocab-size",
        "--lang",
        "--vocab-file",
        "--merge-file",
        "--merges-file",
        "--tokenizer-file",
        "--eos_token",
        "--add_bos_token",
        "--add_eos_token",
        "--register_path",
        "--auto_register"
      },
      arity = "0..1",
      hidden = true)
  private List<String> otherTokenizers = List.of();

  /** Refuses what would change the result, and says what has no effect. */
  void check(Streams streams) {
    if (splitSentences) {
      throw new UsageException(
          "--split-sentences is not known; split the texts beforehand and give each document's"
              + " sentences as a list of strings");
    }
    if (!otherTokenizers.isEmpty()) {
      streams.say("options of other tokenizers have no effect: the tokenizer's folder says all");
    }
    if (keepNewlines) {
      streams.say("--keep-newlines has no effect without --split-sentences");
    }
    if (trustRemoteCode) {
      streams.say("--trust-remote-code has no effect: no code of a tokenizer's is ever run");
    }
  }
}
