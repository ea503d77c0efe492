// SPDX-License-Identifier: MIT
//
// batch_mean: the mean of a long run whose values depend on their predecessors, and how sure it is.
//
// Awards of a sampler that lie within an epoch share noise, so the variance of single values says too little. Sums of batches that
// are much longer than an epoch are nearly independent: the standard error is theirs.

#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

namespace maxwell::test {

class batch_mean {
public:
    explicit batch_mean(std::size_t batch = 500) : batch_(batch) {}

    void add(double value) {
        sum_ += value;
        if (++count_ < batch_) return;
        means_.push_back(sum_ / static_cast<double>(batch_));
        sum_ = 0;
        count_ = 0;
    }
    double mean() const {
        double all = 0;
        for (const double m : means_) all += m;
        return all / static_cast<double>(means_.size());
    }
    double standard_error() const {
        double squares = 0;
        for (const double m : means_) squares += (m - mean()) * (m - mean());
        const auto n = static_cast<double>(means_.size());
        return std::sqrt(squares / (n - 1) / n);
    }
    /// Within five standard errors: one run in two million of a right value lies outside.
    bool agrees_with(double value) const { return std::abs(mean() - value) <= tolerance(); }
    bool is_at_most(double value) const { return mean() <= value + tolerance(); }

private:
    /// And ten values more: batches that are all alike, because what they count is rare, say nothing about the error.
    double tolerance() const { return 5 * standard_error() + 10 / static_cast<double>(means_.size() * batch_); }

    std::size_t batch_;
    std::size_t count_ = 0;
    double sum_ = 0;
    std::vector<double> means_;
};

}  // namespace maxwell::test
