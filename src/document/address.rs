//! The address of a cell as a spreadsheet shows it: `C17`.

/// The address of a cell; row and column are counted from 0.
#[must_use]
pub fn of(row: usize, column: usize) -> String {
    format!("{}{}", letters(column), row + 1)
}

/// The letters of a column counted from 0: `A`, `Z`, `AA`.
#[must_use]
pub fn letters(column: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        let digit = u8::try_from((rest - 1) % 26).unwrap_or(0);
        letters.push(char::from(b'A' + digit));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}
