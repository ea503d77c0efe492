// SPDX-License-Identifier: MIT

#include "harness/callgrind.hpp"

#include "harness/measure.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>

#if defined(__unix__)
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>
#endif

namespace maxwell::bench {
namespace {

bool is_on_path(std::string const& program) {
    std::istringstream folders(std::getenv("PATH") != nullptr ? std::getenv("PATH") : "");
    for (std::string folder; std::getline(folders, folder, ':');) {
        std::error_code ignored;
        if (std::filesystem::is_regular_file(std::filesystem::path(folder) / program, ignored)) return true;
    }
    return false;
}

/// Reads one dump: which case it is of, and the sums of its event counters.
void read_dump(std::filesystem::path const& file, std::map<std::string, callgrind_counts>& counts) {
    constexpr std::string_view trigger = "desc: Trigger: Client Request: ";
    std::ifstream in(file);
    std::string name;
    std::vector<std::string> events;
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with(trigger)) name = line.substr(trigger.size());
        if (line.starts_with("events: ")) {
            std::istringstream words(line.substr(8));
            for (std::string word; words >> word;) events.push_back(word);
        }
        if (name.empty() || !line.starts_with("totals: ")) continue;
        std::istringstream words(line.substr(8));
        callgrind_counts sum;
        for (auto const& event : events) {
            double value = 0;
            words >> value;
            if (event == "Ir") sum.instructions = value;
            if (event == "D1mr" || event == "D1mw" || event == "I1mr") sum.l1_misses += value;
            if (event == "DLmr" || event == "DLmw" || event == "ILmr") sum.last_level_misses += value;
        }
        counts[name] = sum;
    }
}

}  // namespace

std::string callgrind_obstacle() {
#if !defined(__unix__)
    return "valgrind doesn't run on this system";
#else
    if (!can_count_under_callgrind()) return "this program was compiled without valgrind/callgrind.h";
    if (!is_on_path("valgrind")) return "valgrind is not installed";
    return {};
#endif
}

std::map<std::string, callgrind_counts> count_with_callgrind(std::vector<std::string> const& arguments,
                                                             std::function<void(std::size_t)> const& finished,
                                                             std::string& why) {
    std::map<std::string, callgrind_counts> counts;
#if defined(__unix__)
    namespace fs = std::filesystem;
    std::string folder = (fs::temp_directory_path() / "maxwell-callgrind-XXXXXX").string();
    if (mkdtemp(folder.data()) == nullptr) return why = "no temporary folder could be made", counts;

    std::vector<std::string> command{"valgrind",
                                     "--tool=callgrind",
                                     "-q",
                                     "--cache-sim=yes",
                                     "--collect-atstart=no",
                                     "--dump-line=no",
                                     "--I1=32768,8,64",
                                     "--D1=32768,8,64",
                                     "--LL=8388608,16,64",
                                     "--callgrind-out-file=" + folder + "/dump",
                                     fs::read_symlink("/proc/self/exe").string()};
    command.insert(command.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    for (auto& word : command) argv.push_back(word.data());
    argv.push_back(nullptr);

    const std::string log = folder + "/log";
    const pid_t child = fork();
    if (child == 0) {
        const int fd = open(log.c_str(), O_CREAT | O_WRONLY, 0600);
        dup2(fd, STDOUT_FILENO);
        dup2(fd, STDERR_FILENO);
        execvp(argv[0], argv.data());
        _exit(127);
    }
    int ended = 0;
    while (child > 0 && waitpid(child, &ended, WNOHANG) == 0) {
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
        const auto files = std::distance(fs::directory_iterator(folder), fs::directory_iterator{});
        finished(files > 1 ? static_cast<std::size_t>(files - 1) : 0);
    }
    if (child < 0 || !WIFEXITED(ended) || WEXITSTATUS(ended) != 0) {
        std::ifstream in(log);
        std::string first;
        std::getline(in, first);
        why = fmt::format("valgrind failed: {}", first.empty() ? "it said nothing" : first);
    } else {
        for (auto const& file : fs::directory_iterator(folder)) read_dump(file.path(), counts);
        if (counts.empty()) why = "valgrind wrote no counts";
    }
    std::error_code ignored;
    fs::remove_all(folder, ignored);
#else
    why = callgrind_obstacle();
#endif
    return counts;
}

}  // namespace maxwell::bench
