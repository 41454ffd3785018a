//! `/messages`: what a person was told, newest first.

use super::{case::short_moment, find};
use crate::{
    base::{id::NoticeId, time::Timestamp},
    i18n::{Arg, Texts},
    store::{entity::notice::Model as Notice, notices},
    web::{
        Result, Web,
        caller::Caller,
        error::html,
        extract::{Wants, is_local},
        shell,
        view::{
            Empty, Person, Place,
            messages::{Message, MessagesPage},
        },
    },
};
use axum::{
    extract::{RawQuery, State},
    response::{IntoResponse, Redirect, Response},
};
use serde_json::Value as Json;

/// How many messages a page holds.
const SHOWN: u64 = 30;

pub async fn show(State(web): State<Web>, caller: Caller, wants: Wants, RawQuery(query): RawQuery) -> Result<Response> {
    let texts = shell::texts(&caller);
    let pairs = find::pairs(query.as_deref());
    let number = |name: &str| find::parameter(&pairs, name).and_then(|text| text.parse::<i64>().ok());
    let reader = web.service.store.reader();
    let user = caller.call.actor.user;
    if let Some(open) = number("open") {
        let next = notices::page(&reader, user, open.checked_add(1).map(NoticeId), 1).await?;
        let wanted = next.into_iter().find(|notice| notice.id == open);
        let Some(notice) = wanted else { return Ok(Redirect::to("/messages").into_response()) };
        web.service.read_notices(&caller.call, Some(NoticeId(open))).await?;
        let link = notice.link.filter(|link| is_local(link));
        return Ok(Redirect::to(link.as_deref().unwrap_or("/messages")).into_response());
    }
    let mut found = notices::page(&reader, user, number("before").map(NoticeId), SHOWN + 1).await?;
    let shown = usize::try_from(SHOWN).unwrap_or(usize::MAX);
    let more = found.len() > shown;
    found.truncate(shown);
    let next = found.last().filter(|_| more).map(|last| format!("/messages?before={}", last.id));
    let any_unread = notices::unread(&reader, user).await? > 0;
    let messages: Vec<Message> = found.iter().map(|notice| message(&caller, texts, notice)).collect();
    let empty = messages
        .is_empty()
        .then(|| Empty::new("bell", texts.get("messages-empty-title"), texts.get("messages-empty-body")));
    let shell = shell::of(&web, &caller, &wants.path, texts.get("nav-messages"), Place::Messages).await?;
    html(&MessagesPage { shell, tabs: Vec::new(), messages, empty, any_unread, next })
}

/// Marks everything as read.
pub async fn read(State(web): State<Web>, caller: Caller) -> Result<Response> {
    web.service.read_notices(&caller.call, None).await?;
    Ok(Redirect::to("/messages").into_response())
}

fn message(caller: &Caller, texts: Texts, notice: &Notice) -> Message {
    let at = Timestamp(notice.created_at);
    let (text, by) = said(texts, &notice.text);
    Message {
        text,
        detail: String::new(),
        href: if notice.link.is_some() { format!("/messages?open={}", notice.id) } else { String::new() },
        who: by.map(|name| Person::new(name, "")),
        time: short_moment(&caller.person.zone, caller.call.now, at),
        machine: at.to_rfc3339(),
        unread: notice.read_at.is_none(),
    }
}

/// A notice in the reader's language, and who it is from: `{"key", "params"}`, or an app's own words as `{"text"}`.
fn said(texts: Texts, stored: &str) -> (String, Option<String>) {
    let json: Json = serde_json::from_str(stored).unwrap_or_default();
    let Some(key) = json["key"].as_str() else {
        return (json["text"].as_str().unwrap_or_default().to_owned(), None);
    };
    let params: Vec<(&str, &str)> = json["params"]
        .as_object()
        .into_iter()
        .flatten()
        .filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)))
        .collect();
    let arguments: Vec<(&str, Arg<'_>)> = params.iter().map(|(name, value)| (*name, Arg::Text(value))).collect();
    let by = params.iter().find(|(name, _)| *name == "by").map(|(_, value)| (*value).to_owned());
    (texts.with(key, &arguments), by)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Locale;

    #[test]
    fn a_notice_is_said_in_the_readers_language() {
        let stored = r#"{"key": "notice-task", "params": {"title": "A-7", "by": "Li"}}"#;
        let (zh, by) = said(Texts(Locale::ZhCn), stored);
        let (en, _) = said(Texts(Locale::En), stored);
        assert!(zh.contains("A-7") && en.contains("A-7") && zh != en);
        assert_eq!(by.as_deref(), Some("Li"));
        assert_eq!(said(Texts(Locale::En), r#"{"text": "As written"}"#), ("As written".into(), None));
    }
}
