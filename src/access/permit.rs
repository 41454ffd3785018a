//! What was allowed: rows as a condition, fields as a mask. The only key to app data.

use crate::{
    base::id::{RecordId, UserId},
    definition::role::{Action, FieldRight, Grant},
    query::{Condition, FieldPath, SystemField},
};
use std::collections::{BTreeMap, BTreeSet};

/// Leave to do one action on rows of one table. Made by [`super::authorize`], for a task, or for the app itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Permit {
    app: String,
    table: String,
    action: Action,
    grants: Vec<PermitGrant>,
    /// Whose drafts show; absent for the app itself, which sees all.
    viewer: Option<UserId>,
    /// Leave to see the rows that lookups of the table read, by table.
    behind: BTreeMap<String, Permit>,
}

/// One grant that the person holds, with its scope bound to them.
#[derive(Debug, Clone, PartialEq)]
pub struct PermitGrant {
    /// The role it comes from, or the word for what stands in its place (`administrator`, `task`, `app`).
    pub source: String,
    pub actions: BTreeSet<Action>,
    pub rows: Condition,
    rights: Grant,
}

/// Whether a field may be read in a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Visibility {
    Always,
    /// Only in rows that meet the condition.
    When(Condition),
    Never,
}

impl PermitGrant {
    #[must_use]
    pub fn new(source: impl Into<String>, rights: Grant, rows: Condition) -> Self {
        let actions = rights.actions.iter().copied().collect();
        Self { source: source.into(), actions, rows, rights }
    }

    /// Every action on every field of the rows.
    #[must_use]
    pub fn full(source: &str, table: &str, rows: Condition) -> Self {
        let rights = Grant {
            table: table.to_owned(),
            actions: Action::ALL.to_vec(),
            scope: crate::definition::role::Scope::default(),
            fields: indexmap::IndexMap::new(),
        };
        Self::new(source, rights, rows)
    }

    #[must_use]
    pub fn right(&self, path: &str) -> FieldRight {
        self.rights.right(path)
    }
}

impl Permit {
    pub(super) const fn new(
        app: String,
        table: String,
        action: Action,
        grants: Vec<PermitGrant>,
        viewer: Option<UserId>,
    ) -> Self {
        Self { app, table, action, grants, viewer, behind: BTreeMap::new() }
    }

    /// The same with leave to see what lookups of the table show, which the tables behind their links decide.
    #[must_use]
    pub fn with_behind(mut self, behind: BTreeMap<String, Self>) -> Self {
        self.behind = behind;
        self
    }

    /// Leave to see the rows of a table that lookups read; nothing where the person may see none of it.
    #[must_use]
    pub fn behind(&self, table: &str) -> Option<&Self> {
        self.behind.get(table)
    }

    /// Leave for the app's own engine: flow effects, ledgers, numbering, labels. `on_behalf_of` is the audit's business.
    #[must_use]
    pub fn as_app(app: &str, table: &str, action: Action) -> Self {
        let grant = PermitGrant::full("app", table, Condition::Always);
        Self::new(app.to_owned(), table.to_owned(), action, vec![grant], None)
    }

    /// Leave to see what records are called, and nothing else of them: for whoever fills in a public form.
    #[must_use]
    pub fn of_labels(app: &str, table: &str, shown: impl Iterator<Item = String>) -> Self {
        let mut fields: indexmap::IndexMap<String, FieldRight> = shown.map(|key| (key, FieldRight::Read)).collect();
        fields.insert("*".to_owned(), FieldRight::Hidden);
        let scope = crate::definition::role::Scope::default();
        let rights = Grant { table: table.to_owned(), actions: vec![Action::View], scope, fields };
        let grant = PermitGrant::new("guest", rights, Condition::Always);
        Self::new(app.to_owned(), table.to_owned(), Action::View, vec![grant], Some(UserId(0)))
    }

    /// Leave to see one record by a task or a copy, added to what the person's roles give (`by_roles`).
    #[must_use]
    pub fn with_record(viewer: UserId, app: &str, record: RecordId, rights: Grant, by_roles: Option<Self>) -> Self {
        let rows = Condition::equals(FieldPath::System(SystemField::Id), record.0.into());
        let mut grants = by_roles.map(|permit| permit.grants).unwrap_or_default();
        let table = rights.table.clone();
        grants.push(PermitGrant::new("task", rights, rows));
        Self::new(app.to_owned(), table, Action::View, grants, Some(viewer))
    }

    /// Whose drafts show; absent for the app itself, which sees all.
    #[must_use]
    pub const fn viewer(&self) -> Option<UserId> {
        self.viewer
    }

    #[must_use]
    pub fn app(&self) -> &str {
        &self.app
    }

    #[must_use]
    pub fn table(&self) -> &str {
        &self.table
    }

    #[must_use]
    pub const fn action(&self) -> Action {
        self.action
    }

    /// Every grant on the table, whatever its actions: a row's buttons depend on all of them.
    #[must_use]
    pub fn grants(&self) -> &[PermitGrant] {
        &self.grants
    }

    /// The rows that may be seen at all.
    #[must_use]
    pub fn visible_rows(&self) -> Condition {
        self.rows_for(Action::View)
    }

    /// The rows on which `action` may be done.
    #[must_use]
    pub fn rows_for(&self, action: Action) -> Condition {
        Condition::any_of(self.granting(action).map(|grant| grant.rows.clone()))
    }

    fn granting(&self, action: Action) -> impl Iterator<Item = &PermitGrant> {
        self.grants.iter().filter(move |grant| grant.actions.contains(&action))
    }

    /// Whether a field may be read (selected, filtered, sorted, searched, summed) in the visible rows.
    ///
    /// With several grants it is the union of the scopes of those that show it.
    #[must_use]
    pub fn visibility(&self, path: &str) -> Visibility {
        let shows = |grant: &&PermitGrant| grant.right(path) >= FieldRight::Read;
        if self.granting(Action::View).all(|grant| shows(&grant)) {
            return if self.granting(Action::View).next().is_some() { Visibility::Always } else { Visibility::Never };
        }
        match Condition::any_of(self.granting(Action::View).filter(shows).map(|grant| grant.rows.clone())) {
            Condition::Never => Visibility::Never,
            Condition::Always => Visibility::Always,
            some if some == self.visible_rows() => Visibility::Always,
            some => Visibility::When(some),
        }
    }

    /// The rights on one row, given which grants' scopes it lies in (in the order of [`Self::grants`]).
    #[must_use]
    pub fn rights<'a>(&'a self, matched: &[bool]) -> RowRights<'a> {
        let grants = self.grants.iter().zip(matched).filter(|(_, matched)| **matched).map(|(grant, _)| grant);
        RowRights { grants: grants.collect() }
    }

    /// The rights on a row that does not exist yet: those of every grant to create, since its scope is only known
    /// afterwards (and checked then).
    #[must_use]
    pub fn rights_to_create(&self) -> RowRights<'_> {
        RowRights { grants: self.granting(Action::Create).collect() }
    }
}

/// What may be done with one row.
#[derive(Debug, Clone)]
pub struct RowRights<'a> {
    grants: Vec<&'a PermitGrant>,
}

impl RowRights<'_> {
    #[must_use]
    pub fn can(&self, action: Action) -> bool {
        self.grants.iter().any(|grant| grant.actions.contains(&action))
    }

    /// Whether the field's value may be seen in this row.
    #[must_use]
    pub fn can_read(&self, path: &str) -> bool {
        self.grants.iter().any(|grant| {
            (grant.actions.contains(&Action::View) || grant.actions.contains(&Action::Create))
                && grant.right(path) >= FieldRight::Read
        })
    }

    /// Whether `action` (create, edit, edit_approved) may write the field in this row.
    #[must_use]
    pub fn can_write(&self, action: Action, path: &str) -> bool {
        self.grants.iter().any(|grant| grant.actions.contains(&action) && grant.right(path) == FieldRight::Edit)
    }
}
