// SPDX-License-Identifier: Apache-2.0
package dev.loam.examples.embed;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The programs, run one after the other as their user would. */
class ProgramsTest {
  @TempDir Path folder;

  private static String said(Consumer<String[]> program, Object... arguments) {
    String[] texts = new String[arguments.length];
    for (int i = 0; i < texts.length; i++) {
      texts[i] = arguments[i].toString();
    }
    PrintStream before = System.out;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (PrintStream captured = new PrintStream(out, true, UTF_8)) {
      System.setOut(captured);
      program.accept(texts);
    } finally {
      System.setOut(before);
    }
    return out.toString(UTF_8);
  }

  @Test
  void modelsAreTrainedResumedTunedAndUsed() {
    Path up = folder.resolve("up");
    Path down = folder.resolve("down");
    Path resumed = folder.resolve("resumed");
    assertThat(said(PreTrain::main, up)).contains("step   150/150", "trained to a loss of 0.");
    assertThat(said(Generate::main, up, 3, 4, 5, 6)).contains("goes on with [7, 8, 9, 10]");

    assertThat(said(Resume::main, resumed, folder.resolve("checkpoints")))
        .contains("after step 75 the loss is", "after step 150 the loss is");
    assertThat(resumed.resolve("model.safetensors"))
        .hasSameBinaryContentAs(up.resolve("model.safetensors"));

    assertThat(said(FineTune::main, up, down)).contains("tuned to a loss of 0.");
    assertThat(said(Generate::main, down, 13, 12, 11, 10)).contains("goes on with [9, 8, 7, 6]");
  }

  @Test
  void adaptersAreTrainedBesideAModelThatStaysAsItIs() throws IOException {
    Path up = folder.resolve("up");
    assertThat(said(PreTrain::main, up)).contains("trained to a loss of 0.");
    byte[] weights = Files.readAllBytes(up.resolve("model.safetensors"));
    assertThat(said(Lora::main, up, folder.resolve("adapter"), 13, 12, 11, 10))
        .contains("adapted to a loss of 0.", "goes on with [9, 8, 7, 6]");
    assertThat(up.resolve("model.safetensors")).hasBinaryContent(weights);
    assertThat(said(Generate::main, up, 3, 4, 5, 6)).contains("goes on with [7, 8, 9, 10]");
  }
}
