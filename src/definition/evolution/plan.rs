//! The migration plan: the steps by which the tables of one version become those of the next.

use super::{convert, rename::Rename};
use crate::definition::{
    app::App,
    field::{Field, Kind},
    table::Table,
};
use serde::Serialize;

/// Where fields lie: in a table, or in the rows of one of its lines fields.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Place {
    pub table: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lines: Option<String>,
}

impl Place {
    #[must_use]
    pub fn table(key: &str) -> Self {
        Self { table: key.to_owned(), lines: None }
    }

    #[must_use]
    pub fn lines(table: &str, lines: &str) -> Self {
        Self { table: table.to_owned(), lines: Some(lines.to_owned()) }
    }

    /// A field of this place, as an app defines it.
    #[must_use]
    pub fn field<'a>(&self, app: &'a App, key: &str) -> Option<&'a Field> {
        let table = app.tables.get(&self.table)?;
        match &self.lines {
            None => table.field(key),
            Some(lines) => table.field(lines)?.column(key),
        }
    }
}

/// One step. Keys are those of the new version, except where something is removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Step {
    RenameTable {
        from: String,
        to: String,
    },
    RenameField {
        place: Place,
        from: String,
        to: String,
    },
    AddTable {
        table: String,
    },
    /// A table that was removed earlier comes back with its rows.
    RestoreTable {
        table: String,
    },
    RemoveTable {
        table: String,
    },
    AddLines {
        place: Place,
    },
    RestoreLines {
        place: Place,
    },
    RemoveLines {
        place: Place,
    },
    AddField {
        place: Place,
        field: String,
    },
    /// A field that was removed earlier comes back with its values.
    RestoreField {
        place: Place,
        field: String,
    },
    RemoveField {
        place: Place,
        field: String,
    },
    /// Another kind, scale or target: each value is carried over as far as it fits.
    Convert {
        place: Place,
        field: String,
    },
    /// Another kind that is stored in the same way: the values stay where they are.
    Retype {
        place: Place,
        field: String,
    },
    /// The values of a new field are computed or defaulted for the rows that are there.
    Fill {
        place: Place,
        field: String,
    },
    Unique {
        table: String,
        fields: Vec<String>,
    },
    NotUnique {
        table: String,
        fields: Vec<String>,
    },
    Index {
        table: String,
        fields: Vec<String>,
    },
    Required {
        place: Place,
        field: String,
    },
    RemoveOption {
        place: Place,
        field: String,
        option: String,
    },
    /// Rows keep what was computed until they are next saved.
    Formula {
        place: Place,
        field: String,
    },
    /// A ledger's moves or balances cannot follow such a change.
    Ledger {
        ledger: String,
    },
    /// Rows of an append-only table are never changed, so their fields cannot be converted.
    Frozen {
        place: Place,
        field: String,
    },
    /// Cases that run go on as they began; new ones follow this.
    Flow {
        flow: String,
    },
    RemoveFlow {
        flow: String,
    },
}

impl Step {
    /// The place whose rows the step is about.
    #[must_use]
    pub fn place(&self) -> Option<Place> {
        match self {
            Self::RenameTable { to: table, .. }
            | Self::AddTable { table }
            | Self::RestoreTable { table }
            | Self::RemoveTable { table }
            | Self::Unique { table, .. }
            | Self::NotUnique { table, .. }
            | Self::Index { table, .. } => Some(Place::table(table)),
            Self::RenameField { place, .. }
            | Self::AddLines { place }
            | Self::RestoreLines { place }
            | Self::RemoveLines { place }
            | Self::AddField { place, .. }
            | Self::RestoreField { place, .. }
            | Self::RemoveField { place, .. }
            | Self::Convert { place, .. }
            | Self::Retype { place, .. }
            | Self::Fill { place, .. }
            | Self::Required { place, .. }
            | Self::RemoveOption { place, .. }
            | Self::Formula { place, .. }
            | Self::Frozen { place, .. } => Some(place.clone()),
            Self::Ledger { .. } | Self::Flow { .. } | Self::RemoveFlow { .. } => None,
        }
    }

    /// The stable word of the step, as the API has it: `add_field`.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::RenameTable { .. } => "rename_table",
            Self::RenameField { .. } => "rename_field",
            Self::AddTable { .. } => "add_table",
            Self::RestoreTable { .. } => "restore_table",
            Self::RemoveTable { .. } => "remove_table",
            Self::AddLines { .. } => "add_lines",
            Self::RestoreLines { .. } => "restore_lines",
            Self::RemoveLines { .. } => "remove_lines",
            Self::AddField { .. } => "add_field",
            Self::RestoreField { .. } => "restore_field",
            Self::RemoveField { .. } => "remove_field",
            Self::Convert { .. } => "convert",
            Self::Retype { .. } => "retype",
            Self::Fill { .. } => "fill",
            Self::Unique { .. } => "unique",
            Self::NotUnique { .. } => "not_unique",
            Self::Index { .. } => "index",
            Self::Required { .. } => "required",
            Self::RemoveOption { .. } => "remove_option",
            Self::Formula { .. } => "formula",
            Self::Ledger { .. } => "ledger",
            Self::Frozen { .. } => "frozen",
            Self::Flow { .. } => "flow",
            Self::RemoveFlow { .. } => "remove_flow",
        }
    }
}

/// What was removed by earlier versions and still lies in the database.
#[derive(Debug, Clone, Default)]
pub struct Retired {
    pub tables: Vec<RetiredTable>,
    pub fields: Vec<RetiredField>,
}

/// A table, or the rows of a lines field.
#[derive(Debug, Clone)]
pub struct RetiredTable {
    pub place: Place,
}

#[derive(Debug, Clone)]
pub struct RetiredField {
    pub place: Place,
    pub key: String,
    pub kind: String,
    pub scale: u32,
}

impl Retired {
    fn has_table(&self, place: &Place) -> bool {
        self.tables.iter().any(|table| table.place == *place)
    }

    fn has_field(&self, place: &Place, field: &Field) -> bool {
        self.fields.iter().any(|retired| {
            retired.place == *place
                && retired.key == field.key
                && retired.kind == field.kind.name()
                && retired.scale == stored_scale(field)
        })
    }
}

/// The scale under which the catalogue knows a field.
#[must_use]
pub fn stored_scale(field: &Field) -> u32 {
    if field.kind.is_number() { field.scale } else { 0 }
}

/// The steps from `old` to `new`, in the order in which they are done. `renames` are done in `old` already, so that what has the
/// same key is the same.
#[must_use]
pub fn plan(old: &App, new: &App, renames: &[Rename], retired: &Retired) -> Vec<Step> {
    let mut planner = Planner { old, new, renames, retired, steps: Vec::new() };
    planner.renamed();
    for table in old.tables.values() {
        if !new.tables.contains_key(&table.key) {
            planner.steps.push(Step::RemoveTable { table: table.key.clone() });
        }
    }
    for table in new.tables.values() {
        match old.tables.get(&table.key) {
            Some(before) => planner.table(before, table),
            None if retired.has_table(&Place::table(&table.key)) => {
                planner.steps.push(Step::RestoreTable { table: table.key.clone() });
            }
            None => planner.steps.push(Step::AddTable { table: table.key.clone() }),
        }
    }
    planner.ledgers();
    planner.flows();
    planner.steps
}

struct Planner<'a> {
    old: &'a App,
    new: &'a App,
    renames: &'a [Rename],
    retired: &'a Retired,
    steps: Vec<Step>,
}

impl<'a> Planner<'a> {
    fn renamed(&mut self) {
        for rename in self.renames {
            match rename {
                Rename::Table { from, to } => {
                    self.steps.push(Step::RenameTable { from: from.clone(), to: to.clone() });
                }
                Rename::Field { table, lines, from, to } => self.steps.push(Step::RenameField {
                    place: Place { table: table.clone(), lines: lines.clone() },
                    from: from.clone(),
                    to: to.clone(),
                }),
                Rename::Document { .. } => {}
            }
        }
    }

    fn table(&mut self, before: &'a Table, after: &'a Table) {
        let place = Place::table(&after.key);
        let frozen = after.append_only;
        let old_lines: Vec<&Field> = before.lines().collect();
        let scalars = |table: &'a Table| table.scalars().collect::<Vec<_>>();
        self.fields(&place, &scalars(before), &scalars(after), frozen);
        let mut kept = Vec::new();
        for lines in after.lines() {
            let inside = Place::lines(&after.key, &lines.key);
            match old_lines.iter().find(|old| old.key == lines.key) {
                Some(old) => {
                    kept.push(old.key.as_str());
                    let columns = |field: &'a Field| field.columns.values().collect::<Vec<_>>();
                    self.fields(&inside, &columns(old), &columns(lines), frozen);
                }
                None if self.retired.has_table(&inside) => self.steps.push(Step::RestoreLines { place: inside }),
                None => self.steps.push(Step::AddLines { place: inside }),
            }
        }
        for old in old_lines.iter().filter(|old| !kept.contains(&old.key.as_str())) {
            self.steps.push(Step::RemoveLines { place: Place::lines(&after.key, &old.key) });
        }
        self.uniqueness(before, after);
        for set in indexed(after) {
            if !indexed(before).contains(&set) {
                self.steps.push(Step::Index { table: after.key.clone(), fields: set });
            }
        }
    }

    fn uniqueness(&mut self, before: &Table, after: &Table) {
        let owned = |set: Vec<&str>| set.into_iter().map(str::to_owned).collect::<Vec<String>>();
        let old_sets: Vec<Vec<String>> = before.unique_sets().map(owned).collect();
        let new_sets: Vec<Vec<String>> = after.unique_sets().map(owned).collect();
        for set in new_sets.iter().filter(|set| !old_sets.contains(set)) {
            self.steps.push(Step::Unique { table: after.key.clone(), fields: set.clone() });
        }
        for set in old_sets.into_iter().filter(|set| !new_sets.contains(set)) {
            self.steps.push(Step::NotUnique { table: after.key.clone(), fields: set });
        }
    }

    fn fields(&mut self, place: &Place, before: &[&Field], after: &[&Field], frozen: bool) {
        for field in after {
            match before.iter().find(|old| old.key == field.key) {
                Some(old) => self.field(place, old, field, frozen),
                None => self.appeared(place, field),
            }
        }
        for old in before.iter().filter(|old| !after.iter().any(|field| field.key == old.key)) {
            if old.stored_as().is_some() {
                self.steps.push(Step::RemoveField { place: place.clone(), field: old.key.clone() });
            }
        }
    }

    fn appeared(&mut self, place: &Place, field: &Field) {
        let key = field.key.clone();
        if field.stored_as().is_none() {
            return;
        }
        if self.retired.has_field(place, field) {
            self.steps.push(Step::RestoreField { place: place.clone(), field: key.clone() });
            if field.rollup.is_some() {
                self.steps.push(Step::Fill { place: place.clone(), field: key });
            }
            return;
        }
        self.steps.push(Step::AddField { place: place.clone(), field: key.clone() });
        if field.default.is_some() || field.formula.is_some() || field.rollup.is_some() {
            self.steps.push(Step::Fill { place: place.clone(), field: key.clone() });
        }
        if field.required && field.default.is_none() {
            self.steps.push(Step::Required { place: place.clone(), field: key });
        }
    }

    fn field(&mut self, place: &Place, old: &Field, new: &Field, frozen: bool) {
        let (place, field) = (place.clone(), new.key.clone());
        if old.lookup.is_some() || new.lookup.is_some() {
            // What a lookup shows lies elsewhere: nothing of it is carried over.
            if old.stored_as().is_some() {
                self.steps.push(Step::RemoveField { place: place.clone(), field });
            }
            if old.lookup.is_none() || new.lookup.is_none() {
                self.appeared(&place, new);
            }
            return;
        }
        let retarget = new.kind.is_link() && old.target != new.target;
        let becomes_figure = new.rollup.is_some() && old.rollup.is_none();
        let same_store = old.kind == new.kind && stored_scale(old) == stored_scale(new) && !retarget && !becomes_figure;
        if !same_store {
            if frozen {
                self.steps.push(Step::Frozen { place, field });
                return;
            }
            // What people wrote does not make way for a figure without a word.
            if becomes_figure || !convert::is_convertible(old, new) {
                if old.stored_as().is_some() {
                    self.steps.push(Step::RemoveField { place: place.clone(), field: old.key.clone() });
                }
                self.appeared(&place, new);
                return;
            }
            if convert::stays_in_place(old, new) {
                self.steps.push(Step::Retype { place: place.clone(), field: field.clone() });
            } else {
                self.steps.push(Step::Convert { place: place.clone(), field: field.clone() });
            }
        } else if matches!(new.kind, Kind::Choice | Kind::Choices) {
            for option in old.options.iter().filter(|option| new.option(&option.value).is_none()) {
                self.steps.push(Step::RemoveOption {
                    place: place.clone(),
                    field: field.clone(),
                    option: option.value.clone(),
                });
            }
        }
        if new.rollup.is_some() && (new.rollup != old.rollup || !same_store) && !frozen {
            self.steps.push(Step::Fill { place: place.clone(), field: field.clone() });
        }
        if new.formula.is_some() && new.formula != old.formula {
            self.steps.push(Step::Formula { place: place.clone(), field: field.clone() });
        }
        if new.required && !old.required {
            self.steps.push(Step::Required { place, field });
        }
    }

    fn ledgers(&mut self) {
        for (key, ledger) in &self.new.ledgers {
            let Some(before) = self.old.ledgers.get(key) else { continue };
            let same = before.moves == ledger.moves
                && before.balance == ledger.balance
                && before.dimensions == ledger.dimensions
                && before.hold.is_some() == ledger.hold.is_some()
                && before.value.is_some() == ledger.value.is_some();
            if !same {
                self.steps.push(Step::Ledger { ledger: key.clone() });
            }
        }
    }

    fn flows(&mut self) {
        for (key, flow) in &self.old.flows {
            match self.new.flows.get(key) {
                None => self.steps.push(Step::RemoveFlow { flow: key.clone() }),
                Some(after) if after != flow => self.steps.push(Step::Flow { flow: key.clone() }),
                Some(_) => {}
            }
        }
    }
}

/// Every set of fields that an index is asked for.
fn indexed(table: &Table) -> Vec<Vec<String>> {
    let single = table.scalars().filter(|field| field.index).map(|field| vec![field.key.clone()]);
    single.chain(table.index.iter().cloned()).collect()
}
