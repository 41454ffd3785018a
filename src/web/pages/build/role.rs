//! The stage of a role's designer: the matrix of tables and actions, the roles beside it, the rights on fields of what is selected.

use super::{
    bench::Opened,
    faces::{About, Faces, Sort},
};
use crate::{
    definition::{edit::table::listed, field::Kind, package::Documents, role::Action},
    i18n::{Arg, Texts, format},
    service::LiveApp,
    store::people,
    web::{
        Result, Web,
        pages::find,
        view::{
            Choice, Tab,
            role_matrix::{MatrixBand, MatrixRow, RightRow, RoleLink, RoleList, RoleMatrix, RoleRights},
        },
    },
};
use serde_json::Value as Json;

/// The actions that have a column; the others are said beside the matrix.
const COLUMNS: [Action; 8] = [
    Action::View,
    Action::Create,
    Action::Edit,
    Action::Submit,
    Action::Delete,
    Action::Import,
    Action::Export,
    Action::Print,
];

/// The words for rights on fields, the least first.
const RIGHTS: [&str; 3] = ["hidden", "read", "edit"];

/// What surrounds the page.
pub struct Place<'a> {
    pub app: &'a str,
    /// The document: `roles/clerk.json`.
    pub path: &'a str,
    /// The page's own address.
    pub own: &'a str,
    pub selected: &'a str,
}

/// What is drawn of a role.
pub struct Drawn {
    pub list: RoleList,
    pub matrix: RoleMatrix,
    pub rights: Option<RoleRights>,
}

/// Everything of a role's page besides its panel.
pub async fn draw(web: &Web, live: &LiveApp, opened: &Opened, faces: &Faces, place: Place<'_>) -> Result<Drawn> {
    let role = opened.state.new.json(place.path).unwrap_or_default();
    let key = place.path.trim_start_matches("roles/").trim_end_matches(".json").to_owned();
    let members = people::role_members(&web.service.store.reader(), live.id).await?;
    let count = |role: &str| members.iter().filter(|member| member.role == role).count();
    let texts = opened.texts;
    let stems = opened.state.new.folder("roles").map(|(stem, _)| stem.to_owned());
    let roles = stems.map(|stem| {
        let path = format!("roles/{stem}.json");
        let json = opened.read.json(&path).unwrap_or_default();
        RoleLink {
            tab: Tab::new(opened.title(&path), format!("/build/{}/roles/{stem}", place.app), path == place.path),
            count: count(&stem).to_string(),
            small: json["help"].as_str().unwrap_or_default().to_owned(),
        }
    });
    let list = RoleList { roles: roles.collect(), action: format!("/build/{}", place.app) };
    let published = live.app().roles.contains_key(&key);
    let drawing = Drawing { opened, faces, role: &role, own: place.own, selected: place.selected };
    let matrix = RoleMatrix {
        title: opened.title(place.path),
        help: opened.read.json(place.path).unwrap_or_default()["help"].as_str().unwrap_or_default().to_owned(),
        members: published.then(|| (texts.count("role-members", count(&key)), format!("/build/{}#roles", place.app))),
        columns: COLUMNS.map(|action| word_of(texts, action)).to_vec(),
        shown: COLUMNS.map(|action| action.as_str().to_owned()).to_vec(),
        bands: drawing.bands(),
        role: key.clone(),
    };
    Ok(Drawn { list, matrix, rights: drawing.rights(key) })
}

fn word_of(texts: Texts, action: Action) -> String {
    texts.get(&format!("right-{}", action.as_str().replace('_', "-")))
}

/// What tables are to the app.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Band {
    /// Its records go through a flow.
    Documents,
    /// Master data.
    Plain,
    /// Written by ledgers alone.
    Ledgers,
}

impl Band {
    const ALL: [(Self, &str); 3] =
        [(Self::Documents, "role-band-flow"), (Self::Plain, "role-band-plain"), (Self::Ledgers, "role-band-ledger")];

    fn of(documents: &Documents, table: &str) -> Self {
        let any = |folder: &str, is: &dyn Fn(&Json) -> bool| {
            documents
                .folder(folder)
                .any(|(stem, _)| documents.json(&format!("{folder}/{stem}.json")).is_ok_and(|json| is(&json)))
        };
        if any("ledgers", &|ledger| ledger["moves"] == table || ledger["balance"] == table) {
            Self::Ledgers
        } else if any("flows", &|flow| flow["table"] == table) {
            Self::Documents
        } else {
            Self::Plain
        }
    }

    /// Whether an action makes sense there.
    fn has(self, action: Action) -> bool {
        match action {
            Action::Submit | Action::EditApproved => self == Self::Documents,
            Action::Create | Action::Edit | Action::Delete | Action::Import => self != Self::Ledgers,
            _ => true,
        }
    }
}

struct Drawing<'a> {
    opened: &'a Opened,
    faces: &'a Faces,
    role: &'a Json,
    own: &'a str,
    selected: &'a str,
}

impl Drawing<'_> {
    fn grants(&self) -> &[Json] {
        self.role["grants"].as_array().map_or(&[], Vec::as_slice)
    }

    fn bands(&self) -> Vec<MatrixBand> {
        let documents = &self.opened.state.new;
        let tables: Vec<String> = documents.folder("tables").map(|(stem, _)| stem.to_owned()).collect();
        let bands = Band::ALL.into_iter().map(|(band, word)| MatrixBand {
            title: self.opened.texts.get(word),
            rows: tables
                .iter()
                .filter(|table| Band::of(documents, table) == band)
                .flat_map(|table| self.rows(band, table))
                .collect(),
        });
        bands.filter(|band| !band.rows.is_empty()).collect()
    }

    /// A row for each grant on a table, one where there is none.
    fn rows(&self, band: Band, table: &str) -> Vec<MatrixRow> {
        let own: Vec<(usize, &Json)> =
            self.grants().iter().enumerate().filter(|(_, grant)| grant["table"] == table).collect();
        let title = self.opened.title(&format!("tables/{table}.json"));
        match own.is_empty() {
            true => vec![self.row(band, table, title, None)],
            false => own.into_iter().map(|grant| self.row(band, table, title.clone(), Some(grant))).collect(),
        }
    }

    fn row(&self, band: Band, table: &str, title: String, grant: Option<(usize, &Json)>) -> MatrixRow {
        let texts = self.opened.texts;
        let at = grant.map(|(index, _)| format!("/grants/{index}")).unwrap_or_default();
        let granted = |action: Action| grant.is_some_and(|(_, grant)| allows(grant, action));
        let boxes = COLUMNS.map(|action| {
            let shown = band.has(action) || granted(action);
            shown.then(|| Choice::new(action.as_str(), word_of(texts, action), granted(action)))
        });
        MatrixRow {
            id: format!("row-{}", if at.is_empty() { table.to_owned() } else { at.replace('/', "") }),
            table: table.to_owned(),
            title,
            href: find::address(self.own, &[("at".to_owned(), at.clone())]),
            current: !at.is_empty() && at == self.selected,
            boxes: boxes.to_vec(),
            scope: grant.map(|(_, grant)| self.scope(table, &grant["scope"])).unwrap_or_default(),
            fields: grant.map(|(_, grant)| fields_words(texts, &grant["fields"])).unwrap_or_default(),
            at,
        }
    }

    /// Which records, in words.
    fn scope(&self, table: &str, scope: &Json) -> String {
        match scope {
            Json::Null => self.opened.texts.get("role-scope-all"),
            Json::String(word) => self.opened.texts.get(&format!("role-scope-{}", word.replace('_', "-"))),
            filter => {
                let said = self.faces.said(&Sort::Filter, About { table, line: "" }, &filter.to_string());
                if said.starts_with('{') { self.opened.texts.get("role-scope-filter") } else { said }
            }
        }
    }

    fn rights(&self, role: String) -> Option<RoleRights> {
        let texts = self.opened.texts;
        let grant = self.role.pointer(self.selected).filter(|_| self.selected.starts_with("/grants/"))?;
        let table = grant["table"].as_str()?;
        let band = Band::of(&self.opened.state.new, table);
        let more = Action::ALL.into_iter().filter(|action| !COLUMNS.contains(action));
        let more = more.filter(|action| band.has(*action) || allows(grant, *action));
        let json = self.opened.read.json(&format!("tables/{table}.json")).unwrap_or_default();
        let row = |name: String, title: String, below: bool| {
            let here = place_of(grant, &name);
            let choices = RIGHTS
                .iter()
                .enumerate()
                .map(|(place, word)| Choice::new(*word, texts.get(&format!("role-right-{word}")), place == here));
            RightRow { choices: choices.collect(), name, title, below }
        };
        let mut rows = Vec::new();
        for (key, title, kind) in listed(&json, None) {
            rows.push(row(key.to_owned(), title, false));
            if kind == Some(Kind::Lines) {
                let columns = listed(&json, Some(key));
                rows.extend(columns.map(|(column, title, _)| row(format!("{key}.{column}"), title, true)));
            }
        }
        // What is said of other names is shown as it is written.
        let said = grant["fields"].as_object().into_iter().flatten().map(|(name, _)| name);
        let others: Vec<String> =
            said.filter(|name| *name != "*" && !rows.iter().any(|row| row.name == **name)).cloned().collect();
        rows.extend(others.into_iter().map(|name| row(name.clone(), name, false)));
        rows.push(row("*".to_owned(), texts.get("flow-other-fields"), false));
        Some(RoleRights {
            role,
            at: self.selected.to_owned(),
            table: table.to_owned(),
            title: self.opened.title(&format!("tables/{table}.json")),
            more: more
                .map(|action| Choice::new(action.as_str(), word_of(texts, action), allows(grant, action)))
                .collect(),
            rights: RIGHTS.map(|right| texts.get(&format!("role-right-{right}"))).to_vec(),
            rows,
        })
    }
}

fn allows(grant: &Json, action: Action) -> bool {
    grant["actions"].as_array().is_some_and(|actions| actions.iter().any(|one| one == action.as_str()))
}

/// Which of the rights holds for a field: its own, else that of the columns, else that of all others.
fn place_of(grant: &Json, name: &str) -> usize {
    let fields = &grant["fields"];
    let columns = name.split_once('.').map(|(lines, _)| format!("{lines}.*"));
    let said = fields[name].as_str().or_else(|| fields[columns.as_deref()?].as_str()).or_else(|| fields["*"].as_str());
    RIGHTS.iter().position(|right| Some(*right) == said).unwrap_or(RIGHTS.len() - 1)
}

/// What is not as usual with the fields of a grant.
fn fields_words(texts: Texts, fields: &Json) -> String {
    let count = |right: &str| {
        let said = fields.as_object().into_iter().flatten();
        said.filter(|(name, own)| *name != "*" && *own == right).count()
    };
    let mut parts = Vec::new();
    if let Some(rest) = fields["*"].as_str().filter(|rest| *rest != "edit") {
        let word = texts.get(&format!("role-right-{rest}"));
        parts.push(texts.with("role-rest", &[("right", Arg::Text(&word))]));
    }
    for right in RIGHTS {
        let count = count(right);
        if count > 0 {
            parts.push(texts.count(&format!("role-count-{right}"), count));
        }
    }
    if parts.is_empty() { texts.get("role-all-editable") } else { format::listed(texts, &parts) }
}
