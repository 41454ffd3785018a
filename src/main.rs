//! The `formwork` program: arguments in, exit code out.

use std::process::ExitCode;

fn main() -> ExitCode {
    formwork::cli::run()
}
