// SPDX-License-Identifier: MIT
//
// Sensors whose readings come from a file: what was recorded on one machine is read on another, as often as one likes. Hosted.
//
//     time_ns,temperature_mk,power_uw             the first line names the columns: the time, then quantities, or
//     0,318150,45000000                           NAME:QUANTITY where there are several of a kind
//     100000000,318150,                           an empty cell: this sensor gave nothing then
//     200000000,319150,61000000
//
// Each sensor reads its own column from the top to the end, one line a read; the time stamps are the file's. A line that is broken
// (a cell too few, no number, a time that falls, more than 4,095 bytes) is a reading that fails, like that of a sensor, and says where.
// At the end every read fails.

#pragma once

#include <maxwell/host/sensor.hpp>

#include <cerrno>        // errno
#include <cstddef>       // size_t
#include <cstdint>       // uint64_t
#include <cstdio>        // fopen
#include <cstring>       // strlen
#include <iterator>      // size
#include <memory>        // shared lines
#include <optional>      // a reading that may be missing
#include <string>        // names, sentences
#include <string_view>   // cells
#include <system_error>  // generic_category
#include <vector>        // lines

namespace maxwell::host {
namespace detail {

/// The cells of a line, one more than it has commas.
inline std::vector<std::string_view> cells(std::string_view line) {
    std::vector<std::string_view> found;
    for (;;) {
        const std::size_t comma = line.find(',');
        found.push_back(line.substr(0, comma));
        if (comma == std::string_view::npos) return found;
        line.remove_prefix(comma + 1);
    }
}

/// NAME:QUANTITY, or QUANTITY alone; nothing when there is no such quantity.
inline std::optional<quantity> quantity_of_column(std::string_view column) {
    const std::string_view unit = column.substr(column.rfind(':') + 1);  // npos + 1 is 0
    for (std::size_t i = 0; i < std::size(quantity_names); ++i) {
        if (quantity_names[i] == unit) return static_cast<quantity>(i);
    }
    return std::nullopt;
}

/// A line of a recording: its readings, or what is wrong with it.
struct recorded_line {
    std::uint64_t time_ns = 0;
    std::vector<std::optional<std::int64_t>> values;
    std::string trouble;
};

inline recorded_line parse_recorded(std::string_view text, std::size_t columns, std::uint64_t after_ns) {
    recorded_line line;
    const auto found = cells(text);
    if (found.size() != columns) {
        line.trouble = "there are " + std::to_string(found.size()) + " cells, not " + std::to_string(columns);
        return line;
    }
    for (std::size_t i = 0; i < columns; ++i) {
        const auto number = to_number(found[i]);
        if (!number && (i == 0 || !found[i].empty())) {
            line.trouble = "'" + std::string(found[i].substr(0, 40)) + "' is not a number";
            return line;
        }
        if (i > 0) line.values.push_back(number);
        if (i > 0) continue;
        line.time_ns = static_cast<std::uint64_t>(*number);
        if (*number < 0 || line.time_ns < after_ns) {
            line.trouble = "the time falls";
            return line;
        }
    }
    return line;
}

/// The next line of a file, without its end; false when there is none. Of one that is `overlong`, its beginning.
inline bool next_line(std::FILE* file, std::string& line, bool& overlong) {
    char buffer[4096];
    overlong = false;
    if (std::fgets(buffer, sizeof buffer, file) == nullptr) return false;
    line = buffer;
    while (std::strlen(buffer) + 1 == sizeof buffer && buffer[sizeof buffer - 2] != '\n') {
        overlong = true;
        if (std::fgets(buffer, sizeof buffer, file) == nullptr) break;
    }
    while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.pop_back();
    return true;
}

/// What is wrong with the first line of a recording; empty when nothing is.
inline std::string trouble_of_head(std::vector<std::string_view> const& columns, bool overlong) {
    if (columns[0] != "time_ns" || columns.size() < 2 || overlong) {
        return "its first line is not time_ns and the names of quantities, with commas";
    }
    for (std::size_t i = 1; i < columns.size(); ++i) {
        if (!quantity_of_column(columns[i])) {
            return "'" + std::string(columns[i].substr(0, 40)) + "' ends in no known quantity";
        }
    }
    return {};
}

/// All lines after the first; the broken ones too, with what is wrong with them and where.
inline std::vector<recorded_line> recorded_lines(std::FILE* file, std::string const& path, std::size_t columns) {
    std::vector<recorded_line> lines;
    std::string text;
    bool overlong = false;
    std::uint64_t last_ns = 0;
    for (std::size_t number = 2; next_line(file, text, overlong); ++number) {
        recorded_line line = parse_recorded(text, columns, last_ns);
        if (overlong) line.trouble = "it is longer than 4,095 bytes";
        if (line.trouble.empty()) {
            last_ns = line.time_ns;
        } else {
            line.trouble = path + ", line " + std::to_string(number) + ": " + line.trouble;
        }
        lines.push_back(std::move(line));
    }
    return lines;
}

}  // namespace detail

/// The sensors of a recording, one for each column. Where the file can't be read or its first line names no such columns,
/// there is none, and why.
inline sensor_list replay_sensors(std::string const& path) {
    using detail::recorded_line;
    sensor_list list;
    errno = 0;
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "re"), &std::fclose);
    std::string head;
    bool overlong = false;
    if (!file || !detail::next_line(file.get(), head, overlong)) {
        const std::string why = errno != 0 ? std::error_code(errno, std::generic_category()).message() : "it is empty";
        list.not_available = path + ": " + why;
        return list;
    }
    const auto columns = detail::cells(head);
    if (const std::string trouble = detail::trouble_of_head(columns, overlong); !trouble.empty()) {
        list.not_available = path + ": " + trouble;
        return list;
    }
    const auto lines =
        std::make_shared<const std::vector<recorded_line>>(detail::recorded_lines(file.get(), path, columns.size()));
    for (std::size_t i = 1; i < columns.size(); ++i) {
        auto read = [lines, path, at = std::size_t{0}, i](std::string& why) mutable -> std::optional<sample> {
            if (at == lines->size()) {
                why = path + ": the recording has ended";
                return std::nullopt;
            }
            recorded_line const& line = (*lines)[at++];
            why = line.trouble;
            if (!why.empty()) return std::nullopt;
            if (line.values[i - 1]) return sample{line.time_ns, *line.values[i - 1]};
            why = path + ": this sensor gave nothing at " + std::to_string(line.time_ns) + " ns";
            return std::nullopt;
        };
        list.sensors.emplace_back("replay/" + std::string(columns[i]), *detail::quantity_of_column(columns[i]), read);
    }
    return list;
}

}  // namespace maxwell::host
