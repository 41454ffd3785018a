//! The operations by which apps are built.

use super::operations::{CURSOR, NO_CONTENT, Operation, read, write};

const DRAFT: &str = "/apps/{app}/draft/{kind}/{key}";
/// What narrows a list of runs.
const RUNS: &[(&str, &str)] = &[("cursor", "from the answer before"), ("outcome", "done or failed")];
const DONE: &[(u16, &str)] = &[(200, "Object")];

pub fn operations() -> Vec<Operation> {
    vec![
        read("/apps/{app}/automations", "What runs by itself", &[], "list"),
        read("/apps/{app}/automations/{automation}/runs", "The runs of an automation, newest first", RUNS, "list"),
        write(
            "post",
            "/apps/{app}/automations/{automation}/runs/{id}/retry",
            "Send again what a run could not send, or run it again",
            None,
            DONE,
        ),
        write(
            "post",
            "/apps/{app}/automations/{automation}/hook",
            "Open the address at which an automation is called, or renew it; the token is shown this once",
            None,
            &[(201, "Object")],
        ),
        write("delete", "/apps/{app}/automations/{automation}/hook", "Close the address", None, NO_CONTENT),
        read("/apps/{app}/draft", "The documents that differ from the live version", &[], "list"),
        write("delete", "/apps/{app}/draft", "Give up the whole draft", None, NO_CONTENT),
        read(DRAFT, "A document as the draft has it; If-Match takes its ETag", &[], "object"),
        write("put", DRAFT, "Put a document into the draft", Some("Object"), DONE),
        write("delete", DRAFT, "Remove a document by the next publishing", None, NO_CONTENT),
        write(
            "post",
            "/apps/{app}/draft/check",
            "Findings, difference, migration plan, running cases and scenarios of the draft",
            None,
            DONE,
        ),
        write(
            "post",
            "/apps/{app}/draft/rename",
            "Give a table, field, view or form another key everywhere",
            Some("Object"),
            DONE,
        ),
        write("post", "/apps/{app}/publish", "Make the draft the live version", Some("Object"), DONE),
        write("post", "/apps/{app}/upgrade/undo", "Put back what the last upgrade replaced", None, DONE),
        read("/apps/{app}/versions", "The versions, newest first", CURSOR, "list"),
        read(
            "/apps/{app}/versions/{n}/difference",
            "What differs from a version to another",
            &[("to", "the other version; the live one where it is left out")],
            "object",
        ),
        write("post", "/apps/{app}/versions/{n}/restore", "Make the draft be what a version was", None, DONE),
        read("/apps/{app}/removed-fields", "Fields that were removed, with the rows that have a value", &[], "list"),
        write("post", "/apps/{app}/removed-fields/{id}/restore", "Put a removed field back into the draft", None, DONE),
    ]
}
