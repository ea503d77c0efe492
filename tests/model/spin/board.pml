/* SPDX-License-Identifier: MIT
 *
 * bid_board: cells, marks, summary. Two agents share a word of marks. Agent 0 may die between any two accesses, and is retired by
 * the host at any time; its successor bids in the same slot. A cell is generation * 16 + bid.
 *
 * Invariant: when nobody is bidding any more, one drain more and the host knows the newest bid of everybody.
 *
 *   SUMMARY_WITH_FIRST_MARK_ONLY  an agent sets the summary only if its word of marks was empty before: who finds a dead one's
 *                                 mark there sets none, and is never looked at
 *   SUMMARY_TAKEN_LAST            the host takes the summary after the marks
 *   STORE_INSTEAD_OF_SWAP         a cell is overwritten, also by an agent that was retired after it had looked
 */

#define BIT(agent) (1 << agent)

byte cell[2], marks, summary;
byte host_generation;  /* of slot 0 */
byte known[2];         /* what the host has got last */
byte running = 3;      /* agents that may still bid */
byte deaths = 1;

#define MAY_DIE if :: atomic { mortal && deaths > 0 -> deaths-- }; goto dead :: skip fi

inline submit(agent, generation, value) {
    atomic { held = cell[agent]; accepted = (held / 16 == generation) };
    if
    :: accepted ->
        MAY_DIE;
#ifdef STORE_INSTEAD_OF_SWAP
        cell[agent] = generation * 16 + value;
#else
        atomic {
            if
            :: cell[agent] == held -> cell[agent] = generation * 16 + value
            :: else -> accepted = (cell[agent] / 16 == generation)
            fi
        }
#endif
    :: else
    fi;
    if
    :: accepted ->
        MAY_DIE;
        atomic { before = marks; marks = before | BIT(agent) };
        MAY_DIE;
#ifdef SUMMARY_WITH_FIRST_MARK_ONLY
        if
        :: before == 0 -> summary = summary | 1
        :: else
        fi
#else
        if
        :: !(summary & 1) -> MAY_DIE; atomic { summary = summary | 1 }
        :: else
        fi
#endif
    :: else
    fi
}

proctype agent(byte me; byte generation; byte bids; bool mortal) {
    byte held, before, value = 1;
    bool accepted;
    do
    :: value > bids -> break
    :: else -> submit(me, generation, value); value++
    od;
dead:
    running--
}

/* What is in the cell of agent i, if it was marked. */
inline read(i) {
    if
    :: taken & BIT(i) ->
        atomic {
            got = cell[i];
            if
            :: i != 0 || got / 16 == host_generation ->
                assert(got % 16 >= known[i]);  /* never an older one */
                known[i] = got % 16
            :: else
            fi
        }
    :: else
    fi
}

inline drain() {
#ifdef SUMMARY_TAKEN_LAST
    looked = summary;
#else
    atomic { looked = summary; summary = 0 };
#endif
    if
    :: looked -> atomic { taken = marks; marks = 0 }
    :: else
    fi;
    read(0);
    read(1);
#ifdef SUMMARY_TAKEN_LAST
    atomic { summary = summary & ~looked };
#endif
    looked = 0;
    taken = 0;
    got = 0
}

active proctype host() {
    byte looked, taken, got;
    run agent(0, 0, 1, true);
    run agent(1, 0, 2, false);
    drain();
    /* Slot 0 is given to a successor, which is told then. */
    cell[0] = 16;
    atomic { marks = marks & ~BIT(0) };
    host_generation = 1;
    known[0] = 0;
    run agent(0, 1, 1, false);
    drain();
    (running == 0);
    drain();
    assert(cell[0] == 17 && known[0] == 1 && known[1] == 2)
}
