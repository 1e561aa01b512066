// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.mpi;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The version of Loam, as the build writes it into this module's archive. */
final class BuildVersion {
  private static final String FILE = "/META-INF/maven/dev.loam/loam-parallel-mpi/pom.properties";

  private BuildVersion() {}

  /** The version; {@code unpackaged} when run from folders of classes. */
  static String read() {
    try (InputStream in = BuildVersion.class.getResourceAsStream(FILE)) {
      Properties properties = new Properties();
      if (in != null) {
        properties.load(in);
      }
      return properties.getProperty("version", "unpackaged");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
