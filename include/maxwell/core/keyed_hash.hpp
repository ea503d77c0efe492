// SPDX-License-Identifier: MIT
//
// keyed_hash: a random number for each (word, tail), unpredictable without the key.
//
// It is SipHash (Aumasson and Bernstein 2012) of a message of 15 bytes, `word` and then `tail`, both little-endian: made for
// short inputs under a secret key, and no distinguisher is known for the reduced 1-3 rounds either. A multiply-and-shift mixer
// costs half as much, but a few outputs reveal its inner state, and an agent that knows its noise can exploit it.
//
//     state      v0 v1 v2 v3  <- key, mixed with constants
//     word       v3 ^= word   1 round   v0 ^= word
//     tail       v3 ^= tail   1 round   v0 ^= tail       its highest byte is the length, 15
//     finish     v2 ^= 0xFF   3 rounds  v0 ^ v1 ^ v2 ^ v3
//
//     operation    cost   why
//     keyed_hash   O(1)   5 rounds of 14 instructions, no table, no multiplication, no branch

#pragma once

#include <maxwell/core/cxx20.hpp>

#include <bit>      // rotl
#include <cstdint>  // uint64_t

namespace maxwell {

/// A secret of 128 bits. Keep it out of memory that agents can read.
struct hash_key {
    std::uint64_t low;
    std::uint64_t high;

    friend constexpr bool operator==(hash_key const&, hash_key const&) = default;
};

/// 64 random bits for `word` and the lower 56 bits of `tail`. `Compress` and `Finish` are SipHash's numbers of rounds. O(1).
template <int Compress = 1, int Finish = 3>
constexpr std::uint64_t keyed_hash(hash_key key, std::uint64_t word, std::uint64_t tail) noexcept {
    std::uint64_t v0 = key.low ^ 0x736F'6D65'7073'6575u;
    std::uint64_t v1 = key.high ^ 0x646F'7261'6E64'6F6Du;
    std::uint64_t v2 = key.low ^ 0x6C79'6765'6E65'7261u;
    std::uint64_t v3 = key.high ^ 0x7465'6462'7974'6573u;
    const auto rounds = [&](int count) noexcept {
        for (int i = 0; i < count; ++i) {
            v0 += v1;
            v2 += v3;
            v1 = std::rotl(v1, 13) ^ v0;
            v3 = std::rotl(v3, 16) ^ v2;
            v0 = std::rotl(v0, 32) + v3;
            v2 += v1;
            v1 = std::rotl(v1, 17) ^ v2;
            v3 = std::rotl(v3, 21) ^ v0;
            v2 = std::rotl(v2, 32);
        }
    };
    const auto absorb = [&](std::uint64_t block) noexcept {
        v3 ^= block;
        rounds(Compress);
        v0 ^= block;
    };
    absorb(word);
    absorb((tail & 0x00FF'FFFF'FFFF'FFFFu) | std::uint64_t{15} << 56);
    v2 ^= 0xFF;
    rounds(Finish);
    return v0 ^ v1 ^ v2 ^ v3;
}

// The example of the paper's appendix: SipHash-2-4, key 00 01 .. 0f, message 00 01 .. 0e.
static_assert(keyed_hash<2, 4>({0x0706'0504'0302'0100u, 0x0F0E'0D0C'0B0A'0908u}, 0x0706'0504'0302'0100u,
                               0x000E'0D0C'0B0A'0908u) == 0xA129'CA61'49BE'45E5u);

}  // namespace maxwell
