// SPDX-License-Identifier: MIT
//
// heat_network: a machine as lumps of metal between which heat flows, stepped exactly. For plants that are no single ladder: several
// dies on one sink, cores side by side, fans and dust that change a resistance.
//
//     watts ─▶ (die) ──g── (spreader) ──g── (sink) ──g── air          C dT/dt = -G T + watts + g air
//     watts ─▶ (die) ──g──────┘
//
// The equation is linear, so a step with constant watts is exact: T := e^(A h) T + (integral of e^(A s) ds) f, by Taylor's series
// of a small step and doubling.
//
// Complexity: step O(n^2); changing a conductance or a node O(20 n^3), at the next step.

#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <stdexcept>
#include <utility>
#include <vector>

namespace maxwell::sim {

struct heat_node {
    double j_per_k;          ///< capacity
    double air_w_per_k = 0;  ///< conductance to the air
};

struct heat_link {
    std::size_t a;
    std::size_t b;
    double w_per_k;
};

class heat_network {
public:
    /// As cold as the air. Throws std::invalid_argument where a link leads nowhere or a node has no capacity.
    heat_network(std::vector<heat_node> nodes, std::vector<heat_link> links, double air_c, double step_s)
        : nodes_(std::move(nodes)),
          links_(std::move(links)),
          celsius_(nodes_.size(), air_c),
          air_c_(air_c),
          step_s_(step_s) {
        for (heat_node const& n : nodes_) {
            if (!(n.j_per_k > 0)) throw std::invalid_argument("a node without capacity");
        }
        for (heat_link const& l : links_) {
            if (l.a >= nodes_.size() || l.b >= nodes_.size()) throw std::invalid_argument("a link that leads nowhere");
        }
    }

    std::size_t size() const { return nodes_.size(); }
    double temperature(std::size_t node) const { return celsius_[node]; }
    double air() const { return air_c_; }
    void air(double celsius) { air_c_ = celsius; }

    /// To be changed between steps.
    heat_node& node(std::size_t n) {
        stale_ = true;
        return nodes_[n];
    }
    heat_link& link(std::size_t l) {
        stale_ = true;
        return links_[l];
    }

    /// watts[i] flow into node i for a step; nothing into nodes beyond.
    void step(std::vector<double> const& watts) {
        if (stale_) prepare();
        const std::size_t n = size();
        forcing(watts, forcing_);
        next_.assign(n, 0);
        for (std::size_t i = 0; i < n; ++i) {
            for (std::size_t j = 0; j < n; ++j) {
                next_[i] += decay_[i * n + j] * celsius_[j] + answer_[i * n + j] * forcing_[j];
            }
        }
        std::swap(celsius_, next_);
    }

    /// The state in which `watts` have flowed for ever. Throws std::domain_error where a node has no way to the air.
    void settle(std::vector<double> const& watts) {
        const std::size_t n = size();
        std::vector<double> a = rates();
        std::vector<double> t;
        forcing(watts, t);
        for (double& v : t) v = -v;
        for (std::size_t k = 0; k < n; ++k) {  // A t = -f, and A is dominated by its diagonal
            if (!(a[k * n + k] < -1e-12)) throw std::domain_error("a node without a way to the air");
            for (std::size_t i = k + 1; i < n; ++i) {
                const double factor = a[i * n + k] / a[k * n + k];
                for (std::size_t j = k; j < n; ++j) a[i * n + j] -= factor * a[k * n + j];
                t[i] -= factor * t[k];
            }
        }
        for (std::size_t k = n; k-- != 0;) {
            for (std::size_t j = k + 1; j < n; ++j) t[k] -= a[k * n + j] * t[j];
            t[k] /= a[k * n + k];
        }
        celsius_ = std::move(t);
    }

private:
    /// A, row by row: per second.
    std::vector<double> rates() const {
        const std::size_t n = size();
        std::vector<double> a(n * n);
        for (std::size_t i = 0; i < n; ++i) {
            a[i * n + i] = -nodes_[i].air_w_per_k / nodes_[i].j_per_k;
        }
        for (heat_link const& l : links_) {
            for (auto const& [from, to] : {std::pair{l.a, l.b}, std::pair{l.b, l.a}}) {
                a[from * n + to] += l.w_per_k / nodes_[from].j_per_k;
                a[from * n + from] -= l.w_per_k / nodes_[from].j_per_k;
            }
        }
        return a;
    }

    void forcing(std::vector<double> const& watts, std::vector<double>& f) const {
        f.resize(size());
        for (std::size_t i = 0; i < size(); ++i) {
            heat_node const& n = nodes_[i];
            f[i] = ((i < watts.size() ? watts[i] : 0) + n.air_w_per_k * air_c_) / n.j_per_k;
        }
    }

    std::vector<double> product(std::vector<double> const& a, std::vector<double> const& b) const {
        const std::size_t n = size();
        std::vector<double> c(n * n);
        for (std::size_t i = 0; i < n; ++i) {
            for (std::size_t k = 0; k < n; ++k) {
                for (std::size_t j = 0; j < n; ++j) c[i * n + j] += a[i * n + k] * b[k * n + j];
            }
        }
        return c;
    }

    void prepare() {
        const std::size_t n = size();
        const std::vector<double> a = rates();
        double fastest = 0;
        for (const double v : a) fastest = std::max(fastest, std::abs(v));
        double h = step_s_;
        int doublings = 0;
        for (; fastest * h * static_cast<double>(n) > .5; h /= 2) ++doublings;
        // integral = h (1 + A h/2! + (A h)^2/3! + ...), and e^(A h) = 1 + A integral
        std::vector<double> term(n * n);
        for (std::size_t i = 0; i < n; ++i) term[i * n + i] = h;
        answer_ = term;
        for (int k = 2; k < 18; ++k) {
            term = product(term, a);
            for (double& v : term) v *= h / k;
            for (std::size_t i = 0; i < n * n; ++i) answer_[i] += term[i];
        }
        decay_ = product(a, answer_);
        for (std::size_t i = 0; i < n; ++i) decay_[i * n + i] += 1;
        for (; doublings != 0; --doublings) {
            const std::vector<double> later = product(decay_, answer_);
            for (std::size_t i = 0; i < n * n; ++i) answer_[i] += later[i];
            decay_ = product(decay_, decay_);
        }
        stale_ = false;
    }

    std::vector<heat_node> nodes_;
    std::vector<heat_link> links_;
    std::vector<double> celsius_;
    std::vector<double> next_;
    std::vector<double> forcing_;
    std::vector<double> decay_;   ///< e^(A h)
    std::vector<double> answer_;  ///< its integral over a step
    double air_c_;
    double step_s_;
    bool stale_ = true;
};

}  // namespace maxwell::sim
