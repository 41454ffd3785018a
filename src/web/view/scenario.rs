//! What became of an app's scenarios.

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scenarios {
    /// `ok`, `bad` or `now`.
    pub tone: &'static str,
    pub summary: String,
    /// Those done, and how many there are, while they run.
    pub running: Option<(usize, usize)>,
    pub tiles: Vec<Tile>,
    pub red: usize,
    /// The page that shows this; asked again while they run.
    pub again: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tile {
    pub title: String,
    /// Where it went another way; nothing where all went as it should.
    pub why: Option<String>,
}
