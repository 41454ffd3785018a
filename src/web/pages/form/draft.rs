//! Drafts of a form: kept while it is filled in, offered when it is opened again.

use super::{
    KEY, Sending,
    posted::{KEPT, OFFERED, ROWS},
    subject::Subject,
};
use crate::{
    definition::field::Kind,
    i18n::Arg,
    service::drafts::{self, Draft, Kept},
    web::{
        Result,
        body::FormBody,
        extract::Wants,
        pages::case,
        shell,
        view::{DraftNote, Note, NoteTone},
    },
};
use axum::response::{Html, IntoResponse, Redirect, Response};
use indexmap::IndexMap;

/// Says that the form is kept as a draft, so that storing it forgets the draft.
pub const DRAFTED: &str = "_draft";
/// Posted to give a draft up.
const DISCARD: &str = "_discard";
/// Values that belong to one request, not to the draft.
const PASSING: [&str; 8] = [KEY, "_act", "_changed", "_tried", "_do", "_paste", "_code", DISCARD];

impl Subject<'_> {
    fn form_key(&self) -> &str {
        let face = self.live.face(&self.caller.call.actor.locale);
        face.form(self.which()).map_or(self.table.key.as_str(), |(form, _)| form.key.as_str())
    }

    fn record_id(&self) -> Option<crate::base::id::RecordId> {
        self.record.as_ref().map(|record| record.id)
    }

    /// The reader's draft of this form.
    ///
    /// # Errors
    /// The database failed.
    pub async fn draft(&self) -> Result<Option<Kept>> {
        if self.public.is_some() {
            return Ok(None);
        }
        let call = &self.caller.call;
        Ok(drafts::find(&self.reader, call, self.live, self.form_key(), self.record_id()).await?)
    }

    /// Forgets the draft, once the form is stored.
    ///
    /// # Errors
    /// The database failed.
    pub async fn forget_draft(&self) -> Result<()> {
        let call = &self.caller.call;
        Ok(self.web.service.forget_draft(call, self.live, self.form_key(), self.record_id()).await?)
    }

    /// `POST …/draft`: keeps what is typed, or gives the draft up.
    ///
    /// # Errors
    /// The database failed.
    pub async fn keep_draft(&self, form: &FormBody, wants: &Wants) -> Result<Response> {
        if form.has(DISCARD) {
            self.forget_draft().await?;
            return Ok(Redirect::to(&self.url()).into_response());
        }
        let pairs: Vec<(String, String)> =
            form.0.iter().filter(|(name, _)| !PASSING.contains(&name.as_str())).cloned().collect();
        let mut titles = IndexMap::new();
        for (name, _) in pairs.iter().filter(|(_, value)| !value.trim().is_empty()) {
            if let Some(path) = path_of(name)
                && let Some(field) = self.table.field_at(&path).filter(|field| field.kind != Kind::Lines)
            {
                titles.insert(path, field.title.clone());
            }
        }
        let version = form.get("_version").and_then(|version| version.parse().ok());
        let draft = Draft { pairs, version, titles };
        let call = &self.caller.call;
        self.web.service.keep_draft(call, self.live, self.form_key(), self.record_id(), &draft).await?;
        let texts = shell::texts(self.caller);
        let when = case::clock(&self.caller.person.zone, call.now);
        let said = texts.with("draft-saved", &[("time", Arg::Text(&when))]);
        if wants.fragment {
            return Ok(Html(said).into_response());
        }
        Ok(Redirect::to(&self.url()).into_response())
    }

    /// What a draft that is continued says: what the page was typed over has moved on, or a field is no longer there.
    pub fn told(&self, kept: &Kept) -> Vec<Note> {
        let texts = shell::texts(self.caller);
        let mut notes = Vec::new();
        let stored = self.record.as_ref().map(|record| record.version);
        if stored.is_some() && kept.draft.version != stored {
            notes.push(Note { tone: NoteTone::Warn, text: texts.get("draft-stale"), link: None });
        }
        let writable = |path: &str| {
            let own = self.table.field_at(path).is_some_and(|field| !field.read_only);
            own && self.access.get(path) == Some(&crate::service::Access::Write)
        };
        let gone: Vec<&str> =
            kept.draft.titles.iter().filter(|(path, _)| !writable(path)).map(|(_, title)| title.as_str()).collect();
        if !gone.is_empty() {
            let text = texts.with("draft-gone", &[("fields", Arg::Text(&gone.join("、")))]);
            notes.push(Note { tone: NoteTone::Warn, text, link: None });
        }
        notes
    }
}

/// `lines.0.qty` → `lines.qty`; nothing for what the form carries besides.
fn path_of(name: &str) -> Option<String> {
    let name = name.strip_prefix(KEPT).unwrap_or(name);
    if name.starts_with('_') || [ROWS, OFFERED].contains(&name) || name.ends_with("._id") {
        return None;
    }
    let parts: Vec<&str> = name.split('.').filter(|part| part.parse::<usize>().is_err()).collect();
    Some(parts.join("."))
}

impl Sending<'_, '_> {
    /// The offer to continue a draft.
    pub fn offer(&self, kept: &Kept) -> DraftNote {
        let (caller, url) = (self.subject.caller, self.subject.url());
        let when = case::short_moment(&caller.person.zone, caller.call.now, kept.at);
        DraftNote {
            text: shell::texts(caller).with("draft-offer", &[("time", Arg::Text(&when))]),
            href: format!("{url}?draft=continue"),
            discard: format!("{url}/draft"),
        }
    }
}
