//! What stands around a form's cards: crumbs, buttons, what happens next, and what somebody else changed meanwhile.

use super::{super::case, DRAFT, SAVE, SUBMIT, subject::Subject};
use crate::{
    base::value::Document,
    service::Error,
    store::records,
    web::{
        Result, shell,
        view::{
            Cell, Crumb, Fact, FormButton, FormPage, Place,
            designer::PreviewPage,
            form::Form as FormView,
            public::{PublicPage, PublicState},
        },
    },
};

/// The page around a form.
///
/// # Errors
/// The database failed.
pub async fn page(subject: &Subject<'_>, form: FormView, url: &str) -> Result<FormPage> {
    let texts = shell::texts(subject.caller);
    let list = subject.list_url();
    let app = &subject.live.face(&subject.caller.call.actor.locale).app.manifest;
    let mut crumbs = vec![
        Crumb::new(app.title.clone(), format!("/apps/{}", subject.live.key())),
        Crumb::new(subject.table.title.clone(), list.clone()),
    ];
    let title = match &subject.record {
        Some(record) => {
            let name = records::label(subject.table, record.id.0, &record.document.values);
            crumbs.push(Crumb::new(name.clone(), format!("{list}/{}", record.id)));
            crumbs.push(Crumb::new(texts.get("form-edit"), ""));
            format!("{} {name}", texts.get("form-edit"))
        }
        None => {
            crumbs.push(Crumb::new(texts.get("form-new"), ""));
            texts.with("new-record", &[("title", (&subject.table.title).into())])
        }
    };
    let shell = shell::of(subject.web, subject.caller, url, title.clone(), Place::App).await?;
    Ok(FormPage { shell, crumbs, title, subtitle: String::new(), form })
}

/// The page around a public form: nothing of the system.
///
/// # Errors
/// `NotFound` where the form is gone.
pub fn public_page(subject: &Subject<'_>, form: FormView, key: &str, url: &str) -> Result<PublicPage> {
    let face = subject.live.face(&subject.caller.call.actor.locale);
    let known = face.app.forms.get(key).ok_or(Error::NotFound)?;
    let words = known.public.clone().unwrap_or_default();
    Ok(PublicPage {
        frame: shell::frame(shell::texts(subject.caller), Some(subject.caller), url),
        title: known.title.clone(),
        description: words.description.unwrap_or_default(),
        action: url.to_owned(),
        state: PublicState::Form(Box::new(form)),
    })
}

/// The page of a form that is being built.
pub fn preview_page(subject: &Subject<'_>, form: FormView, url: &str) -> PreviewPage {
    let texts = shell::texts(subject.caller);
    let frame = shell::frame(texts, Some(subject.caller), url);
    PreviewPage { frame, title: subject.table.title.clone(), form: Some(form), note: String::new() }
}

/// What can be done with it; the one that stands out comes last.
pub fn buttons(subject: &Subject<'_>) -> Vec<FormButton> {
    let texts = shell::texts(subject.caller);
    if subject.flow.is_none() {
        let word = if subject.public.is_some() { "form-submit" } else { "form-save" };
        return vec![FormButton::new(texts.get(word), SAVE, true)];
    }
    let word = if subject.returned { "form-save" } else { "form-save-draft" };
    let mut buttons = vec![FormButton::new(texts.get(word), DRAFT, !subject.can_submit)];
    if subject.can_submit {
        buttons.push(FormButton::new(texts.get("form-submit"), SUBMIT, true));
    }
    buttons
}

/// What happens after submitting.
///
/// # Errors
/// The database failed.
pub async fn aside(subject: &Subject<'_>, document: &Document) -> Result<Vec<Fact>> {
    let Some(flow) = subject.flow.filter(|_| subject.can_submit) else { return Ok(Vec::new()) };
    let texts = shell::texts(subject.caller);
    let call = &subject.caller.call;
    let steps = case::ahead(&subject.reader, call, subject.live, subject.table, flow, document).await?;
    if steps.is_empty() {
        return Ok(Vec::new());
    }
    Ok(vec![Fact::new(texts.get("form-after-submit"), Cell::text(steps.join(" → ")))])
}

/// How many lines there are.
pub fn summary(subject: &Subject<'_>, document: &Document) -> String {
    match subject.table.lines().next() {
        Some(field) => shell::texts(subject.caller).count("form-lines-count", document.lines_of(&field.key).len()),
        None => String::new(),
    }
}
