//! Tables: links have a target, sets of fields name fields, a record's name can be told.

use super::paths::{End, no_table, of_record};
use crate::definition::{
    app::App,
    field::{Field, Kind},
    finding::Finding,
    package::MANIFEST,
    table::{Table, placeholders},
};

pub fn check(app: &App, findings: &mut Vec<Finding>) {
    for table in app.tables.values() {
        let file = format!("tables/{}.json", table.key);
        for field in table.fields.values() {
            let here = format!("/properties/{}", field.key);
            link(app, &file, &here, field, findings);
            for column in field.columns.values() {
                link(app, &file, &format!("{here}/items/properties/{}", column.key), column, findings);
            }
        }
        sets(&file, "unique", &table.unique, table, findings);
        sets(&file, "index", &table.index, table, findings);
        for name in placeholders(&table.display) {
            let problem = match of_record(app, table, name) {
                Ok(End::Field(field)) if field.kind == Kind::Lines => Finding::error(
                    &file,
                    "/x-table/display",
                    format!("{{{name}}} are lines; name a field of the record"),
                ),
                Ok(_) => continue,
                Err(missing) => missing.finding(&file, "/x-table/display"),
            };
            findings.push(problem);
        }
    }
}

fn link(app: &App, file: &str, here: &str, field: &Field, findings: &mut Vec<Finding>) {
    let Some(target) = field.target.as_deref() else { return };
    let place = format!("{here}/x-field/table");
    if !field.kind.is_link() {
        let message = format!("a field of kind \"{}\" points at no table", field.kind.name());
        findings.push(Finding::error(file, place, message).suggest("remove the member, or make the field a link"));
        return;
    }
    match target.split_once(':') {
        Some((other, _)) if other == app.manifest.key => {
            findings.push(
                Finding::error(file, place, format!("\"{target}\" is a table of this app itself"))
                    .suggest("leave the app's key out"),
            );
        }
        Some((other, _)) if !app.manifest.requires.contains_key(other) => {
            let message = format!("\"{target}\" is a table of the app \"{other}\", which {MANIFEST} does not require");
            findings.push(Finding::error(file, place, message).suggest("name the app and its versions in `requires`"));
        }
        Some(_) => {}
        None if app.table(target).is_none() => findings.push(no_table(app, target).finding(file, place)),
        None => {}
    }
}

fn sets(file: &str, member: &str, sets: &[Vec<String>], table: &Table, findings: &mut Vec<Finding>) {
    for (index, set) in sets.iter().enumerate() {
        for (place, name) in set.iter().enumerate() {
            let here = format!("/x-table/{member}/{index}/{place}");
            match table.field(name) {
                Some(field) if field.kind == Kind::Lines => {
                    findings.push(Finding::error(
                        file,
                        here,
                        format!("\"{name}\" are lines; name fields of the record"),
                    ));
                }
                Some(_) => {}
                None => {
                    let message = format!("there is no field \"{name}\" in table \"{}\"", table.key);
                    findings.push(
                        Finding::error(file, here, message)
                            .nearest(name, table.scalars().map(|field| field.key.as_str())),
                    );
                }
            }
        }
    }
}
