// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.torch;

/**
 * An entry as a zip archive's central directory describes it.
 *
 * @param flags the general purpose bits
 * @param method 0 if it is stored as it is
 * @param storedBytes its size in the archive
 * @param bytes its size
 * @param position the first byte of its own header, as far as the directory says
 */
record ZipEntryHeader(
    String name, int flags, int method, long storedBytes, long bytes, long position) {}
