# SPDX-License-Identifier: MIT
"""How gdb prints Maxwell's objects. In gdb, or as a line of ~/.gdbinit:

    source .../docs/packaging/maxwell_printers.py        (the package libmaxwell-dev: /usr/share/gdb/maxwell/maxwell_printers.py)

They read memory alone and call nothing in the program, so they work on a core file too.
"""

import re

import gdb
import gdb.printing


def _of(value):
    return int(value)


def _agent(agent):
    slot, generation = agent & 0xFFFFFFFF, agent >> 32
    return f"agent {slot}" + (f" (generation {generation})" if generation else "")


def _bid(agent, amount, units):
    return f"{_agent(agent)}: {amount} a unit for {units}"


def _member(value, name):
    """A data member, wherever in the bases it stands."""
    for field in value.type.strip_typedefs().fields():
        if field.is_base_class:
            found = _member(value[field], name)
            if found is not None:
                return found
        elif field.name == name:
            return value[field]
    return None


def _length(array):
    low, high = array.type.strip_typedefs().range()
    return high - low + 1


class Bid:
    def __init__(self, value):
        self.value = value

    def to_string(self):
        return _bid(_of(self.value["agent"]), _of(self.value["amount"]), _of(self.value["units"]))


class Award:
    def __init__(self, value):
        self.value = value

    def to_string(self):
        return f"{Bid(self.value['winner']).to_string()}, pays {_of(self.value['payment'])} a unit"


class Decision:
    def __init__(self, value):
        self.value = value

    def to_string(self):
        run = self.value["run"]
        engaged = _payload(run)
        if engaged is None:
            return f"nobody runs: {str(self.value['why']).rpartition('::')[2]}"
        return f"lane {_of(self.value['lane'])}: {Award(engaged).to_string()}"


def _payload(optional):
    """What a std::optional of libstdc++ or libc++ holds, or None."""
    text = optional.type.strip_typedefs()
    for field in text.fields():
        if field.name == "_M_payload":
            inner = optional[field]
            return inner["_M_payload"]["_M_value"] if inner["_M_engaged"] else None
        if field.name == "__engaged_":
            return optional["__val_"] if optional["__engaged_"] else None
        if field.is_base_class:
            found = _payload(optional[field])
            if found is not None:
                return found
    return None


class Auction:
    """A container: how many bid, the reserve, and each live bid under its slot."""

    def __init__(self, value):
        self.value = value

    def bids(self):
        raise NotImplementedError

    def reserve(self):
        return _of(_member(self.value, "reserve_"))

    def book(self):
        return _member(self.value, "book_")

    def capacity(self):
        return _length(self.book()["generation_"])

    def to_string(self):
        return f"{_of(self.book()['size_'])} of {self.capacity()} slots bid, reserve {self.reserve()}"

    def children(self):
        for slot, amount, units in self.bids():
            agent = _of(self.book()["generation_"][slot]) << 32 | slot
            yield f"[{slot}]", _bid(agent, amount, units)

    def display_hint(self):
        return None


class Buckets(Auction):
    def bids(self):
        links, offers = self.book()["lists_"]["links_"], self.book()["offer_"]
        for slot in range(self.capacity()):
            if _of(links[slot]["next"]) != 0:
                yield slot, _of(offers[slot]["amount"]), _of(offers[slot]["units"])


class Exact(Auction):
    def reserve(self):
        return _of(self.book()["reserve_"])

    def of_tree(self, tree, first):
        nodes = tree["node_"]
        leaves = _length(nodes) // 2
        for i in range(leaves):
            key = _of(nodes[leaves + i])
            if key and first + i < self.capacity():
                yield first + i, key

    def keys(self):
        raise NotImplementedError

    def bids(self):
        for slot, key in self.keys():
            yield slot, key >> 32, _of(self.book()["units_or_trace_"][slot])


class Tree(Exact):
    def keys(self):
        groups = self.value["group_"]
        size = _length(groups[0]["node_"]) // 2
        for g in range(_length(groups)):
            yield from self.of_tree(groups[g], g * size)


class Lazy(Exact):
    def keys(self):
        front = _of(self.value["front_"])
        found = list(self.of_tree(self.value["rest_"], 0))
        if front:
            bits = max(1, (self.capacity() - 1).bit_length())
            found.append((~front & ((1 << bits) - 1), front))
        yield from sorted(found)


class Ledger:
    def __init__(self, value):
        self.value = value

    def to_string(self):
        accounts = self.value["accounts_"]
        are_open = sum(1 for a in range(_length(accounts)) if accounts[a]["open"])
        return f"{are_open} of {_length(accounts)} accounts open, balances {_of(self.value['balances_'])}"

    def children(self):
        accounts = self.value["accounts_"]
        for a in range(_length(accounts)):
            if accounts[a]["open"]:
                yield f"[{a}]", f"{_of(accounts[a]['balance'])} of at most {_of(accounts[a]['max_balance'])}"


class Seats:
    def __init__(self, value):
        self.value = value

    def seats(self):
        table = self.value["seat_"]
        for slot in range(_length(table)):
            state = str(table[slot]["state"]).rpartition("::")[2]
            if state != "vacant":
                yield slot, table[slot], state

    def to_string(self):
        states = [state for _, _, state in self.seats()]
        return ", ".join(f"{states.count(s)} {s}" for s in ("running", "waiting", "blocked"))

    def children(self):
        for slot, seat, state in self.seats():
            agent = _of(seat["generation"]) << 32 | slot
            yield f"[{slot}]", f"{state}, lane {_of(seat['lane'])}, {_bid(agent, _of(seat['amount']), _of(seat['units']))}"


class Lanes:
    def __init__(self, value):
        self.value = value

    def to_string(self):
        return f"{_length(self.value['lane_'])} lanes, shut {_of(self.value['shut_']):#x}"

    def children(self):
        for lane in range(_length(self.value["lane_"])):
            yield f"[{lane}] x {_of(self.value['multiplier_'][lane]) / 65536:g}", self.value["lane_"][lane]


class Page:
    def __init__(self, value):
        self.value = value

    def to_string(self):
        return f"version {_of(self.value['latest_']['value_'])}, {_of(self.value['lanes_']['value_'])} lanes"


PRINTERS = {"bid": Bid, "award": Award, "decision": Decision, "stratified_buckets": Buckets, "tournament_tree": Tree, "lazy_heap": Lazy,
            "ledger": Ledger, "seats": Seats, "lanes": Lanes, "price_page": Page}


def _lookup(value):
    found = re.match(r"maxwell::(\w+)(<|$)", str(value.type.strip_typedefs().unqualified()))
    if not found or value.type.code == gdb.TYPE_CODE_PTR:
        return None
    printer = PRINTERS.get(found[1])
    # An adaptive container keeps its bids in another way: gdb's own print is better than a wrong one.
    if printer is Buckets and _member(value, "head_") is None:
        return None
    return printer(value) if printer else None


gdb.pretty_printers.append(_lookup)
