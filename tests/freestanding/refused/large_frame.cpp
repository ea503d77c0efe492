// SPDX-License-Identifier: MIT
//
// Refused: a frame that would overflow the small stack of a kernel thread.

void fill(char*);
void on_the_stack() {
    char buffer[2048];
    fill(buffer);
}
