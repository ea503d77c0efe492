// SPDX-License-Identifier: MIT
//
// Refused: an object whose constructor runs before main; a kernel module has nobody to call it.

extern int volatile device;
int device_at_load = device;
int volatile device = 0;
