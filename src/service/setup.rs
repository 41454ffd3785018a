//! Setting up: the organisation and its main administrator, once; and adding people.

use super::{Call, Error, Service, audit, sign_in::check_password};
use crate::{
    base::{
        error::FieldError,
        id::{DepartmentId, UserId},
    },
    store::{
        self, Connection, apps, departments,
        people::{self, NewUser, Principal, Role},
    },
};
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::json;
use std::collections::HashMap;

/// What a new company says of itself.
#[derive(Debug, Clone)]
pub struct NewOrganisation {
    pub organisation: String,
    pub locale: String,
    pub time_zone: String,
    pub login: String,
    pub name: String,
    pub password: String,
}

impl NewOrganisation {
    /// What is wrong with it, each at its own member.
    #[must_use]
    pub fn problems(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        for (path, text) in [("/organisation", &self.organisation), ("/name", &self.name)] {
            errors.extend(text.trim().is_empty().then(|| FieldError::new(path, "required")));
            errors.extend((text.chars().count() > 100).then(|| FieldError::new(path, "too_long").with("maximum", 100)));
        }
        if self.login.trim().is_empty() {
            errors.push(FieldError::new("/login", "required"));
        } else {
            errors.extend(bad_login(&self.login));
        }
        if let Err(Error::Invalid(more)) = check_password(&self.password) {
            errors.extend(more);
        }
        if TimeZone::get(&self.time_zone).is_err() {
            errors.push(FieldError::new("/time_zone", "option").with("value", &self.time_zone));
        }
        errors
    }
}

/// A person to be added.
#[derive(Debug, Clone)]
pub struct AddPerson {
    pub login: String,
    pub name: String,
    pub password: String,
    pub position: Option<String>,
    /// App key and role key.
    pub roles: Vec<(String, String)>,
}

impl Service {
    /// Whether an organisation is there.
    ///
    /// # Errors
    /// The database failed.
    pub async fn is_set_up(&self, conn: &impl Connection) -> Result<bool, Error> {
        Ok(people::organisation(conn).await?.is_some())
    }

    /// Makes the organisation and its main administrator. Only the first succeeds.
    ///
    /// # Errors
    /// Errors of each field; `already_set_up`.
    pub async fn set_up(&self, new: NewOrganisation) -> Result<UserId, Error> {
        let errors = new.problems();
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
        let hash = self.hash_password(&new.password).await?;
        let user = self.make_organisation(new, hash).await?;
        self.live.forget();
        Ok(user)
    }

    async fn make_organisation(&self, new: NewOrganisation, hash: String) -> Result<UserId, Error> {
        let now = self.clock.now();
        self.store
            .transaction_with((new, hash), move |tx, (new, hash)| {
                Box::pin(async move {
                    if people::organisation(tx).await?.is_some() {
                        return Err(Error::conflict("already_set_up"));
                    }
                    let user = NewUser {
                        login: new.login.clone(),
                        name: new.name.trim().to_owned(),
                        pinyin: pinyin(&new.name),
                        password_hash: hash.clone(),
                        locale: Some(new.locale.clone()),
                        ..NewUser::default()
                    };
                    let user = UserId(people::insert_user(tx, &user, now).await.map_err(taken)?.id);
                    people::insert_organisation(tx, new.organisation.trim(), &new.locale, &new.time_zone, user, now)
                        .await?;
                    Ok(user)
                })
            })
            .await
    }

    /// Adds a person with roles.
    ///
    /// # Errors
    /// `unique` at the login, unknown apps and roles.
    pub async fn add_person(&self, call: &Call, new: AddPerson) -> Result<UserId, Error> {
        if !call.actor.is_main_administrator {
            return Err(Error::forbidden("administrators_only"));
        }
        if let Some(error) = bad_login(&new.login) {
            return Err(Error::Invalid(vec![error]));
        }
        if new.name.trim().is_empty() {
            return Err(Error::invalid("/name", "required"));
        }
        let hash = self.hash_password(&new.password).await?;
        let live = self.live.all(&self.store.reader(), self.epoch().await?).await?;
        let mut roles = Vec::new();
        for (app, role) in &new.roles {
            let known = live
                .iter()
                .find(|live| live.key() == app)
                .ok_or_else(|| Error::Invalid(vec![FieldError::new("/roles", "unknown_app").with("value", app)]))?;
            if !known.app().roles.contains_key(role) {
                let options: Vec<&str> = known.app().roles.keys().map(String::as_str).collect();
                let error = FieldError::new("/roles", "option").with("value", role).with("options", options.join(", "));
                return Err(Error::Invalid(vec![error]));
            }
            roles.push(Role { app: known.id, role: role.clone() });
        }
        let now = call.now;
        let user = self
            .store
            .transaction_with((call.clone(), new, hash, roles), move |tx, (call, new, hash, roles)| {
                Box::pin(async move {
                    let row = NewUser {
                        login: new.login.clone(),
                        name: new.name.trim().to_owned(),
                        pinyin: pinyin(&new.name),
                        password_hash: hash.clone(),
                        position: new.position.clone(),
                        ..NewUser::default()
                    };
                    let user = UserId(people::insert_user(tx, &row, now).await.map_err(taken)?.id);
                    for role in roles {
                        people::add_role_member(tx, role, Principal::User(user)).await?;
                    }
                    people::raise_organisation_epoch(tx).await?;
                    let what = json!({"login": [null, new.login], "roles": [null, new.roles]});
                    audit::act(tx, call, "user.add", audit::on_user(user.0), what).await?;
                    Ok::<_, Error>(user)
                })
            })
            .await?;
        Ok(user)
    }

    /// Makes the members of a role be exactly these.
    ///
    /// # Errors
    /// Who is not the main administrator; unknown people or departments.
    pub async fn set_role_members(
        &self,
        call: &Call,
        live: &super::LiveApp,
        role: &str,
        wanted: Vec<Principal>,
    ) -> Result<(), Error> {
        if !call.actor.is_main_administrator {
            return Err(Error::forbidden("administrators_only"));
        }
        let reader = self.store.reader();
        let users: Vec<UserId> =
            wanted.iter().filter_map(|one| if let Principal::User(id) = one { Some(*id) } else { None }).collect();
        let known = people::users(&reader, &users).await?;
        let all_departments = departments::list(&reader).await?;
        let unknown = wanted.iter().any(|one| match one {
            Principal::User(id) => known.iter().all(|user| user.id != id.0),
            Principal::Department(id) => all_departments.iter().all(|department| department.id != id.0),
        });
        if unknown {
            return Err(Error::invalid("", "link_not_found"));
        }
        let held = Role { app: live.id, role: role.to_owned() };
        self.store
            .transaction_with((call.clone(), held, wanted), |tx, (call, held, wanted)| {
                Box::pin(async move {
                    let all = people::role_members(tx, held.app).await?;
                    let before: Vec<Principal> = all
                        .iter()
                        .filter(|member| member.role == held.role)
                        .map(|member| match member.principal_kind.as_str() {
                            "department" => Principal::Department(DepartmentId(member.principal_id)),
                            _ => Principal::User(UserId(member.principal_id)),
                        })
                        .collect();
                    for gone in before.iter().filter(|member| !wanted.contains(member)) {
                        people::remove_role_member(tx, held, *gone).await?;
                    }
                    for new in wanted {
                        people::add_role_member(tx, held, *new).await?;
                    }
                    people::raise_organisation_epoch(tx).await?;
                    let what = json!({"role": held.role, "members": [format!("{before:?}"), format!("{wanted:?}")]});
                    audit::act(tx, call, "role.members", audit::on_app(held.app), what).await?;
                    Ok::<_, Error>(())
                })
            })
            .await
    }

    /// Whether the database takes a write now.
    ///
    /// # Errors
    /// It does not.
    pub async fn check_write(&self) -> Result<(), Error> {
        let before = self.clock.now().plus(-30 * 24 * 60 * 60 * 1000);
        self.store
            .transaction(move |tx| {
                Box::pin(async move {
                    store::sign_in::prune(tx, before).await?;
                    Ok::<_, Error>(())
                })
            })
            .await
    }

    /// The organisation's epoch, which tells when live apps have to be read again.
    ///
    /// # Errors
    /// The database failed.
    pub async fn epoch(&self) -> Result<i64, Error> {
        Ok(people::organisation(&self.store.reader()).await?.map_or(0, |organisation| organisation.security_epoch))
    }

    /// Adds the people of a sample company: departments, people with their login as password, superiors, roles in `app`.
    /// People who exist keep their password.
    ///
    /// # Errors
    /// The sample does not read, or the database failed.
    pub async fn add_sample_people(&self, sample: &serde_json::Value, app: Option<&str>) -> Result<(), Error> {
        let sample = read_sample(sample)?;
        let mut hashes = HashMap::new();
        let known = people::active_users(&self.store.reader()).await?;
        for person in sample.people.iter().filter(|person| known.iter().all(|user| user.login != person.login)) {
            hashes.insert(person.login.clone(), self.hash_unchecked(person.login.clone()).await?);
        }
        self.place_people(sample, hashes, app).await
    }

    /// The same for people who never sign in: those of a scenario.
    ///
    /// # Errors
    /// As [`Self::add_sample_people`].
    pub(super) async fn add_played_people(&self, sample: &serde_json::Value, app: Option<&str>) -> Result<(), Error> {
        self.place_people(read_sample(sample)?, HashMap::new(), app).await
    }

    /// Makes an organisation in which nobody signs in.
    ///
    /// # Errors
    /// `already_set_up`, or the database failed.
    pub(super) async fn set_up_stage(&self, first: &SamplePerson, time_zone: &str) -> Result<UserId, Error> {
        let new = NewOrganisation {
            organisation: first.name.clone(),
            locale: "zh-CN".into(),
            time_zone: time_zone.to_owned(),
            login: first.login.clone(),
            name: first.name.clone(),
            password: String::new(),
        };
        self.make_organisation(new, String::new()).await
    }

    async fn place_people(
        &self,
        sample: Sample,
        hashes: HashMap<String, String>,
        app: Option<&str>,
    ) -> Result<(), Error> {
        let (now, app) = (self.clock.now(), app.map(str::to_owned));
        self.store
            .transaction_with((sample, hashes, app), move |tx, (sample, hashes, app)| {
                Box::pin(async move {
                    let app = match app {
                        Some(key) => apps::by_key(tx, key).await?,
                        None => None,
                    };
                    let mut by_name = HashMap::new();
                    for department in departments::list(tx).await? {
                        by_name.insert(department.name, DepartmentId(department.id));
                    }
                    for department in sample.departments.iter() {
                        if by_name.contains_key(&department.name) {
                            continue;
                        }
                        let parent = department.parent.as_ref().and_then(|name| by_name.get(name)).copied();
                        let head = None;
                        let id: DepartmentId = departments::insert(tx, &department.name, parent, head).await?;
                        by_name.insert(department.name.clone(), id);
                    }
                    let mut ids = HashMap::new();
                    for person in &sample.people {
                        let known = people::user_by_login(tx, &person.login).await?;
                        let id = match known {
                            Some(user) => UserId(user.id),
                            None => {
                                let row = NewUser {
                                    login: person.login.clone(),
                                    name: person.name.clone(),
                                    pinyin: pinyin(&person.name),
                                    password_hash: hashes.get(&person.login).cloned().unwrap_or_default(),
                                    position: Some(person.title.clone()),
                                    ..NewUser::default()
                                };
                                UserId(people::insert_user(tx, &row, now).await?.id)
                            }
                        };
                        ids.insert(person.login.clone(), id);
                        for name in &person.departments {
                            if let Some(department) = by_name.get(name) {
                                departments::join(tx, id, *department).await?;
                            }
                        }
                        for name in &person.head_of {
                            if let Some(department) = by_name.get(name) {
                                departments::set_head(tx, *department, Some(id)).await?;
                            }
                        }
                        if let Some(app) = &app {
                            for role in &person.roles {
                                let held = Role { app: crate::base::id::AppId(app.id), role: role.clone() };
                                people::add_role_member(tx, &held, Principal::User(id)).await?;
                            }
                        }
                    }
                    for person in &sample.people {
                        let above = person.superior.as_ref().and_then(|login| ids.get(login)).copied();
                        if let (Some(id), Some(above)) = (ids.get(&person.login), above) {
                            people::set_superior(tx, *id, Some(above)).await?;
                        }
                    }
                    people::raise_organisation_epoch(tx).await?;
                    Ok::<_, Error>(())
                })
            })
            .await?;
        self.live.forget();
        Ok(())
    }

    /// Makes a sample organisation whose main administrator is `first`, with their login as password.
    ///
    /// # Errors
    /// `already_set_up`, or the database failed.
    pub async fn set_up_sample(
        &self,
        organisation: &str,
        time_zone: &str,
        first: &SamplePerson,
    ) -> Result<UserId, Error> {
        let hash = self.hash_unchecked(first.login.clone()).await?;
        let new = NewOrganisation {
            organisation: organisation.to_owned(),
            locale: "zh-CN".into(),
            time_zone: time_zone.to_owned(),
            login: first.login.clone(),
            name: first.name.clone(),
            password: String::new(),
        };
        self.make_organisation(new, hash).await
    }
}

/// The people of a sample company, the main administrator first.
///
/// # Errors
/// The sample does not read.
pub fn sample_people(sample: &serde_json::Value) -> Result<Vec<SamplePerson>, Error> {
    Ok(read_sample(sample)?.people)
}

fn read_sample(sample: &serde_json::Value) -> Result<Sample, Error> {
    serde_json::from_value(sample.clone()).map_err(|error| Error::malformed(format!("people.json: {error}")))
}

/// A company's sample people, as `demo/people.json` names them.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sample {
    #[serde(default)]
    departments: Vec<SampleDepartment>,
    people: Vec<SamplePerson>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct SampleDepartment {
    name: String,
    #[serde(default)]
    parent: Option<String>,
}

/// A sample person; the login is also the password.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SamplePerson {
    pub login: String,
    pub name: String,
    #[serde(default)]
    pub title: String,
    #[serde(default)]
    pub roles: Vec<String>,
    #[serde(default)]
    pub departments: Vec<String>,
    #[serde(default)]
    pub superior: Option<String>,
    #[serde(default)]
    pub head_of: Vec<String>,
}

fn taken(error: store::Error) -> Error {
    match error {
        store::Error::Unique { .. } => Error::Invalid(vec![FieldError::new("/login", "unique")]),
        other => other.into(),
    }
}

/// 2 to 50 characters without blanks; `None` where all is well.
fn bad_login(login: &str) -> Option<FieldError> {
    let length = login.trim().chars().count();
    let fits = (2..=50).contains(&length) && !login.trim().chars().any(|c| c.is_whitespace() || c.is_control());
    (!fits).then(|| FieldError::new("/login", "login"))
}

/// A name in pinyin without tones, syllables run together; other letters as they are, in lower case.
#[must_use]
pub fn pinyin(name: &str) -> String {
    use ::pinyin::ToPinyin;
    let syllable = |letter: char| {
        letter.to_pinyin().map_or_else(|| letter.to_lowercase().to_string(), |found| found.plain().to_owned())
    };
    name.chars().map(syllable).collect()
}
