//! Public forms: a link that can be closed, limited and given a password, and what strangers send in by it.
//!
//! A guest is nobody: no user, no roles. Their rights are made from the form: they may create one record of its table by it, and be
//! shown the labels of what the form offers.

use super::{
    Answer, Call, Error, LiveApp, Service, audit,
    permits::Rights,
    save_record::{self, Create},
};
use crate::{
    access::Actor,
    base::{
        error::FieldError,
        id::{AppId, UserId},
        time::Timestamp,
    },
    definition::form::{Audience, Form},
    store::{
        audit::Object,
        public_links::{self, Link},
    },
};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

/// From one address, this many within [`WINDOW`].
const MOST_FROM_ADDRESS: usize = 10;
/// 10 minutes in milliseconds.
const WINDOW: i64 = 10 * 60 * 1000;

/// When each address last sent something, by link.
#[derive(Debug, Default)]
pub(super) struct Senders(Mutex<HashMap<(i64, String), Vec<i64>>>);

impl Senders {
    /// Whether an address may send once more; then it counts.
    fn admit(&self, link: i64, address: &str, now: Timestamp) -> bool {
        self.admit_within(link, address, now, MOST_FROM_ADDRESS, WINDOW)
    }

    /// The same for another number within another stretch of time, at most [`WINDOW`].
    pub(super) fn admit_within(&self, link: i64, address: &str, now: Timestamp, most: usize, window: i64) -> bool {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, times| times.iter().any(|time| *time > now.0 - WINDOW));
        let times = known.entry((link, address.to_owned())).or_default();
        times.retain(|time| *time > now.0 - window);
        if times.len() >= most {
            return false;
        }
        times.push(now.0);
        true
    }
}

/// Why a link cannot be used now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closed {
    /// Switched off, or its form is gone.
    Off,
    Expired,
    /// As many as were wanted have come in.
    Full,
    /// As many as are taken in a day have come in.
    FullToday,
}

/// A link with the app it belongs to.
pub struct Opened {
    pub link: Link,
    pub live: Arc<LiveApp>,
    /// The organisation's zone and name, for what the page shows.
    pub closed: Option<Closed>,
}

/// Somebody with a link: nobody in particular.
#[must_use]
pub fn guest(link: &Link, locale: &str) -> Actor {
    Actor {
        user: UserId(0),
        login: String::new(),
        name: link.title.clone(),
        locale: locale.to_owned(),
        is_main_administrator: false,
        departments: Vec::new(),
        department_tree: Vec::new(),
        managed_departments: Vec::new(),
        roles: BTreeMap::new(),
        token: None,
    }
}

/// The tables whose labels a public form shows.
#[must_use]
pub fn offered(live: &LiveApp, form: &Form) -> BTreeSet<String> {
    let Some(table) = live.app().tables.get(&form.table) else { return BTreeSet::new() };
    let mut targets = BTreeSet::new();
    for (_, item) in form.places() {
        let lines = item.lines.as_deref().and_then(|key| table.field(key));
        let own = item.field.as_deref().and_then(|key| table.field(key));
        if item.public_options {
            targets.extend(own.and_then(|field| field.target.clone()));
        }
        for column in item.columns.iter().filter(|column| column.public_options) {
            let field = lines.zip(column.field.as_deref()).and_then(|(lines, key)| lines.column(key));
            targets.extend(field.and_then(|field| field.target.clone()));
        }
    }
    targets
}

/// A guest's rights by a form.
///
/// # Errors
/// The form is gone.
pub fn rights<'a>(call: &'a Call, live: &'a LiveApp, form: &str) -> Result<Rights<'a>, Error> {
    let form = live.app().forms.get(form).filter(|form| form.audience == Audience::Public).ok_or(Error::NotFound)?;
    Ok(Rights::of_guest(call, live, &form.table, offered(live, form)))
}

/// What proves that the link's password was given: nobody can make it without the stored hash.
#[must_use]
pub fn proof(link: &Link) -> Option<String> {
    let hash = link.password_hash.as_ref()?;
    Some(super::tokens::hex(&Sha256::digest(format!("{hash} {}", link.token).as_bytes())))
}

fn closed(link: &Link, live: &LiveApp, call_day: &str, now: Timestamp) -> Option<Closed> {
    let form = live.app().forms.get(&link.form).filter(|form| form.audience == Audience::Public);
    if link.open == 0 || form.is_none() {
        Some(Closed::Off)
    } else if link.expires_at.is_some_and(|at| at <= now.0) {
        Some(Closed::Expired)
    } else if link.most.is_some_and(|most| link.sent >= most) {
        Some(Closed::Full)
    } else if link.most_a_day.is_some_and(|most| link.day == call_day && link.sent_on_day >= most) {
        Some(Closed::FullToday)
    } else {
        None
    }
}

/// What a link is set to.
#[derive(Debug, Clone, Default)]
pub struct Terms {
    pub title: Option<String>,
    pub open: Option<bool>,
    /// `Some(None)` takes the limit away.
    pub expires_at: Option<Option<Timestamp>>,
    pub most: Option<Option<i64>>,
    pub most_a_day: Option<Option<i64>>,
    /// Empty takes the password away.
    pub password: Option<Option<String>>,
}

/// What a stranger sent.
#[derive(Clone)]
struct Sent {
    link: Link,
    live: Arc<LiveApp>,
    values: Json,
}

super::of_app!(Sent);

impl Service {
    /// The link with this token, with its app.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn open_link(&self, token: &str, today: &str) -> Result<Opened, Error> {
        let reader = self.store.reader();
        let link = public_links::by_token(&reader, token).await?.ok_or(Error::NotFound)?;
        let live = self.live.all(&reader, self.epoch().await?).await?;
        let live = live.into_iter().find(|app| app.id == AppId(link.app_id)).ok_or(Error::NotFound)?;
        let closed = closed(&link, &live, today, self.clock.now());
        Ok(Opened { link, live, closed })
    }

    /// Whether this is the link's password. Tries are limited like those of signing in.
    ///
    /// # Errors
    /// `locked_out`.
    pub async fn try_link_password(&self, link: &Link, password: &str, address: Option<&str>) -> Result<bool, Error> {
        let Some(hash) = link.password_hash.clone() else { return Ok(true) };
        self.try_password(&format!("link:{}", link.id), hash, password, address).await
    }

    /// Takes in what a stranger sent.
    ///
    /// # Errors
    /// `link_closed`, `slow_down`, refusals of values and rules.
    pub async fn send_public(&self, call: Call, token: String, values: Json) -> Result<Answer, Error> {
        let day = call.today().to_string();
        let opened = self.open_link(&token, &day).await?;
        if opened.closed.is_some() {
            return Err(Error::conflict("link_closed"));
        }
        let address = call.address.clone().unwrap_or_default();
        if !self.senders.admit(opened.link.id, &address, call.now) {
            let retry_after = u64::try_from(WINDOW / 1000).unwrap_or(600);
            return Err(Error::Limited { code: "slow_down".into(), retry_after, params: Default::default() });
        }
        let sent = Sent { link: opened.link, live: opened.live, values };
        self.command(call, sent, |tx, service, call, sent| {
            Box::pin(async move {
                let day = call.today().to_string();
                let before = sent.link.most;
                let link = public_links::count(tx, sent.link.id, &day).await?.ok_or(Error::NotFound)?;
                let over = before.is_some_and(|most| link.sent > most)
                    || link.most_a_day.is_some_and(|most| link.sent_on_day > most);
                if link.open == 0 || over || link.expires_at.is_some_and(|at| at <= call.now.0) {
                    return Err(Error::conflict("link_closed"));
                }
                let form = sent.live.app().forms.get(&link.form).ok_or(Error::NotFound)?;
                let create = Create {
                    live: sent.live.clone(),
                    table: form.table.clone(),
                    values: sent.values.clone(),
                    submit: false,
                };
                let rights = rights(call, &sent.live, &link.form)?;
                let id = save_record::insert_by(tx, service, call, &create, rights, Some(&link.form)).await?;
                let object =
                    Object { kind: "public_link".into(), app: Some(sent.live.id), table: None, id: Some(link.id) };
                audit::act(tx, call, "public_link.sent", object, json!({"record": [null, id.0]})).await?;
                Ok(Answer::new(201, json!({"id": id.0})))
            })
        })
        .await
    }

    /// The links of an app.
    ///
    /// # Errors
    /// The database failed.
    pub async fn links(&self, live: &LiveApp) -> Result<Vec<Link>, Error> {
        Ok(public_links::of_app(&self.store.reader(), live.id).await?)
    }

    /// Makes a link to a public form.
    ///
    /// # Errors
    /// A form that is not public, limits that are none.
    pub async fn create_link(&self, call: &Call, live: &LiveApp, form: &str, terms: Terms) -> Result<Link, Error> {
        let known = live.app().forms.get(form).filter(|form| form.audience == Audience::Public);
        let Some(known) = known else { return Err(Error::invalid("/form", "not_public")) };
        let link = Link {
            id: 0,
            app_id: live.id.0,
            form: form.to_owned(),
            token: random_token(),
            title: known.title.clone(),
            open: 1,
            expires_at: None,
            most: None,
            most_a_day: None,
            password_hash: None,
            sent: 0,
            day: String::new(),
            sent_on_day: 0,
            created_by: Some(call.actor.user.0),
            created_at: call.now.0,
        };
        let link = self.apply(link, terms).await?;
        self.keep_link(call, link, "public_link.create").await
    }

    /// Changes a link; closing acts at once.
    ///
    /// # Errors
    /// `NotFound`, limits that are none.
    pub async fn change_link(&self, call: &Call, live: &LiveApp, id: i64, terms: Terms) -> Result<Link, Error> {
        let link = public_links::by_id(&self.store.reader(), live.id, id).await?.ok_or(Error::NotFound)?;
        let link = self.apply(link, terms).await?;
        self.keep_link(call, link, "public_link.change").await
    }

    /// Removes a link for good.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn remove_link(&self, call: &Call, live: &LiveApp, id: i64) -> Result<(), Error> {
        let link = public_links::by_id(&self.store.reader(), live.id, id).await?.ok_or(Error::NotFound)?;
        self.store
            .transaction_with((call.clone(), link), |tx, (call, link)| {
                Box::pin(async move {
                    public_links::remove(tx, link.id).await?;
                    audit::act(tx, call, "public_link.remove", object(link), json!({"title": [link.title, null]})).await
                })
            })
            .await
    }

    async fn apply(&self, mut link: Link, terms: Terms) -> Result<Link, Error> {
        let mut errors = Vec::new();
        for (path, limit) in [("/most", terms.most), ("/most_a_day", terms.most_a_day)] {
            if limit.flatten().is_some_and(|limit| limit < 1) {
                errors.push(FieldError::new(path, "minimum").with("minimum", 1));
            }
        }
        if let Some(title) = &terms.title {
            if title.trim().is_empty() {
                errors.push(FieldError::new("/title", "required"));
            }
            link.title = title.trim().to_owned();
        }
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
        link.open = terms.open.map_or(link.open, i64::from);
        link.expires_at = terms.expires_at.map_or(link.expires_at, |at| at.map(|at| at.0));
        link.most = terms.most.unwrap_or(link.most);
        link.most_a_day = terms.most_a_day.unwrap_or(link.most_a_day);
        match terms.password {
            None => {}
            Some(None) => link.password_hash = None,
            Some(Some(password)) => link.password_hash = Some(self.hash_password(&password).await?),
        }
        Ok(link)
    }

    async fn keep_link(&self, call: &Call, link: Link, action: &'static str) -> Result<Link, Error> {
        self.store
            .transaction_with((call.clone(), link), move |tx, (call, link)| {
                Box::pin(async move {
                    let kept = match link.id {
                        0 => public_links::insert(tx, link.clone()).await?,
                        _ => {
                            // What was sent meanwhile stays counted.
                            let now = public_links::by_id(tx, AppId(link.app_id), link.id).await?.ok_or(Error::NotFound)?;
                            let counted = Link { sent: now.sent, day: now.day, sent_on_day: now.sent_on_day, ..link.clone() };
                            public_links::update(tx, counted).await?
                        }
                    };
                    let said = json!({"open": [null, kept.open == 1], "title": [null, kept.title], "expires_at": [null, kept.expires_at],
                        "most": [null, kept.most], "most_a_day": [null, kept.most_a_day], "password": [null, kept.password_hash.is_some()]});
                    audit::act(tx, call, action, object(&kept), said).await?;
                    Ok::<_, Error>(kept)
                })
            })
            .await
    }
}

fn object(link: &Link) -> Object {
    Object { kind: "public_link".into(), app: Some(AppId(link.app_id)), table: None, id: Some(link.id) }
}

/// A random text of 128 bits for an address.
fn random_token() -> String {
    let bytes: [u8; 16] = rand::random();
    super::tokens::hex(&bytes)
}

/// The link as the API shows it.
#[must_use]
pub fn link_json(link: &Link) -> Json {
    let time = |at: Option<i64>| at.map(|at| Timestamp(at).to_rfc3339());
    json!({
        "id": link.id, "form": link.form, "title": link.title, "token": link.token, "path": format!("/s/{}", link.token),
        "open": link.open == 1, "expires_at": time(link.expires_at), "most": link.most, "most_a_day": link.most_a_day,
        "password": link.password_hash.is_some(), "sent": link.sent, "created_at": time(Some(link.created_at)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_waits_after_its_share() {
        let senders = Senders::default();
        let now = Timestamp(1_000_000_000);
        for _ in 0..MOST_FROM_ADDRESS {
            assert!(senders.admit(1, "a", now));
        }
        assert!(!senders.admit(1, "a", now));
        assert!(senders.admit(1, "b", now) && senders.admit(2, "a", now));
        assert!(senders.admit(1, "a", now.plus(WINDOW + 1)));
    }
}
