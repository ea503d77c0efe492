// SPDX-License-Identifier: MIT
//
// line_map: on which line of a JSON text each value stands, so that a mistake can be shown where it is.
//
// nlohmann-json keeps no places. So the text is read once more by its event reader, through an iterator that counts lines.

#pragma once

#include <nlohmann/json.hpp>

#include <cstddef>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace maxwell::simulator {

/// A library's message, as part of a sentence: without its id and on one line.
inline std::string one_line(std::string_view what) {
    if (const auto end = what.find("] "); what.starts_with('[') && end != what.npos) what.remove_prefix(end + 2);
    std::string text(what);
    for (char& c : text) {
        if (c == '\n') c = ' ';
    }
    return text;
}

class line_map {
public:
    /// `text` is JSON: it has been parsed before. O(bytes * log values).
    explicit line_map(std::string const& text) {
        std::size_t line = 1;
        events handler(*this, line);
        nlohmann::json::sax_parse(counting{text.data(), &line}, counting{text.data() + text.size(), &line}, &handler);
    }

    /// The line of what a path such as /machine/processors leads to, or of the nearest that is there and contains it.
    std::size_t line_of(std::string path) const {
        for (;;) {
            if (const auto found = lines_.find(path); found != lines_.end()) return found->second;
            if (path.empty()) return 1;
            path.resize(path.rfind('/'));
        }
    }

private:
    /// Reads characters and counts their lines.
    struct counting {
        using iterator_category = std::input_iterator_tag;
        using value_type = char;
        using difference_type = std::ptrdiff_t;
        using pointer = char const*;
        using reference = char const&;

        char const* at;
        std::size_t* line;

        reference operator*() const { return *at; }
        counting& operator++() {
            if (*at == '\n') ++*line;
            ++at;
            return *this;
        }
        counting operator++(int) {
            const counting before = *this;
            ++*this;
            return before;
        }
        friend bool operator==(counting const& a, counting const& b) { return a.at == b.at; }
        friend bool operator!=(counting const& a, counting const& b) { return a.at != b.at; }
    };

    class events : public nlohmann::json_sax<nlohmann::json> {
    public:
        events(line_map& map, std::size_t const& line) : map_(map), line_(line) {}
        bool null() override { return value(); }
        bool boolean(bool) override { return value(); }
        bool number_integer(number_integer_t) override { return value(); }
        bool number_unsigned(number_unsigned_t) override { return value(); }
        bool number_float(number_float_t, string_t const&) override { return value(); }
        bool string(string_t&) override { return value(); }
        bool binary(binary_t&) override { return value(); }
        bool start_object(std::size_t) override { return open(false); }
        bool start_array(std::size_t) override { return open(true); }
        bool end_object() override { return close(); }
        bool end_array() override { return close(); }
        bool key(string_t& name) override {
            levels_.back().name = name;
            map_.lines_[path()] = line_;
            return true;
        }
        bool parse_error(std::size_t, std::string const&, nlohmann::detail::exception const&) override { return false; }

    private:
        struct level {
            bool list;
            std::size_t index;
            std::string name;
        };
        std::string path() const {
            std::string p;
            for (level const& l : levels_) p += '/' + (l.list ? std::to_string(l.index) : l.name);
            return p;
        }
        bool open(bool list) {
            map_.lines_.emplace(path(), line_);
            levels_.push_back({list, 0, {}});
            return true;
        }
        bool close() {
            levels_.pop_back();
            return value();
        }
        bool value() {
            if (!levels_.empty() && levels_.back().list) ++levels_.back().index;
            return true;
        }
        line_map& map_;
        std::size_t const& line_;
        std::vector<level> levels_;
    };

    std::map<std::string, std::size_t> lines_;
};

}  // namespace maxwell::simulator
