// SPDX-License-Identifier: MIT
//
//! A scheduler in Rust, no crates: agents bid by a board from abi/ alone, a market in C++ decides behind a C interface
//! (include/maxwell/host/c_market.h). examples/c_scheduler/market.cpp is the one file in C++.
//!
//!     rustc -O main.rs -C link-arg=market.o

use std::alloc::{alloc_zeroed, Layout};
use std::ffi::c_void;
use std::sync::atomic::{AtomicU64, Ordering::*};

const AGENTS: usize = 1000;
const SLICE_US: u32 = 500;

#[repr(C)]
#[derive(Clone, Copy, Default)]
struct Bid {
    agent: u64,
    amount: u32,
    units: u32,
}

#[repr(C)]
#[derive(Clone, Copy, Default)]
struct Award {
    winner: Bid,
    payment: u32,
}

#[repr(C)]
struct Cpu {
    _opaque: [u8; 0],
}

extern "C" {
    fn cpu_size() -> usize;
    fn cpu_board_size() -> usize;
    fn cpu_outcomes_size() -> usize;
    fn cpu_open_account(m: *mut Cpu, account: u32, credits_per_ms: u64, most: u64, now_ns: u64) -> u32;
    fn cpu_admit(m: *mut Cpu, board: *mut c_void, outcomes: *mut c_void, agent: u64, lane: u32, account: u32) -> u32;
    fn cpu_wake(m: *mut Cpu, agent: u64, now_ns: u64) -> u32;
    fn cpu_block(m: *mut Cpu, agent: u64) -> u32;
    fn cpu_retire(m: *mut Cpu, board: *mut c_void, agent: u64) -> u32;
    fn cpu_take(m: *mut Cpu, board: *mut c_void, budget: usize) -> usize;
    fn cpu_decide(m: *mut Cpu, core: u32, now_ns: u64, award: *mut Award) -> u32;
    fn cpu_charge(m: *mut Cpu, outcomes: *mut c_void, core: u32, used: u64, drawn_mw: u32, paid: *mut Award) -> i32;
}

fn zeroed(bytes: usize) -> *mut c_void {
    unsafe { alloc_zeroed(Layout::from_size_align(bytes, 64).unwrap()) as *mut c_void }
}

/// The agents' side of a board of bids: abi/bid_board.h, with the orders of ring/detail/bid_cells.hpp.
struct Board(*mut c_void);

impl Board {
    const LINE: usize = 64;

    fn word(&self, byte: usize) -> &AtomicU64 {
        unsafe { &*((self.0 as *mut u8).add(byte) as *const AtomicU64) }
    }

    /// Makes this the agent's newest bid; false if the host has given the slot to another agent. Never waits.
    fn submit(&self, slot: usize, generation: u32, amount: u32, units: u32) -> bool {
        let lines = |bytes: usize| bytes.div_ceil(Self::LINE) * Self::LINE;
        let marks = lines(8 * AGENTS);
        let summary = marks + lines(8 * AGENTS.div_ceil(64));
        let mine = u64::from(generation & 0xFF);
        let cell = self.word(8 * slot);
        let held = cell.load(Relaxed);
        let wanted = u64::from(amount) | u64::from(units & 0xFF_FFFF) << 32 | mine << 56;
        if held >> 56 != mine {
            return false;
        }
        if let Err(now) = cell.compare_exchange(held, wanted, Relaxed, Relaxed) {
            if now >> 56 != mine {
                return false;
            }
        }
        self.word(marks + 8 * (slot / 64)).fetch_or(1 << (slot % 64), AcqRel);
        let bit = 1 << (slot / 64 % 64);
        let top = self.word(summary + 8 * (slot / 4096));
        if top.load(Relaxed) & bit == 0 {
            top.fetch_or(bit, Relaxed);
        }
        true
    }
}

/// Awards and payments of a slot so far, all of them as of one moment: abi/outcome_board.h.
fn outcome(outcomes: *const c_void, slot: usize) -> Option<(u64, u64)> {
    let word = |i: usize| unsafe { &*((outcomes as *const u64).add(16 * slot + i) as *const AtomicU64) };
    (0..4).find_map(|_| {
        let sequence = word(0).load(Acquire);
        let copy = if sequence % 2 == 0 { 4 } else { 8 };
        let seen = (word(copy).load(Acquire), word(copy + 2).load(Acquire));
        (word(0).load(Relaxed) == sequence).then_some(seen)
    })
}

fn main() {
    let names = ["database", "build", "backup"];
    let worth = [900, 400, 30];
    unsafe {
        let m = zeroed(cpu_size()) as *mut Cpu;
        let board = Board(zeroed(cpu_board_size()));
        let outcomes = zeroed(cpu_outcomes_size());
        for a in 0..3u32 {
            cpu_open_account(m, a, 1_000_000, 1 << 50, 0);
            assert_eq!(cpu_admit(m, board.0, outcomes, a.into(), 0, a), 0);
            cpu_wake(m, a.into(), 0);
            assert!(board.submit(a as usize, 0, worth[a as usize], SLICE_US));
        }
        let mut now_ns = 0;
        let mut award = Award::default();
        for _ in 0..3 {
            let taken = cpu_take(m, board.0, 16);
            now_ns += 500_000;
            assert_eq!(cpu_decide(m, 0, now_ns, &mut award), 0);
            let slot = award.winner.agent as usize;
            println!("took {taken} bids; {} runs at {} ticks a microsecond", names[slot], award.payment);
            cpu_charge(m, outcomes, 0, SLICE_US.into(), 0, &mut award);
            cpu_block(m, slot as u64);
        }
        for (a, name) in names.iter().enumerate() {
            let (awards, paid) = outcome(outcomes, a).expect("the host is not at work");
            println!("{name:<8} won {awards} times and paid {paid}");
        }
        cpu_retire(m, board.0, 1);
        println!("the build has left: its bid is {}", if board.submit(1, 0, 999, 1) { "taken" } else { "refused" });
    }
}
