# SPDX-License-Identifier: MIT
"""Many mutants in one program.

A copy of a header in which every function body that has mutants stands once for each of them, behind a switch:

    bool f(int a) { return a < 3; }
    bool f(int a) { if (maxwell_mutant(1)) { return a <= 3; } else if (maxwell_mutant(2)) { return a < 4; } else { return a < 3; } }

The environment variable MAXWELL_MUTANT says which one a process runs, so one compilation serves all of them. Two kinds can't be
switched: a mutant outside function bodies, and one that only shows where the compiler evaluates the function. Such a mutant is
compiled alone.
"""

import re

TOKEN = re.compile(
    r"""(?P<skip>\s+|//[^\n]*|/\*.*?\*/|^[ \t]*\#(?:[^\n\\]|\\.)*)
      |(?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)+')
      |(?P<number>\d(?:[\w.]|'(?=\w))*)
      |(?P<word>[A-Za-z_]\w*)
      |(?P<sign><=>|<<=|>>=|->|::|\+\+|--|&&|\|\||<<|>>|[-+*/%&|^=!<>]=|.)""",
    re.VERBOSE | re.DOTALL | re.MULTILINE)

OPEN = {"(": ")", "[": "]", "{": "}"}


class Token:
    def __init__(self, kind, text, begin):
        self.kind, self.text, self.begin, self.end = kind, text, begin, begin + len(text)


class Mutant:
    """The text [begin, end) of `file`, a path below include/maxwell, becomes `new`."""

    def __init__(self, file, begin, end, new, name="", why=""):
        self.file, self.begin, self.end, self.new, self.name, self.why = file, begin, end, new, name, why

    def applied(self, text):
        return text[:self.begin] + self.new + text[self.end:]


def tokens(text):
    return [Token(m.lastgroup, m.group(), m.start()) for m in TOKEN.finditer(text) if m.lastgroup != "skip"]


def partner(ts, i):
    """The index of the bracket that closes ts[i]."""
    depth = 0
    for k in range(i, len(ts)):
        if ts[k].kind == "sign":
            depth += (ts[k].text in OPEN) - (ts[k].text in OPEN.values())
            if depth == 0:
                return k
    raise ValueError(f"no bracket closes the one at {ts[i].begin}")


def without_brackets(ts):
    """The texts of ts outside all brackets and template parameter lists; '()' stands where a pair of them stood."""
    out, i = [], 0
    while i < len(ts):
        if ts[i].text in ("(", "["):
            out.append("()" if ts[i].text == "(" else "[]")
            i = partner(ts, i)
        elif ts[i].text == "template" and i + 1 < len(ts) and ts[i + 1].text == "<":
            depth = 0
            while i + 1 < len(ts):
                i += 1
                depth += {"<": 1, ">": -1, ">>": -2}.get(ts[i].text, 0)
                if ts[i].text == "(":
                    i = partner(ts, i)
                if depth <= 0:
                    break
        else:
            out.append(ts[i].text)
        i += 1
    return out


def function_bodies(text):
    """[(name, begin, end)] of the outermost function bodies, without their braces."""
    ts = tokens(text)
    found, head, i = [], 0, 0
    while i < len(ts):
        t = ts[i].text
        if t in (";", "}"):
            head = i + 1
        elif t in ("(", "["):
            i = partner(ts, i)
        elif t == "{":
            said = without_brackets(ts[head:i])
            if any(w in said for w in ("namespace", "class", "struct", "union", "extern")) and "()" not in said:
                head = i + 1  # its members follow
            elif "struct" in said or "class" in said or "union" in said:
                head = i + 1  # alignas(...)
            else:
                end = partner(ts, i)
                if "enum" not in said and "()" in said and "=" not in said[:said.index("()")]:
                    in_member_list = ":" in said[said.index("()"):] and ts[i - 1].kind == "word"
                    if in_member_list:  # one member of a constructor's, in braces
                        i = end + 1
                        continue
                    if "=" not in said or "operator" in said:
                        named = next(k for k in range(head, i) if ts[k].text == "(" and k > head)
                        found.append((ts[named - 1].text, ts[i].end, ts[end].begin))
                i = end
                # An initialiser's statement goes on to its semicolon.
                head = i + 1
        i += 1
    return found


def body_of(mutant, bodies):
    """The body that holds all of the mutant, or None."""
    for name, begin, end in bodies:
        if begin <= mutant.begin and mutant.end <= end:
            return (name, begin, end)
    return None


def switched(text, numbered):
    """The header with its switches, and {number: (first, last)}: the lines in which each mutant's code stands. `numbered`:
    [(number, mutant)], each in a body."""
    bodies = function_bodies(text)
    out, at, lines = "", 0, {}
    for body in bodies:
        own = [(n, m) for n, m in numbered if body_of(m, bodies) == body]
        if not own:
            continue
        _, begin, end = body
        out += text[at:begin]
        for n, m in own:
            code = m.applied(text)[begin:end + len(m.new) - (m.end - m.begin)]
            first = out.count("\n") + 2
            out += f"\nif (maxwell_mutant({n})) {{{code}\n}} else"
            lines[n] = (first, out.count("\n") + 1)
        out += "\n{" + text[begin:end] + "}"
        at = end
    out += text[at:]
    # Behind what must come first; one line more than before.
    place = out.index("#pragma once") if "#pragma once" in out else out.index("#ifndef")
    place = out.index("\n", place) + 1
    if "#pragma once" not in out:
        place = out.index("\n", place) + 1
    out = out[:place] + "#include <maxwell_mutant.h>\n" + out[place:]
    return out, {n: (first + 1, last + 1) for n, (first, last) in lines.items()}


CHOOSER = """#pragma once
/* Which mutant this process runs: the number in MAXWELL_MUTANT, none without it. */
#include <stdlib.h>
#ifdef __cplusplus
inline const int maxwell_mutant_number = getenv("MAXWELL_MUTANT") ? atoi(getenv("MAXWELL_MUTANT")) : 0;
#ifdef MAXWELL_MUTANT_SUSPECTS /* Which of these does the compiler evaluate? It refuses that and names them. */
void maxwell_mutant_in_a_constant();
constexpr bool maxwell_mutant(int n) noexcept {
    if (!__builtin_is_constant_evaluated()) return maxwell_mutant_number == n;
    constexpr int suspects[] = {MAXWELL_MUTANT_SUSPECTS};
    for (const int s : suspects) {
        if (n == s) maxwell_mutant_in_a_constant();
    }
    return false;
}
#else
constexpr bool maxwell_mutant(int n) noexcept { return !__builtin_is_constant_evaluated() && maxwell_mutant_number == n; }
#endif
#else
static inline int maxwell_mutant(int n) { (void)n; return 0; }
#endif
"""


def write_if_changed(path, text):
    if path.exists() and path.read_text() == text:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def write_tree(out, include, numbered):
    """The switched headers below `out`, to be searched before `include`. Returns {number: (path, first, last)} and the numbers of
    those that stand in no body."""
    where, alone = {}, []
    by_file = {}
    for n, m in numbered:
        by_file.setdefault(m.file, []).append((n, m))
    write_if_changed(out / "maxwell_mutant.h", CHOOSER)
    for file, own in by_file.items():
        text = (include / "maxwell" / file).read_text()
        bodies = function_bodies(text)
        inside = [(n, m) for n, m in own if body_of(m, bodies)]
        alone += [n for n, m in own if not body_of(m, bodies)]
        path = out / "maxwell" / file
        if inside:
            new, lines = switched(text, inside)
            write_if_changed(path, new)
            where |= {n: (path, first, last) for n, (first, last) in lines.items()}
    return where, alone


def write_alone(out, include, mutant):
    """The one changed header below `out`."""
    text = (include / "maxwell" / mutant.file).read_text()
    write_if_changed(out / "maxwell" / mutant.file, mutant.applied(text))
