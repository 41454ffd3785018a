//! The person behind a request, with all that decisions depend on.

use crate::base::id::UserId;
use std::collections::{BTreeMap, BTreeSet};

/// A signed-in person (or their token) at the moment of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    pub user: UserId,
    pub login: String,
    pub name: String,
    /// `zh-CN` or `en`: the language that refusals and definitions are said in.
    pub locale: String,
    pub is_main_administrator: bool,
    /// Departments the person belongs to.
    pub departments: Vec<i64>,
    /// The same with everything below them.
    pub department_tree: Vec<i64>,
    /// Departments the person heads, with everything below them.
    pub managed_departments: Vec<i64>,
    /// Role keys by app key.
    pub roles: BTreeMap<String, BTreeSet<String>>,
    /// What a token allows; a session allows everything that the person may.
    pub token: Option<Vec<TokenScope>>,
}

/// One scope of a token: `read`, or `write:orders` for one app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenScope {
    pub verb: String,
    pub app: Option<String>,
}

impl TokenScope {
    pub const VERBS: [&'static str; 4] = ["read", "write", "approve", "admin"];

    /// Reads `read write:orders`.
    ///
    /// # Errors
    /// The word that is no scope.
    pub fn parse_all(text: &str) -> Result<Vec<Self>, String> {
        let parse = |word: &str| {
            let (verb, app) = word.split_once(':').map_or((word, None), |(verb, app)| (verb, Some(app.to_owned())));
            let known = Self::VERBS.contains(&verb) && app.as_deref().is_none_or(crate::base::key::is_key);
            if known { Ok(Self { verb: verb.to_owned(), app }) } else { Err(word.to_owned()) }
        };
        text.split([' ', ',']).filter(|word| !word.is_empty()).map(parse).collect()
    }
}

impl Actor {
    /// The person's roles in an app.
    pub fn roles_in(&self, app: &str) -> impl Iterator<Item = &str> {
        self.roles.get(app).into_iter().flatten().map(String::as_str)
    }

    #[must_use]
    pub fn has_role(&self, app: &str, role: &str) -> bool {
        self.roles.get(app).is_some_and(|roles| roles.contains(role))
    }

    /// Whether the token, if there is one, allows `verb` in `app` (anywhere, where no app is meant).
    #[must_use]
    pub fn token_allows(&self, verb: &str, app: Option<&str>) -> bool {
        self.token.as_ref().is_none_or(|scopes| {
            scopes.iter().any(|scope| {
                scope.verb == verb && (scope.app.is_none() || app.is_none() || scope.app.as_deref() == app)
            })
        })
    }
}
