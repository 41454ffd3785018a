//! A public form, without anything of the system around it.

use super::{form::Form, shell::Frame};
use askama::Template;

/// `/s/{token}`.
#[derive(Template)]
#[template(path = "public.html")]
pub struct PublicPage {
    pub frame: Frame,
    pub title: String,
    /// Above the form; may be empty.
    pub description: String,
    /// Where the form and the password are posted.
    pub action: String,
    pub state: PublicState,
}

/// What the page shows.
pub enum PublicState {
    Form(Box<Form>),
    Thanks(String),
    Password {
        wrong: Option<String>,
    },
    /// Why nothing can be sent.
    Closed(String),
}
