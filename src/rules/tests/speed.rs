//! How long one evaluation takes; prints figures, judges nothing.

use super::*;

#[test]
#[ignore = "prints timings: cargo test --release speed -- --ignored --nocapture"]
#[allow(clippy::disallowed_methods)] // a stopwatch
fn speed() {
    let world = world();
    let inputs = world.inputs();
    for source in [
        "ten > 5",
        "amount >= setting(\"limit\") || urgent",
        "ten + four * count - zero + rate * amount + ten / four > 1 && urgent && level == \"a\" && title != \"x\" && is_set(day)",
        "sum(lines, \"amount\")",
        "place.keeper == user.id && day + 30 > today()",
        "iff(zero == 0, 0, ten / zero)",
    ] {
        let expression = world.program.expression(source).unwrap();
        let rounds = 100_000_u32;
        let start = std::time::Instant::now();
        for _ in 0..rounds {
            std::hint::black_box(expression.evaluate(&inputs)).unwrap();
        }
        println!("{:>6} ns  {source}", start.elapsed().as_nanos() / u128::from(rounds));
    }
}
