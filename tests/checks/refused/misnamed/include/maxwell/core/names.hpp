// SPDX-License-Identifier: MIT
//
// Refused: names that are not the house's.

#pragma once

class names {
public:
    int camelCase() const { return lacks_underscore; }

private:
    int lacks_underscore = 0;
};
