//! Records to be printed: as the reader may see them, with what their print reads behind links.

use super::{
    Call, Error, LiveApp,
    context::{Circumstances, ids_at},
    permits::Rights,
    represent::{self, Labels, PEOPLE},
    see::{self, Seen as SeenRecord},
};
use crate::{
    access::{Permit, RowRights, Visibility},
    base::{
        id::RecordId,
        value::{Document, Line, Value},
    },
    definition::{
        app::App,
        field::Field,
        form::Rule,
        print::{self, EXTRAS, LABEL, Print, RECORD, What},
        role::Action,
        table::Table,
    },
    query::SystemField,
    rules::{Hops, Inputs, Names, RuleCode, RuleError},
    store::{Connection, records::Record},
};
use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap},
};

/// The most records of one print.
pub const MOST_RECORDS: usize = 100;
/// The most sheets of one print, copies included.
pub const MOST_SHEETS: usize = 500;

/// The print of a table that is called `key`; without a key the app's first, else the one made from the form.
///
/// # Errors
/// `NotFound` for a print that does not exist or belongs to another table.
pub fn choose<'a>(live: &'a LiveApp, locale: &str, table: &str, key: Option<&str>) -> Result<Cow<'a, Print>, Error> {
    let face = live.face(locale);
    let definition = live.table(locale, table)?;
    let made = || face.forms.get(table).map(|(form, _)| Cow::Owned(print::record(definition, form)));
    match key {
        Some(RECORD) => made().ok_or(Error::NotFound),
        Some(LABEL) => Ok(Cow::Owned(print::label(definition))),
        Some(key) => {
            let found = face.app.prints.get(key).filter(|print| print.table == table);
            found.map(Cow::Borrowed).ok_or(Error::NotFound)
        }
        None => {
            let first = face.app.prints.values().find(|print| print.table == table).map(Cow::Borrowed);
            first.or_else(made).ok_or(Error::NotFound)
        }
    }
}

/// Records of one table with everything that their print shows of them.
pub struct Printing<'a> {
    pub live: &'a LiveApp,
    pub table: &'a Table,
    /// The app in the reader's language.
    app: &'a App,
    pub records: Vec<Printable>,
    /// How many of those asked for are not there, or may not be printed by this reader.
    pub left_out: usize,
    /// Names of what is linked, as far as the reader may see it.
    pub labels: Labels,
    around: Circumstances<'a>,
    /// Leave to see, by the key of every table that links lead to.
    targets: HashMap<String, Permit>,
}

/// One record to be printed.
pub struct Printable {
    pub permit: Permit,
    pub record: Record,
    /// What rules read: the record's document as the reader sees it, with the fields that every record has.
    document: Document,
}

/// Reads records for a print: a constant number of statements behind links, and those of [`see::see`] for each record.
///
/// # Errors
/// `NotFound` where none of them is there for the reader, `Forbidden` where they see some but may print none.
pub async fn load<'a>(
    conn: &impl Connection,
    call: &Call,
    rights: &Rights<'a>,
    print: &Print,
    ids: &[i64],
) -> Result<Printing<'a>, Error> {
    let live = rights.live;
    let table = live.table(&call.actor.locale, &print.table)?;
    let mut records = Vec::new();
    let mut seen = false;
    for id in ids {
        let SeenRecord { permit, record } = match see::see(conn, rights, live, &print.table, RecordId(*id)).await {
            Ok(found) => found,
            Err(Error::NotFound) => continue,
            Err(other) => return Err(other),
        };
        seen = true;
        if permit.rights(&record.matched).can(Action::Print) {
            let document = with_system_fields(&record);
            records.push(Printable { permit, record, document });
        }
    }
    if records.is_empty() {
        return Err(if seen { Error::forbidden("forbidden") } else { Error::NotFound });
    }
    let hops = hops_of(live, table, print);
    let mut around = Circumstances::new(call, live);
    around.load_all(conn, table, records.iter().map(|item| &item.document), &hops).await?;
    let people = records.iter().flat_map(|item| {
        let record = &item.record;
        [record.created_by, record.updated_by, record.owner].into_iter().flatten()
    });
    let documents = records.iter().map(|item| &item.record.document);
    let labels = represent::labels(conn, rights, table, documents, people).await?;
    let mut printing = Printing {
        live,
        table,
        app: &live.face(&call.actor.locale).app,
        left_out: ids.len() - records.len(),
        targets: targets(rights, table, &hops),
        records,
        labels,
        around,
    };
    let behind = printing.links_behind(&hops);
    printing.name(represent::labels_of(conn, rights, behind).await?);
    Ok(printing)
}

/// The record's document with the fields that the engine writes, for rules.
fn with_system_fields(record: &Record) -> Document {
    let mut document = record.document.clone();
    let person = |user: Option<crate::base::id::UserId>| user.map_or(Value::Unset, |user| Value::Integer(user.0));
    let system = [
        (SystemField::Id, Value::Integer(record.id.0)),
        (SystemField::Version, Value::Integer(record.version)),
        (SystemField::State, record.state.as_deref().map_or(Value::Unset, Value::from)),
        (SystemField::CreatedAt, Value::Instant(record.created_at)),
        (SystemField::UpdatedAt, Value::Instant(record.updated_at)),
        (SystemField::CreatedBy, person(record.created_by)),
        (SystemField::UpdatedBy, person(record.updated_by)),
        (SystemField::Owner, person(record.owner)),
        (SystemField::Department, record.department.map_or(Value::Unset, Value::Integer)),
    ];
    document.values.extend(system.map(|(field, value)| (field.as_str().to_owned(), value)));
    document
}

/// What the print reads behind links.
fn hops_of(live: &LiveApp, table: &Table, print: &Print) -> Hops {
    let mut hops = Hops::new();
    for read in print.reads() {
        let names = Names::of(table).in_line(read.line);
        match read.what {
            What::Field(path) if EXTRAS.contains(&path) => {}
            What::Field(path) => names.template_hops(&format!("{{{path}}}"), &mut hops),
            // One that does not compile says so where it stands.
            What::Expression(source) => {
                if let Ok(expression) = live.expression(source) {
                    expression.link_hops(&names, &mut hops);
                }
            }
        }
    }
    hops
}

/// Leave to see every table on the way of the hops; those that the reader cannot see are left out.
fn targets(rights: &Rights<'_>, table: &Table, hops: &Hops) -> HashMap<String, Permit> {
    let mut permits = rights.targets(table);
    for (link, fields) in hops {
        let Some(first) = table.field_at(link).and_then(|field| field.target.as_deref()) else { continue };
        for path in fields {
            let mut here = first;
            for segment in path.split('.') {
                let next = rights.live.app().tables.get(here).and_then(|table| table.field(segment));
                let Some(target) = next.and_then(|field| field.target.as_deref()) else { break };
                if !permits.contains_key(target)
                    && let Ok(permit) = rights.permit(target, Action::View)
                {
                    permits.insert(target.to_owned(), permit);
                }
                here = target;
            }
        }
    }
    permits
}

/// What stands at a place of a print, for this reader.
#[derive(Debug, Clone, PartialEq)]
pub enum Seen<'p> {
    /// There is something that the reader may not see.
    Hidden,
    /// A value, with its field where it is one field's.
    Value(Value, Option<&'p Field>),
    System(SystemField),
}

impl<'a> Printing<'a> {
    /// Adds names.
    pub fn name(&mut self, more: Labels) {
        for (target, names) in more.0 {
            self.labels.0.entry(target).or_default().extend(names);
        }
    }

    /// What one record says, or one of its lines.
    #[must_use]
    pub fn sheet<'p>(&'p self, item: &'p Printable, line: Option<(&'p str, &'p Line)>) -> Sheet<'p> {
        Sheet { printing: self, item, line, rights: item.permit.rights(&item.record.matched) }
    }

    fn row(&self, table: &str, id: i64, key: &str) -> Option<Value> {
        self.around.context().links.get(table, id)?.get(key).cloned()
    }

    /// Links and people that stand behind links, by table: their names have to be read too.
    fn links_behind(&self, hops: &Hops) -> BTreeMap<String, BTreeSet<i64>> {
        let mut wanted: BTreeMap<String, BTreeSet<i64>> = BTreeMap::new();
        for (link, fields) in hops {
            let Some(first) = self.table.field_at(link).and_then(|field| field.target.as_deref()) else { continue };
            for item in &self.records {
                for id in ids_at(&item.document, link) {
                    for path in fields {
                        let (mut here, mut at) = (first, id);
                        for segment in path.split('.') {
                            wanted.entry(here.to_owned()).or_default().insert(at);
                            let Some(field) = self.field(here, segment) else { break };
                            let Some(Value::Integer(next)) = self.row(here, at, segment) else { break };
                            if field.kind.is_member() {
                                wanted.entry(PEOPLE.to_owned()).or_default().insert(next);
                            }
                            let Some(target) = field.target.as_deref() else { break };
                            wanted.entry(target.to_owned()).or_default().insert(next);
                            (here, at) = (target, next);
                        }
                    }
                }
            }
        }
        wanted
    }

    fn field(&self, table: &str, key: &str) -> Option<&'a Field> {
        self.app.tables.get(table)?.field(key)
    }
}

/// One sheet: a record, or one of its lines.
pub struct Sheet<'p> {
    pub printing: &'p Printing<'p>,
    pub item: &'p Printable,
    pub line: Option<(&'p str, &'p Line)>,
    pub rights: RowRights<'p>,
}

impl<'p> Sheet<'p> {
    /// The same with another line bound.
    #[must_use]
    pub fn with_line(&self, lines: &'p str, line: &'p Line) -> Self {
        Self { line: Some((lines, line)), rights: self.rights.clone(), ..*self }
    }

    /// The rows of a lines field, as far as they may be seen.
    #[must_use]
    pub fn rows(&self, lines: &str) -> &'p [Line] {
        self.item.record.document.lines_of(lines)
    }

    /// Whether some grant shows the field in some record; else it is as if it did not exist.
    #[must_use]
    pub fn knows(&self, path: &str) -> bool {
        self.item.permit.visibility(path) != Visibility::Never
    }

    /// The field of the record, or column of the bound line, with which a path begins: its key for rights (`lines.qty`), itself,
    /// and what follows.
    #[must_use]
    pub fn begin<'q>(&self, path: &'q str) -> Option<(String, &'p Field, &'q str)> {
        let table = self.printing.table;
        let lines = self.line.and_then(|(key, _)| table.field(key));
        let (first, rest) = path.split_once('.').unwrap_or((path, ""));
        let (named, path) = match first {
            "record" | "line" => (first, rest),
            _ => ("", path),
        };
        let (key, rest) = path.split_once('.').unwrap_or((path, ""));
        if named != "record"
            && let Some(lines) = lines
            && let Some(column) = lines.column(key)
        {
            return Some((format!("{}.{key}", lines.key), column, rest));
        }
        let field = table.field(key).filter(|_| named != "line")?;
        Some((key.to_owned(), field, rest))
    }

    /// What stands at a path: `amount`, `line.qty`, `item.code`, `created_at`.
    #[must_use]
    pub fn at(&self, path: &str) -> Seen<'p> {
        let Some((place, field, rest)) = self.begin(path) else {
            let name = path.strip_prefix("record.").unwrap_or(path);
            return SystemField::named(name).map_or(Seen::Value(Value::Unset, None), Seen::System);
        };
        if !self.rights.can_read(&place) {
            return Seen::Hidden;
        }
        let value = match (place.split_once('.'), self.line) {
            (Some((_, column)), Some((_, line))) => line.get(column).clone(),
            _ => self.item.record.document.get(&place).clone(),
        };
        self.behind(field, value, rest)
    }

    /// Follows links as far as the path goes and the reader may see.
    fn behind(&self, field: &'p Field, value: Value, path: &str) -> Seen<'p> {
        if path.is_empty() {
            return Seen::Value(value, Some(field));
        }
        let (Some(target), Some(id)) = (field.target.as_deref(), value.as_integer()) else {
            return Seen::Value(Value::Unset, None);
        };
        let (key, rest) = path.split_once('.').unwrap_or((path, ""));
        if !self.may_follow(target, id, key) {
            return Seen::Hidden;
        }
        let printing = self.printing;
        match (printing.field(target, key), printing.row(target, id, key)) {
            (Some(next), Some(value)) => self.behind(next, value, rest),
            _ => Seen::Value(Value::Unset, None),
        }
    }

    /// Whether the reader sees the field of the linked record. A field that only some rows show is not followed.
    fn may_follow(&self, target: &str, id: i64, key: &str) -> bool {
        let printing = self.printing;
        let field = printing.targets.get(target).is_some_and(|permit| permit.visibility(key) == Visibility::Always);
        field && printing.labels.get(target, id).is_some()
    }

    /// What the field at the end of a path is called.
    #[must_use]
    pub fn title(&self, path: &str) -> Option<String> {
        let (_, mut field, rest) = self.begin(path)?;
        for key in rest.split('.').filter(|key| !key.is_empty()) {
            field = self.printing.field(field.target.as_deref()?, key)?;
        }
        Some(field.title.clone())
    }

    fn inputs(&self) -> Inputs<'_> {
        let inputs = Inputs::new(self.printing.around.context(), self.printing.table, &self.item.document);
        match self.line {
            Some((lines, line)) => inputs.with_line(lines, line),
            None => inputs,
        }
    }

    /// The value of an expression; hidden where it reads anything that the reader may not see, unset where it reads something unset.
    ///
    /// # Errors
    /// The expression is broken.
    pub fn evaluate(&self, source: &str) -> Result<Seen<'p>, RuleError> {
        let expression = self.printing.live.expression(source)?;
        let names = Names::of(self.printing.table).in_line(self.line.map(|(lines, _)| lines));
        if !expression.reads(&names).iter().all(|path| self.rights.can_read(path)) {
            return Ok(Seen::Hidden);
        }
        let mut hops = Hops::new();
        expression.link_hops(&names, &mut hops);
        for (link, fields) in &hops {
            let hidden = fields.iter().any(|path| self.hides_behind(link, path));
            if hidden {
                return Ok(Seen::Hidden);
            }
        }
        match expression.evaluate(&self.inputs()) {
            Ok(value) => Ok(Seen::Value(value, None)),
            Err(error) if error.code == RuleCode::UnsetValue => Ok(Seen::Value(Value::Unset, None)),
            Err(error) => Err(error),
        }
    }

    /// Whether what a link of the record or of the bound line leads to is hidden.
    fn hides_behind(&self, link: &str, path: &str) -> bool {
        let Some(field) = self.printing.table.field_at(link) else { return false };
        let value = match (link.split_once('.'), self.line) {
            (Some((lines, column)), Some((bound, line))) if lines == bound => line.get(column),
            _ => self.item.record.document.get(link),
        };
        self.behind(field, value.clone(), path) == Seen::Hidden
    }

    /// Whether a rule shows what it is said of. What is unset shows nothing.
    ///
    /// # Errors
    /// The rule is broken.
    pub fn holds(&self, rule: Option<&Rule>) -> Result<bool, RuleError> {
        let source = match rule {
            None => return Ok(true),
            Some(Rule::Constant(truth)) => return Ok(*truth),
            Some(Rule::Expression(source)) => source,
        };
        match self.printing.live.expression(source)?.condition(&self.inputs()) {
            Err(error) if error.code == RuleCode::UnsetValue => Ok(false),
            other => other,
        }
    }
}
