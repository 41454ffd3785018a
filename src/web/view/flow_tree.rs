//! An approval flow as its designer shows it: a tree of cards, and how a record would go through it.

use super::{designer::Control, field::Choice};

/// A flow from its start to its end.
pub struct FlowTree {
    pub title: String,
    pub start: StepCard,
    /// Where the first step is put in.
    pub first: Splice,
    pub steps: Vec<TreeStep>,
    pub end: StepCard,
}

/// One step with what follows it.
pub struct TreeStep {
    pub card: StepCard,
    /// The ways through a branch; of another step there are none.
    pub arms: Vec<TreeArm>,
    /// Where another way is put in.
    pub new_arm: Option<Splice>,
    pub after: Splice,
}

/// One way through a branch.
pub struct TreeArm {
    pub card: StepCard,
    pub first: Splice,
    pub steps: Vec<TreeStep>,
    /// A trial did not come here.
    pub idle: bool,
}

/// A card of the tree.
pub struct StepCard {
    /// Its place in the document.
    pub at: String,
    pub href: String,
    pub current: bool,
    /// What it is, as a class: `approve`, `cc`, `when` …
    pub kind: &'static str,
    pub icon: &'static str,
    pub title: String,
    /// How several people decide, in a word; may be empty.
    pub mode: String,
    /// What it says, in plain words.
    pub lines: Vec<String>,
    /// What is wrong with it: in short, and in full.
    pub wrong: Option<(String, String)>,
    /// What a trial did here.
    pub tried: Option<Tried>,
    /// What can be done with it while it is selected.
    pub tools: bool,
}

/// What happened at a step of a trial.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// When it was reached, from 1.
    pub number: String,
    /// Who was there, or what happened.
    pub words: String,
    pub bad: bool,
}

/// A place where a step can be put in.
pub struct Splice {
    pub at: String,
    pub label: String,
    /// What can be put in: variant, icon, title.
    pub offers: Vec<(String, &'static str, String)>,
}

/// With what a flow is tried.
pub struct TrialForm {
    /// The designer's own address.
    pub action: String,
    /// What is selected, to come back to.
    pub selected: String,
    pub starters: Vec<Choice>,
    pub records: Vec<Choice>,
    /// Fields that the way depends on.
    pub values: Vec<Control>,
    pub steps: Vec<TrialStep>,
    /// How it ended, and whether that is well.
    pub end: Option<(String, bool)>,
    /// Why it cannot be tried.
    pub note: String,
}

/// One stop of a trial.
pub struct TrialStep {
    pub title: String,
    pub tried: Tried,
}
