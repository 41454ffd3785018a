//! The columns of a list: what a view names, as far as the reader may see it, and the cells it makes of a record.

use crate::{
    access::{Permit, Visibility},
    base::value::Value,
    definition::{
        app::App,
        field::{Field, Kind},
        role::Action,
        table::Table,
        view::{ColumnDisplay, Total, View, ViewColumn},
    },
    i18n::{Arg, Texts},
    query::{FieldPath, FieldSource, SystemField, resolve, stretch_of},
    service::{
        Error, LiveApp,
        permits::Rights,
        records::Listed,
        represent::{PEOPLE, target_of},
    },
    store::records::Record,
    web::{
        pages::cell::{self, Showing},
        view::{Cell, Column, Level, OnPhone, Tone},
    },
};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// How many fields a list shows that no view describes.
const UNASKED: usize = 8;

/// Who reads which table.
pub struct Reader<'a> {
    pub texts: Texts,
    /// The app and the table in the reader's language.
    pub app: &'a App,
    pub table: &'a Table,
    pub permit: &'a Permit,
    pub targets: &'a HashMap<String, Permit>,
}

/// What a person may read of a table, apart from the words.
pub struct Reads<'a> {
    app: &'a App,
    table: &'a Table,
    permit: Permit,
    targets: HashMap<String, Permit>,
}

impl<'a> Reads<'a> {
    /// # Errors
    /// `NotFound` for a table that the person cannot see.
    pub fn of(rights: &Rights<'a>, table: &str) -> Result<Self, Error> {
        let app: &App = &rights.live.face(&rights.actor.locale).app;
        let definition = app.tables.get(table).ok_or(Error::NotFound)?;
        let permit = rights.permit(table, Action::View)?;
        Ok(Self { app, table: definition, permit, targets: rights.targets(definition) })
    }

    pub const fn reader(&self, texts: Texts) -> Reader<'_> {
        Reader { texts, app: self.app, table: self.table, permit: &self.permit, targets: &self.targets }
    }
}

/// A field, a system field, or a field one link away.
#[derive(Clone)]
pub struct Place<'a> {
    pub path: FieldPath,
    /// Nothing for a system field.
    pub field: Option<&'a Field>,
}

/// One column of the list.
pub struct GridColumn<'a> {
    place: Place<'a>,
    title: String,
    under: Option<Place<'a>>,
    shape: Shape<'a>,
    /// In CSS pixels.
    pub width: Option<u32>,
}

enum Shape<'a> {
    Plain,
    /// Red at zero and below.
    Remaining,
    /// A bar beside the number, up to the larger of both.
    Level(Place<'a>),
}

impl<'a> Reader<'a> {
    /// What a path names, unless the reader may not see it.
    #[must_use]
    pub fn place(&self, path: &str) -> Option<Place<'a>> {
        let source: &'a dyn FieldSource = self.app;
        let (path, resolved) = resolve(path, self.table, source).ok()?;
        self.shows(&path).then_some(Place { path, field: resolved.field })
    }

    /// What a path such as `lines.qty` names in the lines of the records, with the lines field, unless the reader may not see it.
    #[must_use]
    pub fn place_in_lines(&self, path: &str) -> Option<(&'a Field, Place<'a>)> {
        let (key, rest) = path.split_once('.')?;
        let field = self.table.field(key).filter(|field| field.kind == Kind::Lines)?;
        let column = field.column(rest.split('.').next()?)?;
        let ever = |path: &str| self.permit.visibility(path) != Visibility::Never;
        if !ever(key) || !ever(&format!("{key}.{}", column.key)) {
            return None;
        }
        let Some((_, end)) = rest.split_once('.') else {
            return Some((field, Place { path: FieldPath::Field(column.key.clone()), field: Some(column) }));
        };
        let target = column.target.as_deref().filter(|_| column.kind == Kind::Link)?;
        let (end, resolved) = resolve(end, self.app.tables.get(target)?, self.app).ok()?;
        let permit = self.targets.get(target)?;
        let shown = !matches!(&end, FieldPath::Field(key) if permit.visibility(key) == Visibility::Never);
        let path = FieldPath::Hop(column.key.clone(), Box::new(end));
        shown.then_some((field, Place { path, field: resolved.field }))
    }

    /// Whether the records that a link points at stand below one another, as far as the reader sees it.
    #[must_use]
    pub fn is_tree(&self, link: &Field) -> bool {
        let target = link.target.as_deref().and_then(|target| self.app.tables.get(target));
        let parent = target.and_then(|target| Some((target, target.parent_field()?)));
        parent.is_some_and(|(target, parent)| {
            let permit = self.targets.get(&target.key);
            permit.is_some_and(|permit| permit.visibility(&parent.key) != Visibility::Never)
        })
    }

    /// Whether some grant shows what stands at a path, in whatever rows.
    fn shows(&self, path: &FieldPath) -> bool {
        let ever = |permit: &Permit, key: &str| permit.visibility(key) != Visibility::Never;
        match path {
            FieldPath::System(_) => true,
            FieldPath::Field(key) => ever(self.permit, key),
            FieldPath::Hop(link, end) => {
                let target = self.target_of(link).and_then(|target| self.targets.get(target));
                let end_shows = |target: &Permit| match end.as_ref() {
                    FieldPath::Field(key) => ever(target, key),
                    _ => true,
                };
                ever(self.permit, link) && target.is_some_and(end_shows)
            }
        }
    }

    /// The columns of a view, as far as the reader may see them.
    #[must_use]
    pub fn columns(&self, view: &View) -> Vec<GridColumn<'a>> {
        let column = |place: Place<'a>, title, under: Option<&str>, display: Option<&ColumnDisplay>| {
            let shape = match display {
                Some(ColumnDisplay::Level { of }) => self.place(of).map_or(Shape::Plain, Shape::Level),
                Some(ColumnDisplay::Remaining) => Shape::Remaining,
                None => Shape::Plain,
            };
            GridColumn { place, title, under: under.and_then(|under| self.place(under)), shape, width: None }
        };
        let columns = view.columns.iter().filter_map(|written| {
            let place = self.place(written.field())?;
            let detail = written.detail();
            let title = detail.and_then(|detail| detail.title.clone()).unwrap_or_else(|| self.title(&place));
            let under = detail.and_then(|detail| detail.under.as_deref());
            let made = column(place, title, under, detail.and_then(|detail| detail.display.as_ref()));
            Some(GridColumn { width: written.width(), ..made })
        });
        columns.collect()
    }

    /// What a list shows that no view describes: the first fields of the table.
    #[must_use]
    pub fn unasked(&self, live: &LiveApp) -> View {
        let shown = |field: &&Field| !field.kind.is_wide() && !field.sensitive;
        let naming: Vec<&str> = self.table.display_fields().map(|field| field.key.as_str()).collect();
        let others = self.table.scalars().filter(shown).map(|field| field.key.as_str());
        let mut keys: Vec<&str> = naming.clone();
        keys.extend(others.filter(|key| !naming.contains(key)));
        keys.truncate(UNASKED);
        if live.app().submit_flow(&self.table.key).is_some() {
            keys.extend(["state", "created_by"]);
        }
        let columns = keys.into_iter().map(|key| ViewColumn::Field(key.to_owned()));
        View { columns: columns.collect(), ..View::new(&self.table.key, &self.table.title) }
    }

    /// What a place is called.
    #[must_use]
    pub fn title(&self, place: &Place<'_>) -> String {
        match (&place.path, place.field) {
            (_, Some(field)) => field.title.clone(),
            (FieldPath::System(system), None) => cell::system_title(self.texts, *system),
            (FieldPath::Hop(_, end), None) => match end.as_ref() {
                FieldPath::System(system) => cell::system_title(self.texts, *system),
                other => other.to_string(),
            },
            (FieldPath::Field(key), None) => key.clone(),
        }
    }

    /// What the records are gathered by is called: a field, or a stretch of its days.
    #[must_use]
    pub fn group_title(&self, key: &str) -> Option<String> {
        let (stretch, path) = stretch_of(key);
        let title = self.title(&self.place(path)?);
        Some(match stretch {
            Some(stretch) => {
                self.texts.with(&format!("group-by-{}", stretch.as_str()), &[("title", Arg::Text(&title))])
            }
            None => title,
        })
    }

    /// The field by which a list is sorted when its reader presses the head of this column: a link by what it is called.
    #[must_use]
    pub fn sort_path(&self, column: &GridColumn<'_>) -> Option<String> {
        let Place { path, field } = &column.place;
        match (path, field) {
            (FieldPath::System(SystemField::CreatedBy | SystemField::UpdatedBy | SystemField::Owner), _)
            | (FieldPath::System(SystemField::Department), _) => None,
            (_, Some(field))
                if field.sealed || field.kind.is_several() || field.kind.is_member() || field.kind.is_department() =>
            {
                None
            }
            (FieldPath::Field(key), Some(field)) if field.kind.is_link() => {
                let target = self.app.tables.get(field.target.as_deref()?)?;
                let name = target.display_fields().find(|field| !field.kind.is_link())?;
                self.place(&format!("{key}.{}", name.key)).map(|place| place.path.to_string())
            }
            (FieldPath::Hop(..), Some(field)) if field.kind.is_link() => None,
            (path, _) => Some(path.to_string()),
        }
    }

    /// The table that a link field points at, where the reader may see it.
    fn target_of(&self, link: &str) -> Option<&'a str> {
        self.table.field(link)?.target.as_deref()
    }
}

impl<'a> GridColumn<'a> {
    #[must_use]
    pub fn place(&self) -> &Place<'a> {
        &self.place
    }

    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    fn places(&self) -> impl Iterator<Item = &Place<'a>> {
        let of = if let Shape::Level(of) = &self.shape { Some(of) } else { None };
        std::iter::once(&self.place).chain(&self.under).chain(of)
    }

    /// Link hops to read for the column.
    pub fn hops(&self) -> impl Iterator<Item = String> {
        let hops = self.places().filter(|place| matches!(place.path, FieldPath::Hop(..)));
        hops.map(|place| place.path.to_string())
    }

    fn numeric(&self) -> bool {
        self.place.field.is_some_and(|field| field.kind.is_number())
    }

    /// The heads that the column takes up: a number with a bar takes two.
    #[must_use]
    pub fn heads(&self, reader: &Reader<'_>) -> Vec<Column> {
        let path = self.place.path.to_string();
        let head = Column { numeric: self.numeric(), path, width: self.width, ..Column::new(self.title.clone()) };
        match &self.shape {
            Shape::Level(of) => {
                let label = format!("{} / {}", self.title, reader.title(of));
                vec![head, Column { on_phone: OnPhone::Hidden, ..Column::new(label) }]
            }
            _ => vec![head],
        }
    }

    /// Whether the view shows the number as more than digits.
    #[must_use]
    pub fn is_stressed(&self) -> bool {
        !matches!(self.shape, Shape::Plain)
    }

    #[must_use]
    pub fn is_state(&self) -> bool {
        self.place.path == FieldPath::System(SystemField::State)
    }

    /// The figures that make sense of the column, the usual one first. What may be of different units is never added up: a
    /// quantity without a unit of its own takes it from its row.
    #[must_use]
    pub fn figures(&self) -> &'static [Total] {
        let Some(field) = self.place.field else { return &[Total::Count] };
        match field.kind {
            _ if !matches!(self.place.path, FieldPath::Field(_)) => &[],
            Kind::Decimal if field.unit.is_none() => &[Total::Count],
            kind if kind.is_number() => {
                &[Total::Sum, Total::Average, Total::Min, Total::Max, Total::Count, Total::CountDistinct]
            }
            Kind::Date | Kind::DateTime | Kind::Time => &[Total::Min, Total::Max, Total::Count, Total::CountDistinct],
            kind if kind.is_several() => &[Total::Count],
            _ => &[Total::Count, Total::CountDistinct],
        }
    }

    /// A field whose values on a page may be added up: amounts of money that are sums themselves. Prices are not, and
    /// quantities may be of different units.
    #[must_use]
    pub fn adds_up(&self) -> Option<&'a Field> {
        let field = self.place.field.filter(|_| matches!(self.place.path, FieldPath::Field(_)))?;
        let sum = field.formula.as_deref().is_some_and(|formula| formula.trim_start().starts_with("sum("));
        (field.kind == Kind::Money && sum).then_some(field)
    }

    /// The cells of a record under [`Self::heads`].
    #[must_use]
    pub fn cells(&self, show: &Showing<'_>, row: &RowReader<'_, '_>, record: &Record, first: bool) -> Vec<Cell> {
        // The first cell opens the record, so it holds no other link.
        let show = if first { show.without_links() } else { *show };
        let shown = row.shown(&show, &self.place, record);
        let shown = match (shown, &self.under) {
            (Cell::Masked, _) => Cell::Masked,
            (shown, Some(under)) => self.with_under(&show, shown, &row.shown(&show, under, record)),
            (Cell::Empty, None) if first => Cell::text(self.unnamed(&show, record)),
            (shown, None) => shown,
        };
        let amount = |place: &Place<'_>| row.value(place, record).as_decimal();
        let alarmed = |shown| {
            let spent = amount(&self.place).is_some_and(|amount| !amount.is_sign_positive() || amount.is_zero());
            toned(shown, if spent { Tone::Bad } else { Tone::Plain })
        };
        match &self.shape {
            Shape::Plain => vec![shown],
            Shape::Remaining => vec![alarmed(shown)],
            Shape::Level(of) => {
                let readable = row.readable(&self.place, record) && row.readable(of, record);
                let level = match (amount(&self.place), amount(of)) {
                    (Some(value), Some(whole)) if readable => self.level(&show, of, value, whole),
                    _ if readable => Cell::Empty,
                    _ => Cell::Masked,
                };
                vec![alarmed(shown), level]
            }
        }
    }

    fn level(
        &self,
        show: &Showing<'_>,
        of: &Place<'_>,
        value: rust_decimal::Decimal,
        whole: rust_decimal::Decimal,
    ) -> Cell {
        use rust_decimal::prelude::ToPrimitive;
        let shown =
            |place: &Place<'_>, number| place.field.map_or_else(String::new, |field| cell::number(field, number));
        let label = show.texts.with(
            "level-of",
            &[("value", Arg::Text(&shown(&self.place, value))), ("whole", Arg::Text(&shown(of, whole)))],
        );
        let (value, whole) = (value.to_f64().unwrap_or(0.0), whole.to_f64().unwrap_or(0.0));
        let tone = if value <= 0.0 { Tone::Bad } else { Tone::Plain };
        Cell::Level(Level { value, max: value.max(whole).max(0.0), marks: vec![whole.max(0.0)], tone, label })
    }

    fn with_under(&self, show: &Showing<'_>, shown: Cell, under: &Cell) -> Cell {
        let small = match under {
            Cell::Empty => String::new(),
            other => cell::as_text(show.texts, other),
        };
        match shown {
            Cell::Number { value, unit, tone, .. } => Cell::Number { value, unit, tone, note: small },
            Cell::Link { label, href } => Cell::Titled { title: label, code: small, href },
            Cell::Empty => Cell::Titled { title: self.unset(show), code: small, href: String::new() },
            other => Cell::Titled { title: cell::as_text(show.texts, &other), code: small, href: String::new() },
        }
    }

    /// A document gets its number when it is submitted.
    fn unset(&self, show: &Showing<'_>) -> String {
        let numbered = self.place.field.is_some_and(|field| field.kind == Kind::NumberSeries);
        show.texts.get(if numbered { "not-numbered" } else { "no-value" })
    }

    fn unnamed(&self, show: &Showing<'_>, record: &Record) -> String {
        let numbered = self.place.field.is_some_and(|field| field.kind == Kind::NumberSeries);
        if numbered { show.texts.get("not-numbered") } else { format!("#{}", record.id) }
    }
}

fn toned(cell: Cell, tone: Tone) -> Cell {
    match cell {
        Cell::Number { value, unit, note, .. } => Cell::Number { value, unit, note, tone },
        other => other,
    }
}

/// Reads the places of records of one page.
pub struct RowReader<'r, 'a> {
    pub reader: &'r Reader<'a>,
    pub listed: &'r Listed,
}

impl RowReader<'_, '_> {
    /// The value at a place; system fields have none here.
    pub fn value<'v>(&self, place: &Place<'_>, record: &'v Record) -> &'v Value {
        match &place.path {
            FieldPath::Field(key) => record.document.get(key),
            FieldPath::Hop(..) => {
                let read = self.listed.hops.iter().position(|hop| *hop == place.path);
                read.and_then(|index| record.hops.get(index)).unwrap_or(&Value::Unset)
            }
            FieldPath::System(_) => &Value::Unset,
        }
    }

    /// Whether the reader may see it in this record.
    pub fn readable(&self, place: &Place<'_>, record: &Record) -> bool {
        match &place.path {
            FieldPath::Field(key) | FieldPath::Hop(key, _) => !record.hidden.contains(key),
            FieldPath::System(_) => true,
        }
    }

    fn shown(&self, show: &Showing<'_>, place: &Place<'_>, record: &Record) -> Cell {
        if !self.readable(place, record) {
            return Cell::Masked;
        }
        // What lies behind a link is hidden where the record it points at is.
        if let FieldPath::Hop(link, _) = &place.path
            && let (Some(target), Some(id)) = (self.reader.target_of(link), record.document.get(link).as_integer())
            && show.labels.get(target, id).is_none()
        {
            return Cell::Masked;
        }
        match (&place.path, place.field) {
            (FieldPath::System(system), _) => cell::system(show, *system, record),
            (_, Some(field)) => cell::short(cell::cell(show, field, self.value(place, record))),
            (_, None) => match self.value(place, record) {
                Value::Text(word) => Cell::Status(cell::state(show.texts, word)),
                Value::Instant(moment) => show.moment(*moment),
                Value::Integer(number) => Cell::Code(format!("#{number}")),
                _ => Cell::Empty,
            },
        }
    }

    /// The ids whose names the columns need, by table.
    #[must_use]
    pub fn wanted(&self, columns: &[GridColumn<'_>]) -> BTreeMap<String, BTreeSet<i64>> {
        let mut wanted: BTreeMap<String, BTreeSet<i64>> = BTreeMap::new();
        let mut note = |target: &str, id: i64| {
            wanted.entry(target.to_owned()).or_default().insert(id);
        };
        for place in columns.iter().flat_map(GridColumn::places) {
            for record in &self.listed.records {
                if let FieldPath::Hop(link, _) = &place.path
                    && let (Some(target), Some(id)) =
                        (self.reader.target_of(link), record.document.get(link).as_integer())
                {
                    note(target, id);
                }
                if let FieldPath::System(system) = &place.path {
                    let person = match system {
                        SystemField::CreatedBy => record.created_by,
                        SystemField::UpdatedBy => record.updated_by,
                        SystemField::Owner => record.owner,
                        _ => None,
                    };
                    if let Some(person) = person {
                        note(PEOPLE, person.0);
                    }
                }
                let Some(field) = place.field else { continue };
                let Some(target) = target_of(field) else { continue };
                for id in cell::ids(self.value(place, record)) {
                    note(target, id);
                }
            }
        }
        wanted
    }
}
