// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.mpi;

import com.sun.jna.Function;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import java.util.List;

/**
 * Finds Open MPI and makes sure that it is Open MPI, whose handles are exported symbols. Nothing of
 * MPI is started here.
 */
final class OpenMpiLoader {
  private static final List<String> NAMES =
      List.of("libmpi.so.40", "libmpi.so", "libmpi.40.dylib", "libmpi.dylib");
  private static final int VERSION_BYTES = 8192;

  private OpenMpiLoader() {}

  /**
   * Loads the library.
   *
   * @param chosen its name or path; empty to search under the usual names
   * @throws MpiException if there is none, or it is another MPI
   */
  static OpenMpi load(String chosen) {
    Found found = open(chosen);
    String version = version(found);
    if (!version.startsWith("Open MPI")) {
      throw another(found, "it says it is '" + version + "'");
    }
    try {
      OpenMpi mpi =
          new OpenMpi(
              address(found.library, "ompi_mpi_comm_world"),
              address(found.library, "ompi_mpi_byte"),
              address(found.library, "ompi_mpi_errors_return"),
              address(found.library, "ompi_mpi_info_null"),
              version);
      Native.register(MpiFunctions.class, found.library);
      return mpi;
    } catch (UnsatisfiedLinkError e) {
      throw another(found, version + " lacks a symbol: " + e.getMessage());
    }
  }

  private static Found open(String chosen) {
    List<String> names = chosen.isEmpty() ? NAMES : List.of(chosen);
    StringBuilder tried = new StringBuilder();
    for (String name : names) {
      try {
        return new Found(name, NativeLibrary.getInstance(name));
      } catch (UnsatisfiedLinkError e) {
        tried
            .append("\n  ")
            .append(name)
            .append(": ")
            .append(firstLine(String.valueOf(e.getMessage())));
      }
    }
    throw new MpiException(
        "Open MPI cannot be loaded; install it (Debian, Ubuntu: apt install openmpi-bin"
            + " libopenmpi-dev) or name its library in "
            + Settings.LIBRARY_VARIABLE
            + ". Tried:"
            + tried);
  }

  private static String version(Found found) {
    try {
      Function function = found.library.getFunction("MPI_Get_library_version");
      byte[] text = new byte[VERSION_BYTES];
      int[] length = new int[1];
      int code = function.invokeInt(new Object[] {text, length});
      if (code != MpiFunctions.SUCCESS) {
        throw another(found, "MPI_Get_library_version failed with code " + code);
      }
      return firstLine(Native.toString(text));
    } catch (UnsatisfiedLinkError e) {
      throw another(found, "it has no MPI_Get_library_version");
    }
  }

  private static long address(NativeLibrary library, String symbol) {
    return Pointer.nativeValue(library.getGlobalVariableAddress(symbol));
  }

  /**
   * A library that could be loaded.
   *
   * @param name under which
   */
  private record Found(String name, NativeLibrary library) {}

  private static String firstLine(String text) {
    return text.lines().findFirst().orElse("").strip();
  }

  private static MpiException another(Found found, String problem) {
    return new MpiException(
        found.name
            + " is not an Open MPI that can be used: "
            + problem
            + ". Loam needs Open MPI 4 or newer (Debian, Ubuntu: apt install openmpi-bin"
            + " libopenmpi-dev); name its library in "
            + Settings.LIBRARY_VARIABLE);
  }
}
