// SPDX-License-Identifier: MIT
//
// Schedules, searches, reports. The memory's rules stand in weak_memory.hpp.

#include "explorer.hpp"

#include "engine.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <set>
#include <tuple>

namespace maxwell::model {

engine* engine::active = nullptr;
substitution engine::weakened;

namespace {

constexpr std::size_t stack_bytes = 256 * 1024;
constexpr std::size_t most_steps = 2000;
constexpr std::uint64_t most_executions = 5'000'000;

char const* name(int o) {
    static char const* const names[] = {"relaxed", "consume", "acquire", "release", "acq_rel", "seq_cst"};
    return names[o];
}

std::string output_of(std::string const& command) {
    std::string text;
    if (FILE* pipe = popen(command.c_str(), "r")) {
        char buffer[512];
        while (std::size_t n = fread(buffer, 1, sizeof buffer, pipe)) text.append(buffer, n);
        pclose(pipe);
    }
    return text;
}

/// A function's name without what is in brackets and before it.
std::string short_name(std::string full) {
    if (full.ends_with(" const")) full.resize(full.size() - 6);
    std::string name;
    int depth = 0;
    for (const char c : full) {
        const bool opens = c == '<' || c == '(' || c == '{';
        if (opens) ++depth;
        if (depth == 0) name += c;
        if (c == '>' || c == ')' || c == '}') --depth;
        if (depth == 0 && (c == ':' || c == ' ')) name.clear();
    }
    return name.empty() ? "a lambda" : name;
}

/// "function at file:line" of a return address, by addr2line where there is one.
std::string describe(void const* pc) {
    static std::map<void const*, std::string> known;
    std::string& text = known[pc];
    if (!text.empty()) return text;
    Dl_info info{};
    if (dladdr(pc, &info) == 0) return text = "?";
    char address[32];
    const auto offset = static_cast<char const*>(pc) - static_cast<char const*>(info.dli_fbase);
    std::snprintf(address, sizeof address, "0x%lx", static_cast<unsigned long>(offset - 1));
    text = output_of(std::string("addr2line -s -f -C -e /proc/") + std::to_string(getpid()) + "/exe " + address +
                     " 2>/dev/null");
    while (!text.empty() && text.back() == '\n') text.pop_back();
    const std::size_t line = text.find('\n');
    if (line == std::string::npos) return text = address;
    const std::string where = text.substr(line + 1, text.find(" (disc", line) - line - 1);
    return text = short_name(text.substr(0, line)) + " at " + where;
}

/// The library's line, also where the operation stands in the wrapper `atomic`.
std::string describe(place const& p) {
    const std::string at = describe(p.pc);
    return at.find(" at atomic") != std::string::npos ? describe(p.caller) : at;
}

std::vector<int> weaker(operation kind, int o) {
    const bool both = kind == operation::update || kind == operation::compare_exchange || kind == operation::fence;
    if (o == seq_cst) return {both ? acq_rel : kind == operation::load ? acquire : release};
    if (o == acq_rel) return {acquire, release};
    if (o == relaxed) return {};
    return {relaxed};
}

}  // namespace

std::string name_of(operation kind) {
    static char const* const names[] = {"load", "store", "update", "compare_exchange", "failed compare_exchange",
                                        "fence"};
    return names[static_cast<std::size_t>(kind)];
}

engine::engine(program const& p) : program_(p), memory_(*this, p.shared.data(), p.shared.size()) {
    fibers_.resize(p.threads.size());
    for (fiber& f : fibers_) {
        f.stack = std::make_unique<char[]>(stack_bytes);
        getcontext(&f.begin);
    }
}

verdict engine::explore(std::uint64_t limit) {
    active = this;
    verdict v;
    search(v, limit);
    memory_.allow_guesses();
    visited_.clear();
    path_.clear();
    if (v.failure.empty()) search(v, limit);
    active = nullptr;
    return v;
}

void engine::search(verdict& v, std::uint64_t limit) {
    std::uint64_t executions = 0;
    do {
        run();
        ++executions;
        if (!failure_.empty()) v.failure = "\n" + failure_ + trace_of_this_execution();
        v.cut += cut_ || executions == limit ? 1 : 0;
    } while (v.failure.empty() && executions < limit && next_path());
    v.executions += executions;
    v.states += visited_.size();
}

/// One execution along path_, and where that ends along the first choices.
void engine::run() {
    std::fill(program_.shared.begin(), program_.shared.end(), std::byte{0});
    memory_.reset(program_.within.stale_loads);
    last_ = nobody;
    switches_left_ = program_.within.switches;
    depth_ = 0;
    cut_ = discarded_ = false;
    failure_if_good_.clear();
    failures_for_no_reason_ = 1;
    program_.begin();
    for (std::size_t t = 0; t < fibers_.size(); ++t) start(t);
    for (std::size_t steps = 0; failure_.empty() && !discarded_; ++steps) {
        if (!failure_if_good_.empty() && !memory_.guess_is_open()) return fail(failure_if_good_);
        if (std::all_of(fibers_.begin(), fibers_.end(), [](fiber const& f) { return f.done; })) {
            return memory_.guess_is_open() ? void() : program_.end();
        }
        if (!tracing_ && depth_ == path_.size() && !visited_.insert(state()).second) return;
        if (steps == most_steps) {
            cut_ = !memory_.guess_is_open();
            return;
        }
        last_ = next_thread();
        if (is_mortal(last_) && choose(2) == 1) {
            die(last_);
        } else {
            resume(last_);
        }
    }
}

/// Any that is not done; the last one, while it can go on and there have been switches enough.
std::size_t engine::next_thread() {
    const bool goes_on = last_ != nobody && !fibers_[last_].done;
    if (goes_on && switches_left_ == 0) return last_;
    std::array<std::size_t, most_threads> ready;
    std::size_t n = 0;
    for (std::size_t t = 0; t < fibers_.size(); ++t) {
        if (!fibers_[t].done) ready[n++] = t;
    }
    const std::size_t next = ready[n == 1 ? 0 : choose(n)];
    if (goes_on && next != last_) --switches_left_;
    return next;
}

bool engine::is_mortal(std::size_t t) const {
    return std::find(program_.mortal.begin(), program_.mortal.end(), t) != program_.mortal.end();
}

void engine::die(std::size_t t) {
    fibers_[t].done = true;
    fibers_[t].history.add(0);
    if (tracing_) trace_ += "  thread " + std::to_string(t) + "  dies\n";
}

/// The next leaf of the tree of choices, depth first.
bool engine::next_path() {
    while (!path_.empty() && path_.back().taken + 1 == path_.back().of) path_.pop_back();
    if (path_.empty()) return false;
    ++path_.back().taken;
    return true;
}

std::string engine::trace_of_this_execution() {
    tracing_ = true;
    trace_.clear();
    failure_.clear();
    run();
    return "\n" + trace_;
}

std::size_t engine::choose(std::size_t n) {
    if (depth_ == path_.size()) path_.push_back({0, n});
    return path_[depth_++].taken;
}

void engine::fail(std::string text) {
    if (memory_.guess_is_open()) {
        // It counts only if the guess comes true, and for that the thread may have to go on.
        if (failure_if_good_.empty()) failure_if_good_ = std::move(text);
        return;
    }
    failure_ = std::move(text);
    if (current_ != nobody) leave_fiber();
}

void engine::discard() {
    discarded_ = true;
    leave_fiber();
}

void engine::give_up(char const* text) {
    std::fprintf(stderr, "explorer: %s: %s\n", program_.name.c_str(), text);
    std::abort();
}

std::pair<std::uint64_t, std::uint64_t> engine::state() const {
    digest d;
    memory_.add_to(d);
    for (fiber const& f : fibers_) {
        d.add(f.history.value().first);
        d.add(f.history.value().second);
    }
    if (program_.within.switches != bounds{}.switches) {
        d.add(switches_left_);
        d.add(last_);
    }
    d.add(failures_for_no_reason_ * 2 + (failure_if_good_.empty() ? 0 : 1));
    return d.value();
}

void engine::start(std::size_t t) {
    fiber& f = fibers_[t];
    f.history = {};
    f.calls.clear();
    f.done = false;
    f.begun = false;
    f.begin.uc_stack.ss_sp = f.stack.get();
    f.begin.uc_stack.ss_size = stack_bytes;
    f.begin.uc_link = nullptr;
    makecontext(&f.begin, &engine::enter_fiber, 0);
    resume(t);
}

void engine::enter_fiber() {
    engine& e = *active;
    e.program_.threads[e.current_]();
    e.end_thread();
}

void engine::end_thread() {
    fibers_[current_].done = true;
    leave_fiber();
}

void engine::resume(std::size_t t) {
    current_ = t;
    fiber& f = fibers_[t];
    if (_setjmp(scheduler_) == 0) {
        if (f.begun) _longjmp(f.here, 1);
        f.begun = true;
        setcontext(&f.begin);
    }
    current_ = nobody;
}

void engine::leave_fiber() {
    if (_setjmp(fibers_[current_].here) == 0) _longjmp(scheduler_, 1);
}

int engine::order_of(operation kind, place const& where, int o) {
    const ordered_operation found{where, kind, o};
    operations_.insert(found);
    return weakened.operations.contains(found) ? weakened.to : o;
}

void engine::done(operation kind, place const& where, void const* address, std::uint64_t value, int o) {
    fiber& f = fibers_[current_];
    f.history.add(value + 1);
    memory_.tick(current_);
    if (!tracing_) return;
    char line[200];
    const auto offset = static_cast<std::byte const*>(address) - program_.shared.data();
    std::snprintf(line, sizeof line, "  thread %zu  %-16s %-8s +%-6ld %16llx  ", current_, name_of(kind).c_str(),
                  name(o), address == nullptr ? 0L : static_cast<long>(offset), static_cast<unsigned long long>(value));
    trace_ += line + describe(where) + "\n";
}

verdict explore(program const& p) { return engine(p).explore(most_executions); }

void require(bool condition, char const* what) {
    if (!condition) engine::active->fail(std::string("required: ") + what);
}

void end_thread() { engine::active->end_thread(); }

std::vector<weakening> weaken_each_order(std::vector<program> const& programs) {
    // One line of the source may stand at many places in the machine code: they are weakened together.
    std::map<std::tuple<std::string, operation, int>, std::set<ordered_operation>> sources;
    for (program const& p : programs) {
        engine e(p);
        e.explore(most_executions);
        for (ordered_operation const& o : e.operations()) sources[{describe(o.where), o.kind, o.order}].insert(o);
    }
    std::vector<weakening> result;
    for (auto const& [source, operations] : sources) {
        auto const& [where, kind, from] = source;
        for (const int to : weaker(kind, from)) {
            engine::weakened = {operations, to};
            weakening w{where, name_of(kind) + " " + name(from) + " -> " + name(to), {}};
            for (program const& p : programs) {
                if (explore(p).failure.empty()) continue;
                w.caught_by = p.name;
                break;
            }
            result.push_back(w);
        }
    }
    engine::weakened = {};
    return result;
}

}  // namespace maxwell::model
