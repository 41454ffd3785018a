//! Kinds of views: which of them a table can have, and by which fields each is drawn.

use super::{columns::Reader, tools::Toolbox};
use crate::{
    definition::{
        field::{Field, Kind},
        view::{View, ViewKind},
    },
    i18n::Arg,
    web::view::{Choice, DrawnTool, Tab},
};

/// The fields that a member of a view may name, in the order of the table; `state` where records have one.
pub fn fitting<'a>(reader: &Reader<'a>, stateful: bool, member: &str) -> Vec<(&'a str, String)> {
    let fits = |field: &Field| match member {
        "by" => field.kind.parts_rows(),
        "start" | "end" => matches!(field.kind, Kind::Date | Kind::DateTime),
        "color_by" => field.kind == Kind::Choice,
        _ => field.kind == Kind::Image,
    };
    let shown = |field: &&Field| !field.sealed && fits(field) && reader.place(&field.key).is_some();
    let own = reader.table.scalars().filter(shown).map(|field| (field.key.as_str(), field.title.clone()));
    let mut fields: Vec<(&str, String)> = own.collect();
    if member == "by" && stateful {
        fields.insert(0, ("state", reader.texts.get("field-state")));
    }
    fields
}

/// The view with a field where its kind cannot do without one, and without those that do not fit. A view whose kind the table
/// cannot have becomes a grid.
pub fn complete(view: &mut View, reader: &Reader<'_>, stateful: bool) {
    let kind = view.kind;
    let mut lacks = false;
    for (member, place) in view.drawn_by() {
        let fields = fitting(reader, stateful, member);
        if place.as_deref().is_some_and(|key| fields.iter().all(|(known, _)| *known != key)) {
            *place = None;
        }
        let needed = matches!((kind, member), (ViewKind::Kanban, "by") | (ViewKind::Calendar, "start"));
        if needed && place.is_none() {
            // A choice says more than a yes or no, and a link may have many values.
            let choice = |key: &str| reader.table.field(key).is_none_or(|field| field.kind == Kind::Choice);
            let first = fields.iter().find(|(key, _)| choice(key)).or(fields.first());
            *place = first.map(|(key, _)| (*key).to_owned());
            lacks |= place.is_none();
        }
    }
    if lacks {
        view.kind = ViewKind::Grid;
    }
}

/// The members by which a kind is drawn.
const fn members(kind: ViewKind) -> &'static [&'static str] {
    match kind {
        ViewKind::Grid => &[],
        ViewKind::Kanban => &["by", "cover"],
        ViewKind::Calendar => &["start", "end", "color_by"],
        ViewKind::Gallery => &["cover"],
    }
}

impl Toolbox<'_, '_> {
    /// The kinds of views that the table can have.
    fn kinds(&self) -> Vec<ViewKind> {
        let has = |member: &str| !fitting(self.reader, self.stateful, member).is_empty();
        let can = |kind: &ViewKind| match kind {
            ViewKind::Grid => true,
            ViewKind::Kanban => has("by"),
            ViewKind::Calendar => has("start"),
            ViewKind::Gallery => has("cover"),
        };
        ViewKind::ALL.into_iter().filter(can).collect()
    }

    /// The same list as another kind of view: the icon, and where it leads.
    pub fn kind_tabs(&self) -> Vec<(&'static str, Tab)> {
        let kinds = self.kinds();
        if kinds.len() < 2 {
            return Vec::new();
        }
        let tab = |kind: ViewKind| {
            let href = self.asked.address(&["on", "group", "in"], &[("kind", kind.as_str().to_owned())]);
            let label = self.reader.texts.get(&format!("view-kind-{}", kind.as_str()));
            (icon(kind), Tab::new(label, href, kind == self.view.kind))
        };
        kinds.into_iter().map(tab).collect()
    }

    /// The kinds that a new view can have.
    pub fn kind_choices(&self) -> Vec<Choice> {
        let label = |kind: ViewKind| self.reader.texts.get(&format!("view-kind-{}", kind.as_str()));
        let kinds = self.kinds();
        kinds.into_iter().map(|kind| Choice::new(kind.as_str(), label(kind), kind == self.view.kind)).collect()
    }

    /// The menu that says by which fields the view is drawn.
    pub fn drawn_tool(&self) -> Option<DrawnTool> {
        let texts = self.reader.texts;
        let members = members(self.view.kind);
        let mut view = self.view.clone();
        let mut fields = Vec::new();
        let mut label = texts.get("view-drawn");
        for (member, place) in view.drawn_by() {
            let known = fitting(self.reader, self.stateful, member);
            if !members.contains(&member) || known.is_empty() {
                continue;
            }
            let chosen = place.as_deref().unwrap_or_default();
            let needed = matches!(member, "by" | "start");
            let mut choices: Vec<Choice> = Vec::new();
            if !needed {
                choices.push(Choice::new("", texts.get("filter-none"), chosen.is_empty()));
            }
            choices.extend(known.iter().map(|(key, title)| Choice::new(*key, title, *key == chosen)));
            if needed && let Some((_, title)) = known.iter().find(|(key, _)| *key == chosen) {
                let word = if member == "by" { "view-drawn-by" } else { "view-drawn-on" };
                label = texts.with(word, &[("title", Arg::Text(title))]);
            }
            fields.push((member, texts.get(&format!("view-member-{}", member.replace('_', "-"))), choices));
        }
        if fields.is_empty() {
            return None;
        }
        Some(DrawnTool { label, keep: self.asked.kept(members), fields })
    }
}

const fn icon(kind: ViewKind) -> &'static str {
    match kind {
        ViewKind::Grid => "rows",
        ViewKind::Kanban => "board",
        ViewKind::Calendar => "calendar",
        ViewKind::Gallery => "gallery",
    }
}
