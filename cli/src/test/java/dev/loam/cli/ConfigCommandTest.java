// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigCommandTest {
  @TempDir Path folder;

  @Test
  void checkSaysWhatTheConfigurationComesTo() throws IOException {
    TinyRun run = new TinyRun(folder);
    Path config = run.config("profile: True");
    Cli.Result result =
        Cli.run("config", "check", "--config", config, "--runner_config.epochs=2").ok();
    assertThat(result.messages()).isEmpty();
    assertThat(result.out())
        .startsWith(config + ": ok\nmodel: ")
        .contains("1 layers, hidden size 16, vocabulary 32, tied\n")
        .contains("data: 8 samples of 16 tokens from 1 " + run.prefix() + "\n")
        .endsWith("ignored: profile\n");
    assertThat(run.output()).doesNotExist();
    String explained =
        Cli.run("config", "check", "--config", config, "--explain", "--epochs", 2).ok().out();
    assertThat(explained)
        .startsWith(result.out() + "\n")
        .contains("epochs: 2 ")
        .contains("# --epochs\n");
  }

  @Test
  void checkListsAllProblems() throws IOException {
    Path config = new TinyRun(folder).config("sede: 1");
    Cli.assertRefused(
        Cli.run("config", "check", "--config", config, "--epochs", "0"),
        ExitCodes.USAGE,
        "2 problems in the configuration",
        "--epochs: runner_config.epochs must be from 1 to 2147483647, not 0",
        config + ":13:1: unknown key sede; did you mean seed?");
  }

  @Test
  void checkSaysWhatCannotBeRun() throws IOException {
    Path config = new TinyRun(folder).config();
    Object[] records = {
      "--config", config, "--train_dataset.data_loader", "{type: HFDataLoader, path: rows.jsonl}"
    };
    assertThat(Cli.run(Cli.with(new Object[] {"config", "check"}, records)).ok().out())
        .startsWith(config + ": ok, but it cannot be run:\n  --train_dataset.data_loader");
    Cli.assertRefused(
        Cli.run(Cli.with(new Object[] {"train"}, records)),
        ExitCodes.USAGE,
        "HFDataLoader cannot be trained on without a handler that makes samples");
  }

  @Test
  void showIsAConfigurationThatTrainsTheSame() throws IOException {
    TinyRun run = new TinyRun(folder).withData(TinyRun.VOCABULARY - 1);
    Path config = run.config();
    String shown = Cli.run("config", "show", "--config", config, "--stop_step", 2).ok().out();
    Path again = Files.writeString(folder.resolve("again.yaml"), shown);
    assertThat(Cli.run("config", "show", "--config", again).ok().out()).isEqualTo(shown);
    Cli.run("train", "--config", again, "--threads", 1).ok();
    assertThat(Files.readAllLines(run.output().resolve("metrics.jsonl"))).hasSize(2);
  }

  @Test
  void explainSaysWhereValuesComeFromAndRunsNothing() throws IOException {
    TinyRun run = new TinyRun(folder);
    Path config = run.config();
    Object[] options = {"--config", config, "--explain", "--seed", 3};
    String shown = Cli.run(Cli.with(new Object[] {"config", "show"}, options)).ok().out();
    assertThat(shown.replaceAll(" +#", " #"))
        .contains("seed: 3 # --seed\n")
        .contains("  batch_size: 2 # " + config + ":6:29\n")
        .contains("  epochs: 1 # default\n");
    assertThat(Cli.run(Cli.with(new Object[] {"train"}, options)).ok().out()).isEqualTo(shown);
    assertThat(run.output()).doesNotExist();
  }

  @Test
  void optionsInAllForms() throws IOException {
    Path config = new TinyRun(folder).config();
    String shown =
        Cli.run(
                "config",
                "show",
                "--config=" + config,
                "--options",
                "runner_config.epochs=4",
                "optimizer.betas=[0.5, 0.6]",
                "--use_parallel",
                "False",
                "--run_mode",
                "train",
                "--seed=1",
                "--seed",
                "2")
            .ok()
            .out();
    assertThat(shown)
        .contains("epochs: 4\n", "betas: [0.5, 0.6]\n", "use_parallel: False\n", "seed: 2\n");
    Cli.assertRefused(
        Cli.run("config", "check", "--config", config, "--options"),
        ExitCodes.USAGE,
        "--options needs KEY=VALUE");
    Cli.assertRefused(
        Cli.run("config", "check", "--config", config, "--options", "epochs"),
        ExitCodes.USAGE,
        "--options: not understood: epochs; expected KEY=VALUE");
    Cli.assertRefused(
        Cli.run("config", "check", "--config", config, "--use_parallel", "--seed", "1"),
        ExitCodes.USAGE,
        "--use_parallel needs a value");
    Cli.assertRefused(Cli.run("config"), ExitCodes.USAGE, "there is check, show");
  }
}
