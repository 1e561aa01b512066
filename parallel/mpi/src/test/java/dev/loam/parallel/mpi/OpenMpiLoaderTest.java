// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.mpi;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;

final class OpenMpiLoaderTest {
  private static final String VERSION =
      """
      int MPI_Get_library_version(char *text, int *length) {
        const char *version = "%s";
        int n = 0;
        for (; version[n]; n++) text[n] = version[n];
        text[n] = 0;
        *length = n;
        return 0;
      }
      """;

  @TempDir Path folder;

  @Test
  void saysHowToInstallWhatIsMissing() {
    assertThatThrownBy(() -> OpenMpiLoader.load("/no/such/libmpi.so"))
        .isInstanceOf(MpiException.class)
        .hasMessageContainingAll(
            "Open MPI cannot be loaded",
            "apt install openmpi-bin libopenmpi-dev",
            "LOAM_MPI_LIBRARY",
            "/no/such/libmpi.so");
  }

  @Test
  void refusesAnotherMpi() {
    Path library = compile(VERSION.formatted("MPICH Version: 4.0.2\\nMPICH Release date: today"));
    assertThatThrownBy(() -> OpenMpiLoader.load(library.toString()))
        .isInstanceOf(MpiException.class)
        .hasMessageContainingAll(
            "libmpi-made.so", "is not an Open MPI", "it says it is 'MPICH Version: 4.0.2'")
        .hasMessageNotContaining("Release date");
  }

  @Test
  void refusesAnOpenMpiWithoutItsSymbols() {
    Path library = compile(VERSION.formatted("Open MPI v99.0"));
    assertThatThrownBy(() -> OpenMpiLoader.load(library.toString()))
        .isInstanceOf(MpiException.class)
        .hasMessageContainingAll("Open MPI v99.0 lacks a symbol", "ompi_mpi_comm_world");
  }

  @Test
  void refusesALibraryThatIsNoMpi() {
    Path library = compile("int nothing(void) { return 0; }");
    assertThatThrownBy(() -> OpenMpiLoader.load(library.toString()))
        .isInstanceOf(MpiException.class)
        .hasMessageContaining("it has no MPI_Get_library_version");
  }

  /** Makes a library of C, where there is a compiler. */
  private Path compile(String source) {
    Path library = folder.resolve("libmpi-made.so");
    try {
      Path file = Files.writeString(folder.resolve("made.c"), source);
      Process compiler =
          new ProcessBuilder("cc", "-shared", "-fPIC", "-o", library.toString(), file.toString())
              .inheritIO()
              .start();
      if (compiler.waitFor() != 0) {
        throw new IllegalStateException("cc failed");
      }
    } catch (IOException e) {
      throw new TestAbortedException("skipped: no C compiler", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return library;
  }
}
