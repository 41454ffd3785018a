//! What a list is searched for, and the rows in which an index says that it may be.

use super::{
    super::{
        Connection, Error,
        filter::{Compiler, Reading},
        schema::{Schema, column},
        search_index::{SearchIndex, first},
    },
    select::compiler,
};
use crate::query;
use sea_orm::sea_query::{ExprTrait, Query, SelectStatement, UnionType};

/// A word that more rows may hold is not looked up: reading the list in its order comes upon a page of such rows soon enough.
const FEW: u64 = 1_000;

/// Words that every row of a list holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    pub words: String,
    /// The only rows that may hold them, where an index knows that these are few.
    pub(super) among: Option<Vec<i64>>,
}

/// A search for these words; nothing where there is none. One statement, where there is an index.
///
/// # Errors
/// The database failed.
pub async fn search(
    conn: &impl Connection,
    schema: &Schema,
    reading: Reading<'_>,
    words: Option<&str>,
) -> Result<Option<Search>, Error> {
    let Some(words) = words.filter(|words| !words.trim().is_empty()) else { return Ok(None) };
    let compiler = compiler(schema, reading, conn.is_postgres())?;
    let among = among(conn, compiler, &query::words(words)).await?;
    Ok(Some(Search { words: words.to_owned(), among }))
}

/// The rows that may hold the rarest of the words.
async fn among(conn: &impl Connection, compiler: Compiler<'_>, words: &[String]) -> Result<Option<Vec<i64>>, Error> {
    // A field that no index knows may hold the word in any row.
    let Some(places) = places(compiler) else { return Ok(None) };
    let mut all: Option<SelectStatement> = None;
    for (number, word) in words.iter().enumerate() {
        for place in &places {
            let Some((found, waiting)) = place.index.rows_with(word, compiler.postgres) else { continue };
            for ids in [found, waiting] {
                let part = first(place.rows(compiler, ids), FEW + 1, number);
                match &mut all {
                    None => all = Some(part),
                    Some(all) => {
                        all.union(UnionType::All, part);
                    }
                }
            }
        }
    }
    let Some(all) = all else { return Ok(None) };
    let mut found: Vec<Option<Vec<i64>>> = vec![None; words.len()];
    for (word, ids) in words.iter().zip(&mut found) {
        // A word of which nothing is found is held by no row; one that is too short may be anywhere.
        *ids = (!query::pieces_of_word(word).is_empty()).then(Vec::new);
    }
    for row in conn.query(&all).await? {
        let word = usize::try_from(row.i64(0)?).unwrap_or(usize::MAX);
        if let Some(Some(ids)) = found.get_mut(word) {
            ids.push(row.i64(1)?);
        }
    }
    let few = usize::try_from(FEW).unwrap_or(usize::MAX);
    let mut rarest = found.into_iter().flatten().filter(|ids| ids.len() <= few).min_by_key(Vec::len);
    if let Some(ids) = &mut rarest {
        ids.sort_unstable();
        ids.dedup();
    }
    Ok(rarest)
}

/// A place where a word may stand: in the rows themselves, or in those that a link of theirs names.
struct Place {
    index: SearchIndex,
    link: Option<String>,
}

impl Place {
    /// The rows of the list for those that the index names.
    fn rows(&self, compiler: Compiler<'_>, ids: SelectStatement) -> SelectStatement {
        let Some(link) = &self.link else { return ids };
        let mut rows = Query::select();
        rows.expr_as(column("l", "id"), "id").from_as(compiler.physical.name.clone(), "l");
        rows.and_where(column("l", link).in_subquery(ids));
        rows
    }
}

/// Where the searched fields of a table are; nothing where one of them is in no index.
fn places(compiler: Compiler<'_>) -> Option<Vec<Place>> {
    let mut places: Vec<Place> = Vec::new();
    for searched in compiler.searched() {
        let link = match searched.link {
            None => None,
            Some(key) => {
                let link = compiler.table.field(key).filter(|link| link.stored_as().is_some() && !link.sealed)?;
                Some(compiler.physical.column(&link.key))
            }
        };
        let (table, physical) = compiler.schema.table(searched.table).ok()?;
        let index = SearchIndex::of(table, physical).filter(|index| index.holds(physical, searched.field))?;
        if !places.iter().any(|place| place.index == index && place.link == link) {
            places.push(Place { index, link });
        }
    }
    Some(places)
}
