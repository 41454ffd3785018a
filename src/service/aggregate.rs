//! Figures over records: groups with sums, averages, least and greatest values and counts, exact, over the rows and fields
//! that the person may read.

use super::{
    Call, Error, LiveApp,
    permits::Rights,
    represent::{self, Labels},
    selection::{Selection, filter_error},
};
use crate::{
    base::{error::FieldError, value::Value},
    definition::{field::Field, role::Action},
    query::{
        Condition, FieldPath, Figure, FigureNames, Filter, GroupKey, Measure, Names, Offsets, RowValues, compare,
        group_filter,
    },
    store::{
        Connection,
        records::{self, Aggregation, Group, Listing},
    },
};
use serde_json::{Map, Value as Json, json};
use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
};

/// The most groups of an answer. Where groups are chosen or sorted by their figures, no more are looked at.
pub const MOST_GROUPS: u64 = 10_000;
/// The groups of an answer where the caller does not say.
const GROUPS: u64 = 1_000;
/// The most levels of a grouped list, and the most groups of one level.
pub const MOST_LEVELS: usize = 3;
const GROUPS_SHOWN: u64 = 500;

/// What a caller asks, as they wrote it. View, filter and search say which rows.
#[derive(Debug, Clone, Default)]
pub struct AggregateRequest {
    /// Only the rows on which the person may do this too; all that they see where nothing is said.
    pub action: Option<Action>,
    pub view: Option<String>,
    pub filter: Option<Json>,
    pub search: Option<String>,
    /// `item.category,month(day)`; nothing for the total of all rows.
    pub group: String,
    /// `sum(qty),count()`.
    pub measure: String,
    /// A filter over the names of keys and measures.
    pub having: Option<Json>,
    /// Names of keys and measures, `-` in front for descending; else by the keys.
    pub sort: Option<String>,
    pub limit: Option<u64>,
}

/// Groups with their figures.
#[derive(Debug)]
pub struct Aggregated {
    pub keys: Vec<Figure>,
    pub measures: Vec<Figure>,
    pub groups: Vec<Group>,
    /// Labels of the links and people among the keys.
    pub labels: Labels,
    /// There are more groups than were answered.
    pub truncated: bool,
    /// Some rows withhold a field from this reader, so that it is missing in the figures.
    pub masked: bool,
}

/// A grouped list: what stands above the rows of each group, level by level.
#[derive(Debug)]
pub struct Grouped {
    pub keys: Vec<Figure>,
    pub measures: Vec<Figure>,
    pub groups: Vec<GroupNode>,
    pub labels: Labels,
    pub truncated: bool,
    pub masked: bool,
}

/// One group of a grouped list.
#[derive(Debug, Clone)]
pub struct GroupNode {
    /// The value of its key; the first day where days are gathered.
    pub value: Value,
    pub count: i64,
    /// In the order of the measures.
    pub figures: Vec<Value>,
    /// The filter that finds its rows among those of the list.
    pub filter: Json,
    /// The groups within it.
    pub groups: Vec<GroupNode>,
}

/// Groups and figures of a table's records. Two statements, and one per table whose labels are needed.
///
/// # Errors
/// `NotFound` for a table or view that the person cannot see; keys, measures and filters that do not fit.
pub async fn aggregate(
    conn: &impl Connection,
    call: &Call,
    live: &LiveApp,
    table: &str,
    request: &AggregateRequest,
) -> Result<Aggregated, Error> {
    let rights = Rights::load(conn, call, live).await?;
    let asked = Asked::read(conn, &rights, table, request).await?;
    let limit = request.limit.unwrap_or(GROUPS);
    if limit == 0 || limit > MOST_GROUPS {
        return Err(Error::Invalid(vec![FieldError::new("/limit", "maximum").with("maximum", MOST_GROUPS)]));
    }
    let columns: Vec<Figure> = asked.key_fields.iter().chain(&asked.measure_fields).cloned().collect();
    let having = match &request.having {
        Some(json) => {
            let filter =
                Filter::parse_with(json, &FigureNames(&columns)).map_err(|error| filter_error("/having", error))?;
            rights.bind(conn, &filter).await?
        }
        None => Condition::Always,
    };
    let order = order(request.sort.as_deref().unwrap_or_default(), &columns)?;
    let by_figures = having != Condition::Always || !order.is_empty();
    let read = if by_figures { MOST_GROUPS } else { limit };
    let (mut groups, mut truncated) = asked.groups(conn, live, &asked.keys, &asked.measures, read).await?;
    groups.retain(|group| having.matches(&InGroup { columns: &columns, group }));
    let labels = labels(conn, &rights, &asked.key_fields, groups.iter().map(|group| group.keys.as_slice())).await?;
    sort(&mut groups, &order, &asked.key_fields, &labels);
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    truncated |= groups.len() > most;
    groups.truncate(most);
    let masked = asked.masked();
    Ok(Aggregated { keys: asked.key_fields, measures: asked.measure_fields, groups, labels, truncated, masked })
}

/// The API's aggregate.
///
/// # Errors
/// As [`aggregate`].
pub async fn aggregate_json(
    conn: &impl Connection,
    call: &Call,
    live: &LiveApp,
    table: &str,
    request: &AggregateRequest,
) -> Result<Json, Error> {
    let answer = aggregate(conn, call, live, table, request).await?;
    let mut refs: Map<String, Json> = Map::new();
    let mut groups = Vec::with_capacity(answer.groups.len());
    for group in &answer.groups {
        let mut json = Map::new();
        for (column, value) in answer.keys.iter().zip(&group.keys) {
            json.insert(column.name.clone(), column.field.write(value));
            if let Some((id, label)) =
                value.as_integer().and_then(|id| Some((id, answer.labels.of(&column.field, id)?)))
            {
                refs.entry(column.name.clone()).or_insert_with(|| json!({}))[id.to_string()] = json!({"label": label});
            }
        }
        for (column, value) in answer.measures.iter().zip(&group.figures) {
            json.insert(column.name.clone(), column.field.write(value));
        }
        groups.push(Json::Object(json));
    }
    Ok(json!({"groups": groups, "refs": refs, "partial": answer.truncated || answer.masked}))
}

/// A list gathered by one to three keys: counts and figures of every group and of the groups within it. A statement for each
/// level. The rows of a group are those of the list that its filter finds.
///
/// # Errors
/// As [`aggregate`].
pub async fn grouped(
    conn: &impl Connection,
    call: &Call,
    live: &LiveApp,
    table: &str,
    request: &AggregateRequest,
) -> Result<Grouped, Error> {
    let rights = Rights::load(conn, call, live).await?;
    let asked = Asked::read(conn, &rights, table, request).await?;
    if asked.keys.is_empty() || asked.keys.len() > MOST_LEVELS {
        let error = FieldError::new("/group", "maximum").with("maximum", MOST_LEVELS);
        return Err(Error::Invalid(vec![error]));
    }
    let count = Measure { function: crate::query::Function::Count, path: None };
    let measures: Vec<Measure> = std::iter::once(count).chain(asked.measures.iter().cloned()).collect();
    let mut levels = Vec::new();
    let mut truncated = false;
    let mut most = GROUPS_SHOWN;
    for level in 1..=asked.keys.len() {
        let (groups, more) = asked.groups(conn, live, &asked.keys[..level], &measures, most).await?;
        truncated |= more;
        levels.push(groups);
        most = MOST_GROUPS;
    }
    let all = levels.iter().flatten().map(|group| group.keys.as_slice());
    let labels = labels(conn, &rights, &asked.key_fields, all).await?;
    for groups in &mut levels {
        sort(groups, &[], &asked.key_fields, &labels);
    }
    let groups = nest(&asked, &levels, &[], None);
    let masked = asked.masked();
    Ok(Grouped { keys: asked.key_fields, measures: asked.measure_fields, groups, labels, truncated, masked })
}

/// The groups of the first of `levels` that lie in the group with the keys `within`, each with those of the next level.
fn nest(asked: &Asked<'_>, levels: &[Vec<Group>], within: &[Value], outer: Option<&Json>) -> Vec<GroupNode> {
    let Some((level, deeper)) = levels.split_first() else { return Vec::new() };
    let depth = within.len();
    let (Some(key), Some(figure)) = (asked.keys.get(depth), asked.key_fields.get(depth)) else { return Vec::new() };
    let inside = level.iter().filter(|group| group.keys.get(..depth) == Some(within));
    inside
        .filter_map(|group| {
            let value = group.keys.get(depth)?.clone();
            let own = group_filter(key, &figure.field, &value);
            let filter = outer.map_or_else(|| own.clone(), |outer| json!({"all": [outer, own]}));
            let (count, figures) = group.figures.split_first()?;
            Some(GroupNode {
                value,
                count: count.as_integer().unwrap_or(0),
                figures: figures.to_vec(),
                groups: nest(asked, deeper, &group.keys, Some(&filter)),
                filter,
            })
        })
        .collect()
}

/// A request that was understood.
struct Asked<'a> {
    chosen: Selection<'a>,
    search: Option<String>,
    keys: Vec<GroupKey>,
    key_fields: Vec<Figure>,
    measures: Vec<Measure>,
    measure_fields: Vec<Figure>,
    offsets: Offsets,
}

impl<'a> Asked<'a> {
    async fn read(
        conn: &impl Connection,
        rights: &Rights<'a>,
        table: &str,
        request: &AggregateRequest,
    ) -> Result<Self, Error> {
        let mut chosen = Selection::new(conn, rights, table, request.view.as_deref(), request.filter.as_ref()).await?;
        if let Some(action) = request.action {
            chosen.permit = rights.permit(table, action)?;
        }
        let names = chosen.names();
        let names: &dyn Names = &names;
        let keys = GroupKey::parse_all(&request.group, names).map_err(|error| filter_error("/group", error))?;
        let measures = Measure::parse_all(&request.measure, names).map_err(|error| filter_error("/measure", error))?;
        let (keys, key_fields) = keys.into_iter().unzip();
        let (measures, measure_fields) = measures.into_iter().unzip();
        let offsets = Offsets::of(rights.zone());
        Ok(Self { chosen, search: request.search.clone(), keys, key_fields, measures, measure_fields, offsets })
    }

    async fn groups(
        &self,
        conn: &impl Connection,
        live: &LiveApp,
        keys: &[GroupKey],
        measures: &[Measure],
        limit: u64,
    ) -> Result<(Vec<Group>, bool), Error> {
        let search = records::search(conn, &live.schema, self.chosen.reading(), self.search.as_deref()).await?;
        let rows = Listing { search, ..Listing::of(self.chosen.condition.clone(), 1) };
        let wanted = Aggregation { rows: &rows, keys, measures, offsets: &self.offsets, limit };
        let (mut groups, more) = records::aggregate(conn, &live.schema, self.chosen.reading(), &wanted).await?;
        for group in &mut groups {
            // A length of time is whole seconds in sums and averages too. Own counts stand before what was asked for.
            let own = group.figures.len().saturating_sub(self.measure_fields.len());
            for (value, column) in group.figures.iter_mut().skip(own).zip(&self.measure_fields) {
                *value = column.field.settle(std::mem::take(value));
            }
        }
        Ok((groups, more))
    }

    fn masked(&self) -> bool {
        let keys = self.keys.iter().map(|key| (&key.path, false));
        let measures = self.measures.iter().filter_map(|measure| Some((measure.path.as_ref()?, true)));
        keys.chain(measures).any(|(path, rows)| self.chosen.is_partial(path, rows))
    }
}

/// The figures of one group by their names.
struct InGroup<'a> {
    columns: &'a [Figure],
    group: &'a Group,
}

impl RowValues for InGroup<'_> {
    fn value(&self, path: &FieldPath) -> Value {
        let name = path.to_string();
        let place = self.columns.iter().position(|column| column.name == name);
        place.and_then(|place| at(self.group, place)).cloned().unwrap_or_default()
    }
}

/// A value of a group: its keys first, then its figures.
fn at(group: &Group, place: usize) -> Option<&Value> {
    group.keys.get(place).or_else(|| group.figures.get(place.checked_sub(group.keys.len())?))
}

/// `(place, descending)` of each sort key.
fn order(text: &str, columns: &[Figure]) -> Result<Vec<(usize, bool)>, Error> {
    let mut order = Vec::new();
    for word in text.split(',').map(str::trim).filter(|word| !word.is_empty()) {
        let (name, descending) = word.strip_prefix('-').map_or((word, false), |name| (name, true));
        let place = columns
            .iter()
            .position(|column| column.name == name)
            .ok_or_else(|| Error::Invalid(vec![FieldError::new("/sort", "unknown_field").with("field", name)]))?;
        order.push((place, descending));
    }
    Ok(order)
}

/// By the sort keys, then by the groups' own keys: options as they are listed, links and people by label, unset last.
fn sort(groups: &mut [Group], order: &[(usize, bool)], keys: &[Figure], labels: &Labels) {
    let compare_keys = |one: &Group, other: &Group| {
        keys.iter()
            .zip(one.keys.iter().zip(&other.keys))
            .map(|(key, (one, other))| compare_key(&key.field, labels, one, other))
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    };
    groups.sort_by(|one, other| {
        let by_figures = order.iter().map(|(place, descending)| {
            let (one, other) = (at(one, *place), at(other, *place));
            let (one, other) = (one.unwrap_or(&Value::Unset), other.unwrap_or(&Value::Unset));
            match keys.get(*place) {
                Some(key) => {
                    directed(one, other, *descending, |one, other| compare_key(&key.field, labels, one, other))
                }
                None => directed(one, other, *descending, |one, other| compare(one, other).unwrap_or(Ordering::Equal)),
            }
        });
        by_figures.into_iter().find(|order| order.is_ne()).unwrap_or_else(|| compare_keys(one, other))
    });
}

/// Unset values come last in either direction.
fn directed(one: &Value, other: &Value, descending: bool, by: impl Fn(&Value, &Value) -> Ordering) -> Ordering {
    match (one.is_unset(), other.is_unset()) {
        (false, false) if descending => by(other, one),
        (false, false) => by(one, other),
        (one, other) => one.cmp(&other),
    }
}

pub(super) fn compare_key(field: &Field, labels: &Labels, one: &Value, other: &Value) -> Ordering {
    directed(one, other, false, |one, other| {
        let option = |value: &Value| {
            let chosen = value.as_text()?;
            field.options.iter().position(|option| option.value == chosen)
        };
        let label = |value: &Value| value.as_integer().and_then(|id| labels.of(field, id));
        match (option(one), option(other), label(one), label(other)) {
            (Some(one), Some(other), _, _) => one.cmp(&other),
            (_, _, Some(one), Some(other)) => one.cmp(other),
            _ => compare(one, other).unwrap_or(Ordering::Equal),
        }
    })
}

async fn labels<'g>(
    conn: &impl Connection,
    rights: &Rights<'_>,
    keys: &[Figure],
    groups: impl Iterator<Item = &'g [Value]>,
) -> Result<Labels, Error> {
    let mut wanted: BTreeMap<String, BTreeSet<i64>> = BTreeMap::new();
    for values in groups {
        for (key, value) in keys.iter().zip(values) {
            if let (Some(target), Some(id)) = (represent::target_of(&key.field), value.as_integer()) {
                wanted.entry(target.to_owned()).or_default().insert(id);
            }
        }
    }
    represent::labels_of(conn, rights, wanted).await
}
