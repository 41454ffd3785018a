//! What lies ahead of a record: which arm each branch of its flow would take as the record is now.

use super::{Call, Error, LiveApp, context::Circumstances};
use crate::{
    base::value::Document,
    definition::{
        flow::{BranchMode, Flow, Node},
        table::Table,
    },
    rules::Inputs,
    store::Connection,
};
use indexmap::IndexMap;

/// The expected arm of each exclusive branch, by the branch's id. A branch whose conditions have no value yet is left out.
///
/// # Errors
/// The database failed.
pub async fn expected(
    conn: &impl Connection,
    call: &Call,
    live: &LiveApp,
    table: &Table,
    flow: &Flow,
    document: &Document,
) -> Result<IndexMap<String, String>, Error> {
    let mut taken = IndexMap::new();
    let mut around = Circumstances::new(call, live);
    for (_, node) in flow.all_nodes() {
        let Node::Branch(branch) = node else { continue };
        if branch.mode != BranchMode::Exclusive {
            continue;
        }
        let mut arm = branch.arms.iter().find(|arm| arm.otherwise);
        for candidate in branch.arms.iter().filter(|arm| !arm.otherwise) {
            let Some(when) = candidate.when.as_deref() else { continue };
            let Ok(expression) = live.expression(when) else {
                arm = None;
                break;
            };
            around.load_for(conn, table, None, &[], &expression, document).await?;
            match expression.condition(&Inputs::new(around.context(), table, document)) {
                Ok(true) => {
                    arm = Some(candidate);
                    break;
                }
                Ok(false) => {}
                Err(_) => {
                    arm = None;
                    break;
                }
            }
        }
        if let Some(arm) = arm {
            taken.insert(branch.id.clone(), arm.id.clone());
        }
    }
    Ok(taken)
}
