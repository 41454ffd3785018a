//! The operations of the API, each said once: what documents and tests read.

/// One operation of the API: method, path, what it does, parameters in the query, whether it takes a body, what it answers.
pub struct Operation {
    pub method: &'static str,
    pub path: &'static str,
    pub summary: &'static str,
    pub query: &'static [(&'static str, &'static str)],
    pub body: Option<&'static str>,
    pub answers: &'static [(u16, &'static str)],
}

impl Operation {
    /// What `{op}` may be.
    pub fn acts(&self) -> &'static [&'static str] {
        match self.path {
            "/tasks/{id}/{op}" => &["approve", "reject", "return", "resubmit"],
            "/cases/{id}/{op}" => &["withdraw", "terminate"],
            _ => &[],
        }
    }

    /// The media types that a body or answer may have, by the name of its schema.
    pub fn content_of(&self, schema: &str) -> &'static [&'static str] {
        match schema {
            "Package" => &["application/zip"],
            "Upload" => &["application/octet-stream"],
            "Content" => &["*/*"],
            "Spreadsheet" => &["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "text/csv"],
            _ => &["application/json"],
        }
    }
}

pub(super) const fn read(
    path: &'static str,
    summary: &'static str,
    query: &'static [(&'static str, &'static str)],
    answer: &'static str,
) -> Operation {
    // The answer's schema by a name of `schemas`.
    let answers: &'static [(u16, &'static str)] = match answer.as_bytes() {
        b"list" => &[(200, "List")],
        b"record" => &[(200, "Record")],
        b"task" => &[(200, "Task")],
        b"case" => &[(200, "Case")],
        b"groups" => &[(200, "Groups")],
        b"report" => &[(200, "Report")],
        b"view" => &[(200, "ViewPage")],
        b"dashboard" => &[(200, "Dashboard")],
        b"package" => &[(200, "Package")],
        b"file" => &[(200, "Content")],
        b"spreadsheet" => &[(200, "Spreadsheet")],
        b"job" => &[(200, "Job")],
        b"imported" => &[(200, "Imported")],
        _ => &[(200, "Object")],
    };
    Operation { method: "get", path, summary, query, body: None, answers }
}

pub(super) const fn write(
    method: &'static str,
    path: &'static str,
    summary: &'static str,
    body: Option<&'static str>,
    answers: &'static [(u16, &'static str)],
) -> Operation {
    Operation { method, path, summary, query: &[], body, answers }
}

const LIST: &[(&str, &str)] = &[
    (
        "filter",
        "conditions as JSON: {\"field\", \"op\", \"value\"}, {\"all\": […]}, {\"any\": […]}, {\"not\": …}, {\"any_line\": \"lines\", \"where\": …}",
    ),
    ("q", "words that searchable fields hold"),
    ("sort", "field keys, - in front for descending: -day,no"),
    ("limit", "rows of a page, at most 200"),
    ("cursor", "the next of the page before"),
    ("view", "a view of the table, or the id of a saved one, whose filter and sort then hold"),
    ("count", "true adds the number of rows, counted to 10,000"),
];
const AGGREGATE: &[(&str, &str)] = &[
    ("group", "what rows are gathered by: item.category,month(day); day, week, month, quarter and year gather dates"),
    ("measure", "figures of each group: sum(qty),avg(qty),min(day),max(day),count(),count_distinct(item)"),
    (
        "having",
        "conditions on keys and figures, as a filter: {\"field\": \"sum(qty)\", \"op\": \"gt\", \"value\": \"10\"}",
    ),
    ("filter", "conditions on the rows, as for a list"),
    ("q", "words that searchable fields hold"),
    ("view", "a view of the table, whose filter then holds"),
    ("sort", "names of keys and figures, - in front for descending; else by the keys"),
    ("limit", "the most groups, at most 10,000"),
];
const TASKS: &[(&str, &str)] = &[
    ("box", "todo, done, started or cc"),
    ("app", "only of this app"),
    ("table", "only of this table of the app"),
    ("record", "only of this record"),
    ("case", "only of this case"),
    ("q", "text that the title holds"),
    ("limit", "rows of a page, at most 200"),
    ("cursor", "the next of the page before"),
];
const IMPORT: &[(&str, &str)] = &[
    ("dry_run", "true inspects and changes nothing"),
    (
        "mode",
        "new, or upgrade: what the template changed is merged into the installed app; a dry run answers conflicts and plan",
    ),
    ("decisions", "of an upgrade: mine or theirs by the id of each conflict, as JSON"),
    ("in_spite", "why it is done though scenarios fail"),
    ("fingerprint", "of an upgrade: the plan that was looked at"),
    ("confirm", "of an upgrade: true agrees to what loses data"),
    ("samples", "true adds the app's sample master data"),
];
const RECORD_IMPORT: &[(&str, &str)] = &[
    ("dry_run", "true answers what would become of each record and changes nothing"),
    ("name", "what the file is called"),
    ("sheet", "the sheet, the first where none is named"),
    ("header_rows", "rows of the header, 1 to 3; seen from merged cells where it is not said"),
    ("mode", "insert, update or upsert by key"),
    ("key", "fields that name a record together, with commas between"),
    ("date_order", "ymd, mdy or dmy: how dates of three numbers are read"),
    ("bad_rows", "stop imports nothing where a row is bad, skip imports the others"),
    ("blank", "keep or clear: what a blank cell does to a record that is changed"),
    ("submit", "true submits the records; without it they are drafts where the table has a flow"),
    ("mapping", "JSON: a column's title or letters to a field, or to null"),
];
const RECORD_EXPORT: &[(&str, &str)] = &[
    ("format", "xlsx or csv"),
    ("filter", "conditions as JSON, as in a list"),
    ("q", "words that searchable fields hold"),
    ("sort", "field keys, - in front for descending"),
    ("view", "a view of the table"),
    ("fields", "only these, with commas between"),
];
pub(super) const CURSOR: &[(&str, &str)] = &[("cursor", "the next of the page before")];
/// Records of a table.
pub const RECORDS: &str = "/apps/{app}/tables/{table}/records";
/// One record.
pub const RECORD: &str = "/apps/{app}/tables/{table}/records/{id}";
const VIEWS: &str = "/apps/{app}/tables/{table}/views";
const VIEW: &str = "/apps/{app}/tables/{table}/views/{id}";
pub(super) const NO_CONTENT: &[(u16, &str)] = &[(204, "")];

/// Every operation; a test compares them with the routes.
pub fn all() -> Vec<Operation> {
    let mut all = using();
    all.extend(super::building::operations());
    all
}

fn using() -> Vec<Operation> {
    vec![
        write(
            "post",
            "/session",
            "Sign in: answers the person and sets the cookie",
            Some("Credentials"),
            &[(200, "Object")],
        ),
        write("delete", "/session", "Sign out", None, NO_CONTENT),
        read("/openapi.json", "This document", &[], "object"),
        read("/me", "Who I am", &[], "object"),
        read("/notices", "My messages, newest first", CURSOR, "list"),
        read("/tokens", "My tokens", &[], "list"),
        write("post", "/tokens", "Make a token; it is shown once", Some("NewToken"), &[(201, "Object")]),
        write("delete", "/tokens/{id}", "End a token", None, NO_CONTENT),
        write("post", "/users", "Add a person", Some("NewUser"), &[(201, "Object")]),
        Operation {
            method: "post",
            path: "/files",
            summary: "Upload a file: the body is its content, named by the header X-File-Name or the parameter; or a form with one file",
            query: &[("name", "the file's name")],
            body: Some("Upload"),
            answers: &[(201, "File")],
        },
        Operation {
            method: "get",
            path: "/files/{id}",
            summary: "A file, whole or in part (Range), or a small picture of it",
            query: &[("thumbnail", "small, medium or large")],
            body: None,
            answers: &[(200, "Content"), (206, "Content"), (304, ""), (416, "")],
        },
        read("/apps", "The apps in which I have a role", &[], "list"),
        Operation {
            method: "post",
            path: "/apps/import",
            summary: "Import an app: the body is a .fwapp",
            query: IMPORT,
            body: Some("Package"),
            answers: &[(200, "Object"), (201, "Object")],
        },
        read(
            "/apps/{app}/export",
            "The live version as a .fwapp",
            &[("data", "none, seed (rows of tables without a flow) or all")],
            "package",
        ),
        read("/apps/{app}/definition", "Tables, fields and actions that I may use", &[], "object"),
        read(
            "/apps/{app}/reports/{report}",
            "A report; its parameters are given in the query by their keys",
            &[],
            "report",
        ),
        read(
            "/apps/{app}/views/{view}",
            "A page of an app's view, or of a saved one by its id, with its columns and totals",
            &[("limit", "rows of a page, at most 200"), ("cursor", "next of the page before")],
            "view",
        ),
        read(
            "/apps/{app}/reports/{report}/export",
            "A report as a spreadsheet; its parameters as for the report",
            &[("format", "xlsx or csv")],
            "spreadsheet",
        ),
        read(
            "/apps/{app}/dashboards/{dashboard}",
            "The cards of a dashboard; parameters as of a report",
            &[],
            "dashboard",
        ),
        read("/apps/{app}/settings", "The app's settings", &[], "object"),
        write("put", "/apps/{app}/settings", "Change settings", Some("Object"), NO_CONTENT),
        write(
            "put",
            "/apps/{app}/roles/{role}/members",
            "Make the members of a role be these",
            Some("Members"),
            &[(200, "Object")],
        ),
        read("/apps/{app}/links", "The links to the app's public forms", &[], "list"),
        write("post", "/apps/{app}/links", "Make a link to a public form", Some("NewLink"), &[(201, "Object")]),
        write(
            "patch",
            "/apps/{app}/links/{id}",
            "Change the members given of a link; closing acts at once",
            Some("ChangedLink"),
            &[(200, "Object")],
        ),
        write("delete", "/apps/{app}/links/{id}", "Delete a link for good", None, NO_CONTENT),
        read(RECORDS, "A page of records", LIST, "list"),
        read("/apps/{app}/tables/{table}/aggregate", "Groups of records with exact figures", AGGREGATE, "groups"),
        write(
            "post",
            RECORDS,
            "Create a record, and submit it where that is asked",
            Some("WriteRecord"),
            &[(201, "Record")],
        ),
        write(
            "post",
            "/apps/{app}/tables/{table}/records/batch",
            "Create, change and delete up to 200 records in one transaction",
            Some("WriteRecords"),
            &[(200, "Written")],
        ),
        read(VIEWS, "The views that I may open the list with", &[], "list"),
        write("post", VIEWS, "Save a view", Some("NewView"), &[(201, "SavedView")]),
        write("patch", VIEW, "Change the members given of a saved view", Some("ChangedView"), &[(200, "SavedView")]),
        write("delete", VIEW, "Take a saved view away", None, NO_CONTENT),
        Operation {
            method: "post",
            path: "/apps/{app}/tables/{table}/records/import",
            summary: "Import a spreadsheet: the body is the file, XLSX, XLS or CSV",
            query: RECORD_IMPORT,
            body: Some("Upload"),
            answers: &[(200, "Imported"), (202, "Accepted")],
        },
        read("/apps/{app}/tables/{table}/records/import/{id}", "How an import went", &[], "imported"),
        write(
            "post",
            "/apps/{app}/tables/{table}/records/import/{id}/undo",
            "Take an import back",
            None,
            &[(202, "Accepted")],
        ),
        read("/apps/{app}/tables/{table}/records/import-template", "A spreadsheet to fill in", &[], "spreadsheet"),
        Operation {
            method: "get",
            path: "/apps/{app}/tables/{table}/records/export",
            summary: "The rows of a list as a spreadsheet; many become a job",
            query: RECORD_EXPORT,
            body: None,
            answers: &[(200, "Spreadsheet"), (202, "Accepted")],
        },
        read("/jobs", "My jobs, newest first; an administrator sees all", CURSOR, "list"),
        read("/jobs/{id}", "A job: how far it is, what it answered", &[], "job"),
        write("post", "/jobs/{id}/cancel", "Ask a job to stop", None, NO_CONTENT),
        read("/jobs/{id}/file", "The file that a job made", &[], "file"),
        read(RECORD, "A record", &[], "record"),
        write("patch", RECORD, "Change the members given", Some("WriteRecord"), &[(200, "Record")]),
        write(
            "post",
            "/apps/{app}/tables/{table}/records/{id}/restore",
            "Bring a record back from the trash",
            None,
            &[(200, "Record")],
        ),
        read(
            "/apps/{app}/tables/{table}/records/{id}/history",
            "What was done to a record, newest first",
            CURSOR,
            "list",
        ),
        write("delete", RECORD, "Move a record to the trash", None, NO_CONTENT),
        write(
            "post",
            "/apps/{app}/tables/{table}/records/{id}/submit",
            "Submit a record",
            Some("Submit"),
            &[(200, "Record")],
        ),
        write(
            "post",
            "/apps/{app}/tables/{table}/records/{id}/buttons/{button}",
            "Press a button of a record",
            None,
            &[(200, "Record")],
        ),
        write(
            "post",
            "/apps/{app}/ledgers/{ledger}/verify",
            "Add a ledger up anew and compare",
            None,
            &[(200, "Object")],
        ),
        read("/tasks", "A page of one of my boxes", TASKS, "list"),
        read("/tasks/{id}", "A task with what may be done now", &[], "task"),
        write("post", "/tasks/{id}/{op}", "approve, reject, return or resubmit", Some("Act"), &[(200, "Task")]),
        read("/cases/{id}", "A case with its log", &[], "case"),
        write("post", "/cases/{id}/{op}", "withdraw or terminate", Some("Steer"), &[(200, "Case")]),
    ]
}
