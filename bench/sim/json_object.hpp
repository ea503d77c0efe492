// SPDX-License-Identifier: MIT
//
// object: reads an object of a JSON file strictly: types, ranges, and no key that nobody asked for.

#pragma once

#include "sim/json_lines.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace maxwell::simulator {

using nlohmann::json;
inline constexpr double lots = std::numeric_limits<double>::max();

/// What is wrong with the file, without the file's name.
struct fault {
    std::string sentence;
};

/// An object of the file. Every key that is asked for is known; finish() refuses the others.
class object {
public:
    object(json const& j, std::string path, line_map const& lines) : json_(j), path_(std::move(path)), lines_(lines) {
        if (!j.is_object()) fail(path_, "has to be an object, {...}");
    }

    [[noreturn]] void fail(std::string const& path, std::string_view what) const {
        const auto named = path.empty() ? std::string("the experiment") : path;
        throw fault{fmt::format("line {}: {} {}", lines_.line_of(path), named, what)};
    }
    [[noreturn]] void fail_here(std::string_view what) const { fail(path_, what); }
    [[noreturn]] void fail_at(std::string_view key, std::string_view what) const { fail(path_of(key), what); }

    bool has(std::string_view key) {
        known_.insert(std::string(key));
        return json_.contains(key);
    }
    json const& at(std::string_view key) {
        if (!has(key)) fail(path_, fmt::format("lacks \"{}\"", key));
        return json_.at(std::string(key));
    }
    double number(std::string_view key, double least, double most) {
        json const& j = at(key);
        if (!j.is_number()) fail_at(key, "has to be a number");
        const double v = j.get<double>();
        if (v < least || v > most) {
            fail_at(key, most == lots ? fmt::format("has to be at least {:g}", least)
                                      : fmt::format("has to be from {:g} to {:g}", least, most));
        }
        return v;
    }
    void maybe_number(std::string_view key, double& into, double least, double most = lots) {
        if (has(key)) into = number(key, least, most);
    }
    void count(std::string_view key, std::uint32_t& into, std::uint32_t least, std::uint32_t most) {
        if (!has(key)) return;
        if (!at(key).is_number_integer()) fail_at(key, "has to be a whole number");
        into = static_cast<std::uint32_t>(number(key, least, most));
    }
    void text(std::string_view key, std::string& into) {
        if (!has(key)) return;
        if (!at(key).is_string()) fail_at(key, "has to be text");
        into = at(key).get<std::string>();
    }
    /// One of several words: the index.
    std::size_t word(std::string_view key, std::vector<std::string_view> const& words) {
        std::string found(words.front());
        text(key, found);
        for (std::size_t i = 0; i < words.size(); ++i) {
            if (found == words[i]) return i;
        }
        fail_at(key, fmt::format("has to be one of {}, not \"{}\"", fmt::join(words, ", "), found));
    }
    void boolean(std::string_view key, bool& into) {
        if (!has(key)) return;
        if (!at(key).is_boolean()) fail_at(key, "has to be true or false");
        into = at(key).get<bool>();
    }
    json const& list(std::string_view key) {
        json const& j = at(key);
        if (!j.is_array() || j.empty()) fail_at(key, "has to be a list, [...], that is not empty");
        return j;
    }
    object child(std::string_view key) { return {at(key), path_of(key), lines_}; }

    /// The only key, for what is written as {"kind": {...}}.
    std::string only_key() {
        if (json_.size() != 1) fail(path_, "has to have exactly one key, its kind");
        return json_.begin().key();
    }
    void finish() const {
        for (auto const& [key, value] : json_.items()) {
            if (known_.count(key) == 0)
                fail(path_of(key), fmt::format("is not known here; known are {}", fmt::join(known_, ", ")));
        }
    }
    std::string path_of(std::string_view key) const { return fmt::format("{}/{}", path_, key); }
    line_map const& lines() const { return lines_; }

private:
    json const& json_;
    std::string path_;
    line_map const& lines_;
    std::set<std::string> known_;
};

}  // namespace maxwell::simulator
