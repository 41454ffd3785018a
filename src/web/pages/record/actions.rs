//! What may be done with a record now, as buttons.

use super::{Target, answer};
use crate::{
    access::RowRights,
    definition::{role::Action, table::Table},
    flow::{
        state::CaseState,
        view::{Op, allowed},
    },
    i18n::{Arg, Texts},
    service::{
        Call, LiveApp,
        permits::Rights,
        press_button::{Offered, Press},
        represent,
        save_record::Edit,
    },
    store::records::Record,
    web::{
        Result, Web,
        body::FormBody,
        caller::Caller,
        extract::Wants,
        pages::{
            case::CaseView,
            keys::{KEY, keyed, new_key},
        },
        view::{Action as Button, ActionTone},
    },
};
use axum::{
    extract::{Path, State},
    response::Response,
};

/// Presses a button that the form defines.
pub async fn press(
    State(web): State<Web>,
    caller: Caller,
    wants: Wants,
    Path((app, table, id, button)): Path<(String, String, String, String)>,
    form: FormBody,
) -> Result<Response> {
    let target = Target::find(&web, &caller, (app, table, id)).await?;
    let call = keyed(&caller, &wants.path, &form)?;
    let Edit { live, table, id, version, .. } = target.as_shown(&form, false);
    let done = web.service.press_button(call, Press { live, table, id, button, version }).await;
    answer(&web, &caller, &wants, &target, done.map(|_| format!("{}?notice=button", target.url))).await
}

/// What may be done with the record now.
pub struct May {
    print: bool,
    edit: bool,
    submit: bool,
    resubmit: bool,
    withdraw: bool,
    delete: bool,
}

impl May {
    #[must_use]
    pub fn judge(
        rights: &Rights<'_>,
        live: &LiveApp,
        table: &Table,
        record: &Record,
        can: &RowRights<'_>,
        case: Option<&CaseView>,
        call: &Call,
    ) -> Self {
        let ours = !live.is_engine_written(&table.key);
        let holds = |action| ours && can.can(action) && rights.permit(&table.key, action).is_ok();
        let state = record.state.as_deref();
        let returned =
            case.is_some_and(|view| view.case.state == CaseState::Returned && view.row.starter_id == call.actor.user.0);
        let open = matches!(state, None | Some("draft" | "rejected")) || returned;
        let edit = open && holds(Action::Edit);
        let submits = edit && state.is_some() && holds(Action::Submit) && live.app().submit_flow(&table.key).is_some();
        let withdraw = case
            .is_some_and(|view| allowed(&view.flow, &view.case, represent::flow_actor(call)).contains(&Op::Withdraw));
        Self {
            print: can.can(Action::Print),
            edit,
            submit: submits && !returned,
            resubmit: submits && returned,
            withdraw,
            delete: !matches!(state, Some("in_approval" | "approved")) && holds(Action::Delete),
        }
    }

    /// The buttons, with the open task by which the reader decides; what goes on stands out, last.
    #[must_use]
    pub fn actions(
        &self,
        texts: Texts,
        url: &str,
        version: i64,
        name: &str,
        task: Option<i64>,
        own: &[Offered],
    ) -> Vec<Button> {
        let values = || vec![(KEY.to_owned(), new_key()), ("_version".to_owned(), version.to_string())];
        let post = |key: &str, what: &str| Button::post(texts.get(key), format!("{url}/{what}"), values());
        let mut actions = Vec::new();
        if self.print {
            actions.push(Button::link(texts.get("action-print"), format!("{url}/print")).icon("print"));
        }
        for own in own {
            let button = Button::post(&own.title, format!("{url}/buttons/{}", own.key), values());
            actions.push(match &own.confirm {
                Some(question) => button.confirm(&own.title, question, &own.title),
                None => button,
            });
        }
        if self.delete {
            let title = texts.with("delete-confirm-title", &[("name", Arg::Text(name))]);
            let button = post("action-delete", "delete").icon("trash").tone(ActionTone::Danger);
            actions.push(button.confirm(title, texts.get("delete-confirm-body"), texts.get("action-delete")));
        }
        if self.withdraw {
            let button =
                Button::post(texts.get("op-withdraw"), format!("{url}/withdraw"), vec![(KEY.to_owned(), new_key())]);
            actions.push(button.icon("return"));
        }
        if self.edit {
            actions.push(Button::link(texts.get("action-edit"), format!("{url}/edit")).icon("edit"));
        }
        if self.submit {
            actions.push(post("action-submit", "submit").icon("check"));
        }
        if self.resubmit {
            actions.push(post("action-resubmit", "submit").icon("check"));
        }
        if let Some(task) = task {
            actions.push(Button::link(texts.get("task-decide"), format!("/todo/{task}")).icon("todo"));
        }
        // The last that goes on stands out; deleting and withdrawing never do.
        if (self.edit || task.is_some())
            && let Some(last) = actions.pop()
        {
            actions.push(last.primary());
        }
        actions
    }
}
