//! What an archive unpacks to, measured before anything is read from it: small files that grow without end are refused.

use super::read::{Limits, Problem};
use std::io::{Cursor, Read};

/// Unpacks every part into nothing and counts. A size that the archive claims is not believed.
///
/// # Errors
/// [`Problem::TooLarge`], or [`Problem::Unreadable`] for what is no archive.
pub fn archive(bytes: &[u8], limits: &Limits) -> Result<(), Problem> {
    let broken = |error: zip::result::ZipError| Problem::Unreadable(error.to_string());
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
    if archive.len() > limits.parts {
        return Err(Problem::TooLarge("parts", limits.parts));
    }
    let mut left = limits.unpacked;
    let mut buffer = vec![0_u8; 64 * 1024];
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).map_err(broken)?;
        loop {
            let read = part.read(&mut buffer).map_err(|error| Problem::Unreadable(error.to_string()))?;
            if read == 0 {
                break;
            }
            left = left.checked_sub(read).ok_or(Problem::TooLarge("bytes", limits.unpacked))?;
        }
    }
    Ok(())
}
