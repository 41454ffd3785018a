//! Messages to people: made in the transaction of what they tell, read in the reader's language.

use super::{Call, Error, LiveApp, Service};
use crate::{
    base::id::{AppId, NoticeId, RecordId, UserId},
    store::notices::{self as stored, New},
};
use serde_json::json;

/// Where a record is found on this site.
#[must_use]
pub fn record_link(live: &LiveApp, table: &str, id: RecordId) -> String {
    format!("/apps/{}/{table}/{id}", live.key())
}

/// A notice about a case: its message's key with the case's title and who acted.
#[must_use]
pub fn of_case(user: UserId, app: AppId, key: &str, title: &str, by: &str, link: &str) -> New {
    New {
        user,
        app: Some(app),
        kind: key.to_owned(),
        text: json!({"key": key, "params": {"title": title, "by": by}}).to_string(),
        link: Some(link.to_owned()),
    }
}

/// Adds why to a notice about a case.
pub fn add_reason(notice: &mut New, reason: &str) {
    if let Ok(mut text) = serde_json::from_str::<serde_json::Value>(&notice.text) {
        text["params"]["reason"] = reason.into();
        notice.text = text.to_string();
    }
}

/// A notice with the app's own words.
#[must_use]
pub fn saying(user: UserId, app: AppId, message: &str, link: &str) -> New {
    New {
        user,
        app: Some(app),
        kind: "app".into(),
        text: json!({"text": message}).to_string(),
        link: Some(link.to_owned()),
    }
}

impl Service {
    /// Marks the person's notices as read: one, or all.
    ///
    /// # Errors
    /// The database failed.
    pub async fn read_notices(&self, call: &Call, one: Option<NoticeId>) -> Result<(), Error> {
        let (user, now) = (call.actor.user, call.now);
        self.store
            .transaction(move |tx| {
                Box::pin(async move {
                    stored::mark_read(tx, user, one, now).await?;
                    Ok::<_, Error>(())
                })
            })
            .await
    }
}
