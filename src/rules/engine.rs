//! The rhai engine of rules: bare, with our operators and functions and nothing else, and with every limit set.

use super::{functions, operators, value::Lines};
use rhai::{Dynamic, Engine, OptimizationLevel, packages::BasicIteratorPackage, packages::Package};
use std::{
    cell::Cell,
    time::{Duration, Instant},
};

/// What one evaluation may use up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Steps of the evaluation; never more than a million, and looked at every 128 steps.
    pub operations: u64,
    /// Time on the wall, counted from the first look.
    pub time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { operations: MOST_OPERATIONS, time: Duration::from_millis(250) }
    }
}

const MOST_OPERATIONS: u64 = 1_000_000;
/// How many operations pass between two looks at the limits: few enough to be prompt, enough to cost nothing.
const LOOK_EVERY: u64 = 128;

/// Words of rhai that read the world, write to it, or look at the program itself.
const WITHOUT: [&str; 10] =
    ["eval", "print", "debug", "Fn", "is_def_var", "is_def_fn", "is_shared", "type_of", "import", "export"];

/// A new engine. One serves a whole program; evaluations on several threads share it.
pub(super) fn engine() -> Engine {
    let mut engine = Engine::new_raw();
    // Ranges to loop over; the other packages bring functions whose rules about types and numbers are not ours.
    engine.register_global_module(BasicIteratorPackage::new().as_shared_module());
    engine.register_iterator::<rhai::Array>();
    engine.register_type_with_name::<Lines>("lines").register_iterator::<Lines>();
    // The fast operators are rhai's own and cannot be replaced; folding constants would use them too.
    engine.set_fast_operators(false);
    engine.set_optimization_level(OptimizationLevel::None);
    engine.set_allow_anonymous_fn(false);
    engine.set_fail_on_invalid_map_property(true);
    engine
        .set_max_operations(MOST_OPERATIONS)
        .set_max_expr_depths(100, 50)
        .set_max_call_levels(24)
        .set_max_variables(500)
        .set_max_functions(500)
        .set_max_string_size(100_000)
        .set_max_array_size(10_000)
        .set_max_map_size(1_000);
    for word in WITHOUT {
        engine.disable_symbol(word);
    }
    operators::register(&mut engine);
    functions::register(&mut engine);
    engine.on_progress(|operations| (operations % LOOK_EVERY == 0 && exhausted(operations)).then_some(Dynamic::UNIT));
    engine
}

#[derive(Clone, Copy)]
struct Budget {
    limits: Limits,
    end: Option<Instant>,
}

thread_local! {
    /// The budget of the evaluation that runs on this thread. rhai gives its progress callback nothing but a count, and an
    /// evaluation stays on its thread from beginning to end, so this is where the callback finds its limits.
    static BUDGET: Cell<Budget> = const { Cell::new(Budget { limits: Limits { operations: MOST_OPERATIONS, time: Duration::MAX }, end: None }) };
}

/// Sets the budget for the evaluation that follows on this thread.
pub(super) fn begin(limits: Limits) {
    BUDGET.set(Budget { limits, end: None });
}

// This reads a stopwatch, not the clock: the moment never reaches a rule and no result depends on it, it only ends a rule that
// would run for too long. Short rules finish before the first look and never read it.
#[allow(clippy::disallowed_methods)]
fn exhausted(operations: u64) -> bool {
    let mut budget = BUDGET.get();
    if operations >= budget.limits.operations {
        return true;
    }
    let now = Instant::now();
    if let Some(end) = budget.end {
        return now >= end;
    }
    budget.end = now.checked_add(budget.limits.time);
    BUDGET.set(budget);
    false
}
