// SPDX-License-Identifier: MIT
//
// serving_engine: what serving a large language model with continuous batching costs, iteration by iteration.
//
// An engine runs up to a number of sequences at a time. In each iteration every running sequence generates one token, and the prompts of
// newly admitted requests are read besides, up to a number of prompt tokens. From its admission to its last token a request occupies one
// sequence and, in the cache, its whole prompt and answer.
//
//     iteration    |-- 12 ms --|-- 50 us per prompt token read --|-- 80 us per running sequence --|
//     sequences    64          cache   100,000 tokens            prompt tokens   2,048 an iteration
//
// A prompt that is longer than an iteration takes is read in one iteration that takes no other. Costs are parameters; the defaults are
// round numbers of the order of a large model on one GPU. What that leaves out: chunked and cached prompts, preemption, swapping, several
// GPUs, and attention's cost growing with the length of a sequence.
//
//     operation   cost            why
//     fits        O(1)            compares
//     admit       O(1) amortised  an append
//     iterate     O(sequences)    each generates a token

#pragma once

#include <algorithm>  // remove_if
#include <cstddef>    // size_t
#include <cstdint>    // uint32_t, uint64_t
#include <vector>     // running sequences

namespace maxwell::sim {

/// What an iteration costs and what it has room for. Every count is at least 1.
struct serving_costs {
    std::uint64_t iteration_ns = 12'000'000;
    std::uint64_t prompt_token_ns = 50'000;
    std::uint64_t sequence_ns = 80'000;    ///< of each running sequence, each iteration
    std::uint32_t sequences = 64;          ///< that run at a time
    std::uint32_t cache_tokens = 100'000;  ///< prompts and answers of all running sequences
    std::uint32_t prompt_tokens = 2'048;   ///< read in one iteration

    /// Machine time that a request takes when the engine is full: its prompt, and its part of as many iterations as it has tokens.
    constexpr std::uint64_t machine_ns(std::uint32_t context, std::uint32_t generated) const noexcept {
        return context * prompt_token_ns + generated * (iteration_ns / sequences + sequence_ns);
    }
};

class serving_engine {
public:
    explicit serving_engine(serving_costs const& costs) : costs_(costs) {}

    serving_costs const& costs() const noexcept { return costs_; }

    /// Is no sequence running?
    bool idle() const noexcept { return running_.empty(); }
    /// Sequences that can still be admitted.
    std::uint32_t free_sequences() const noexcept {
        return costs_.sequences - static_cast<std::uint32_t>(running_.size());
    }
    /// Tokens that the cache still has room for.
    std::uint32_t free_cache() const noexcept { return costs_.cache_tokens - cached_; }

    /// Can a request ever be served?
    bool serves(std::uint32_t context, std::uint32_t generated) const noexcept {
        return std::uint64_t{context} + generated <= costs_.cache_tokens;
    }

    /// Is there room for a request in the next iteration?
    bool fits(std::uint32_t context, std::uint32_t generated) const noexcept {
        return free_sequences() != 0 && std::uint64_t{context} + generated <= free_cache() &&
               (prompts_ == 0 || std::uint64_t{prompts_} + context <= costs_.prompt_tokens);
    }

    /// Admits a request into the next iteration. Returns false and changes nothing if it doesn't fit.
    bool admit(std::uint32_t context, std::uint32_t generated) {
        if (!fits(context, generated)) return false;
        running_.push_back({generated, context + generated});
        cached_ += context + generated;
        prompts_ += context;
        return true;
    }

    /// Runs an iteration: each running sequence generates a token, and those that have generated their last one leave. Returns how long it
    /// takes, in nanoseconds.
    std::uint64_t iterate() {
        const std::uint64_t took =
            costs_.iteration_ns + prompts_ * costs_.prompt_token_ns + running_.size() * costs_.sequence_ns;
        prompts_ = 0;
        const auto done = [this](sequence& s) {
            if (s.left > 1) return --s.left, false;
            cached_ -= s.tokens;
            return true;
        };
        running_.erase(std::remove_if(running_.begin(), running_.end(), done), running_.end());
        return took;
    }

private:
    struct sequence {
        std::uint32_t left;    ///< tokens to generate
        std::uint32_t tokens;  ///< in the cache, prompt and whole answer
    };

    serving_costs costs_;
    std::vector<sequence> running_;
    std::uint32_t cached_ = 0;
    std::uint32_t prompts_ = 0;  ///< prompt tokens admitted into the next iteration
};

}  // namespace maxwell::sim
