// SPDX-License-Identifier: MIT
//
// Refused: a name that is not the house's, in a hosted header.

#pragma once

struct hosted {
    static int camelCase() { return 0; }
};
