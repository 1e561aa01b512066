// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.mindspeed;

/** What the user says, and what the assistant answers. */
record Turn(String question, String answer) {}
