//! Every route with what it needs. A path that is not here does not exist.

use super::{api, caller::Needs, pages, pages::build::excel, router::Web};
use crate::{definition::role::Action, service::templates};
use axum::{
    extract::DefaultBodyLimit,
    routing::{MethodRouter, delete, get, patch, post, put},
};

/// One path with its methods.
pub struct Route {
    pub path: &'static str,
    pub needs: Needs,
    pub handler: MethodRouter<Web>,
}

const fn route(path: &'static str, needs: Needs, handler: MethodRouter<Web>) -> Route {
    Route { path, needs, handler }
}

/// Takes files too, which have a limit of their own.
fn uploading(handler: MethodRouter<Web>) -> MethodRouter<Web> {
    handler.layer(DefaultBodyLimit::disable())
}

/// Takes a spreadsheet.
fn importing(handler: MethodRouter<Web>) -> MethodRouter<Web> {
    handler.layer(DefaultBodyLimit::max(api::transfer::LARGEST_FILE))
}

/// Takes a package.
fn packages(handler: MethodRouter<Web>) -> MethodRouter<Web> {
    handler.layer(DefaultBodyLimit::max(templates::LARGEST + 64 * 1024))
}

/// The table.
#[must_use]
pub fn all() -> Vec<Route> {
    let mut routes = open();
    routes.extend(page_routes());
    routes.extend(api_routes());
    routes
}

/// What anybody may ask.
fn open() -> Vec<Route> {
    use Needs::Nothing;
    vec![
        route("/healthz", Nothing, get(api::health::alive)),
        route("/readyz", Nothing, get(api::health::ready)),
        route("/static/{tag}/{*path}", Nothing, get(pages::assets::asset)),
        route("/print/paper/{measures}", Nothing, get(pages::print::paper::style)),
        route("/favicon.ico", Nothing, get(pages::assets::favicon)),
        route("/schemas/{name}", Nothing, get(api::schemas::show)),
        route("/setup", Nothing, get(pages::setup::show).post(pages::setup::submit)),
        route("/login", Nothing, get(pages::sign_in::show).post(pages::sign_in::submit)),
        route("/s/{token}", Nothing, get(pages::form::public::show).post(pages::form::public::send)),
        route("/s/{token}/live", Nothing, post(pages::form::public::live)),
        route("/s/{token}/options/{field}", Nothing, get(pages::form::public::options)),
        route("/logout", Nothing, post(pages::sign_in::sign_out)),
        route("/api/v1/session", Nothing, post(api::session::open).delete(api::session::close)),
        route("/hooks/{token}", Nothing, post(api::automations::call)),
        route("/api/v1/openapi.json", Nothing, get(api::openapi::show)),
    ]
}

fn page_routes() -> Vec<Route> {
    use Needs::{Administrator, Person, Right};
    vec![
        route("/", Person, get(pages::home::show)),
        route("/todo", Person, get(pages::todo::show)),
        route("/todo/{task}", Person, uploading(get(pages::task::show).post(pages::task::decide))),
        route("/messages", Person, get(pages::messages::show)),
        route("/messages/read", Person, post(pages::messages::read)),
        route("/me", Person, get(pages::me::show)),
        route("/me/locale", Person, post(pages::me::locale)),
        route("/me/theme", Person, post(pages::me::theme)),
        route("/me/password", Person, post(pages::me::password)),
        route("/files/{id}", Person, get(api::files::show)),
        route("/jobs/{id}", Person, get(pages::jobs::show)),
        route("/jobs/{id}/cancel", Person, post(pages::jobs::cancel)),
        route("/templates", Administrator, get(pages::templates::list)),
        route(
            "/templates/import",
            Administrator,
            packages(get(pages::templates::choose).post(pages::templates::receive)),
        ),
        route(
            "/templates/import/{id}",
            Administrator,
            get(pages::templates::show_sent).post(pages::templates::act_sent),
        ),
        route("/templates/{key}", Administrator, get(pages::templates::show_own).post(pages::templates::act_own)),
        route("/apps", Person, get(pages::apps::list)),
        route("/apps/{app}", Person, get(pages::apps::show)),
        route("/apps/{app}/reports/{report}", Person, get(pages::report::show)),
        route("/apps/{app}/reports/{report}/export", Person, get(pages::report::export)),
        route("/apps/{app}/reports/{report}/options/{parameter}", Person, get(pages::report::options)),
        route("/apps/{app}/dashboards/{dashboard}", Person, get(pages::dashboard::show)),
        route("/apps/{app}/dashboards/{dashboard}/options/{parameter}", Person, get(pages::dashboard::options)),
        route("/apps/{app}/links", Administrator, get(pages::links::show).post(pages::links::change)),
        route("/build/new", Administrator, get(pages::build::start::show).post(pages::build::start::create)),
        route("/build/new/excel", Administrator, importing(get(excel::choose).post(excel::receive))),
        route("/build/new/excel/{id}", Administrator, get(excel::show).post(excel::act)),
        route("/build/{app}/from-excel", Administrator, importing(get(excel::choose_for).post(excel::receive_for))),
        route("/build/{app}/from-excel/{id}", Administrator, get(excel::show_for).post(excel::act_for)),
        route("/build/{app}", Administrator, get(pages::build::home::show).post(pages::build::home::change)),
        route("/build/{app}/steps", Administrator, post(pages::build::home::steps)),
        route("/build/{app}/roles/{role}/members", Administrator, post(pages::build::home::members)),
        route(
            "/build/{app}/tables/{table}",
            Administrator,
            get(pages::build::table::show).post(pages::build::table::change),
        ),
        route(
            "/build/{app}/forms/{form}",
            Administrator,
            get(pages::build::form::show).post(pages::build::form::change),
        ),
        route(
            "/build/{app}/forms/{form}/preview",
            Administrator,
            get(pages::build::preview::show).post(pages::build::preview::live),
        ),
        route(
            "/build/{app}/menu",
            Administrator,
            get(pages::build::sheet::menu).post(pages::build::sheet::change_menu),
        ),
        route(
            "/build/{app}/settings",
            Administrator,
            get(pages::build::sheet::settings).post(pages::build::sheet::change_settings),
        ),
        route("/build/{app}/roles", Administrator, get(pages::build::sheet::roles)),
        route("/build/{app}/share", Administrator, get(pages::share::show)),
        route("/build/{app}/publish", Administrator, get(pages::publish::show).post(pages::publish::act)),
        route(
            "/build/{app}/removed-fields",
            Administrator,
            get(pages::removed_fields::show).post(pages::removed_fields::restore),
        ),
        route("/build/{app}/automations", Administrator, get(pages::automations::list)),
        route(
            "/build/{app}/automations/{automation}/runs",
            Administrator,
            get(pages::automations::runs).post(pages::automations::act),
        ),
        route("/build/{app}/{kind}/{key}/preview", Administrator, get(pages::build::preview::document)),
        route("/build/{app}/{kind}/{key}", Administrator, get(pages::build::document).post(pages::build::change)),
        route("/apps/{app}/{table}", Right(Action::View), get(pages::grid::show)),
        route("/apps/{app}/{table}/views", Right(Action::View), post(pages::grid::act)),
        route("/apps/{app}/{table}/cells", Right(Action::View), post(pages::grid::change)),
        route("/apps/{app}/{table}/move", Right(Action::View), post(pages::grid::relocate)),
        route("/apps/{app}/{table}/{id}/cell/{field}", Right(Action::Edit), get(pages::grid::control)),
        route(
            "/apps/{app}/{table}/import",
            Right(Action::Import),
            importing(get(pages::import::choose).post(pages::import::receive)),
        ),
        route(
            "/apps/{app}/{table}/import/{id}",
            Right(Action::Import),
            get(pages::import::show).post(pages::import::act),
        ),
        route("/apps/{app}/{table}/export", Right(Action::Export), get(pages::jobs::export)),
        route("/apps/{app}/{table}/options/{field}", Right(Action::View), get(pages::picker::show)),
        route("/apps/{app}/{table}/print", Right(Action::Print), get(pages::print::several)),
        route("/apps/{app}/{table}/{id}/print", Right(Action::Print), get(pages::print::one)),
        route(
            "/apps/{app}/{table}/new",
            Right(Action::Create),
            uploading(get(pages::form::new).post(pages::form::create)),
        ),
        route("/apps/{app}/{table}/new/live", Right(Action::Create), uploading(post(pages::form::live_new))),
        route("/apps/{app}/{table}/trash", Right(Action::Delete), get(pages::trash::show)),
        route("/apps/{app}/{table}/new/draft", Right(Action::Create), post(pages::form::draft_new)),
        route("/apps/{app}/{table}/{id}", Right(Action::View), get(pages::record::show)),
        route(
            "/apps/{app}/{table}/{id}/edit",
            Right(Action::Edit),
            uploading(get(pages::form::edit).post(pages::form::save)),
        ),
        route("/apps/{app}/{table}/{id}/edit/live", Right(Action::Edit), uploading(post(pages::form::live_edit))),
        route("/apps/{app}/{table}/{id}/edit/draft", Right(Action::Edit), post(pages::form::draft_edit)),
        route("/apps/{app}/{table}/{id}/submit", Right(Action::Submit), post(pages::record::submit)),
        route("/apps/{app}/{table}/{id}/buttons/{button}", Right(Action::View), post(pages::record::press)),
        route("/apps/{app}/{table}/{id}/withdraw", Right(Action::View), post(pages::record::withdraw)),
        route("/apps/{app}/{table}/{id}/delete", Right(Action::Delete), post(pages::record::delete)),
        route("/apps/{app}/{table}/{id}/restore", Right(Action::Delete), post(pages::trash::restore)),
    ]
}

fn api_routes() -> Vec<Route> {
    use Needs::{Administrator, Person, Right};
    vec![
        route("/api/v1/me", Person, get(api::session::me)),
        route("/api/v1/notices", Person, get(api::notices::list)),
        route("/api/v1/files", Person, uploading(post(api::files::create))),
        route("/api/v1/files/{id}", Person, get(api::files::show)),
        route("/api/v1/tokens", Person, get(api::tokens::list).post(api::tokens::create)),
        route("/api/v1/tokens/{id}", Person, delete(api::tokens::revoke)),
        route("/api/v1/users", Administrator, post(api::users::create)),
        route("/api/v1/apps", Person, get(api::apps::list)),
        route("/api/v1/apps/import", Administrator, post(api::apps::import)),
        route("/api/v1/apps/{app}/export", Administrator, get(api::apps::export)),
        route("/api/v1/apps/{app}/upgrade/undo", Administrator, post(api::apps::undo_upgrade)),
        route("/api/v1/apps/{app}/definition", Person, get(api::apps::definition)),
        route("/api/v1/apps/{app}/reports/{report}", Person, get(api::reports::report)),
        route("/api/v1/apps/{app}/reports/{report}/export", Person, get(api::reports::export)),
        route("/api/v1/apps/{app}/dashboards/{dashboard}", Person, get(api::reports::dashboard)),
        route("/api/v1/apps/{app}/views/{view}", Person, get(api::views::show)),
        route("/api/v1/apps/{app}/settings", Administrator, get(api::apps::settings).put(api::apps::put_settings)),
        route("/api/v1/apps/{app}/links", Administrator, get(api::links::list).post(api::links::create)),
        route("/api/v1/apps/{app}/links/{id}", Administrator, patch(api::links::change).delete(api::links::remove)),
        route("/api/v1/apps/{app}/automations", Administrator, get(api::automations::list)),
        route("/api/v1/apps/{app}/automations/{automation}/runs", Administrator, get(api::automations::runs)),
        route(
            "/api/v1/apps/{app}/automations/{automation}/runs/{id}/retry",
            Administrator,
            post(api::automations::retry),
        ),
        route(
            "/api/v1/apps/{app}/automations/{automation}/hook",
            Administrator,
            post(api::automations::open_hook).delete(api::automations::close_hook),
        ),
        route("/api/v1/apps/{app}/draft", Administrator, get(api::builder::list).delete(api::builder::discard_all)),
        route(
            "/api/v1/apps/{app}/draft/{kind}/{key}",
            Administrator,
            get(api::builder::get).put(api::builder::put).delete(api::builder::remove),
        ),
        route("/api/v1/apps/{app}/draft/check", Administrator, post(api::builder::check)),
        route("/api/v1/apps/{app}/draft/rename", Administrator, post(api::builder::rename)),
        route("/api/v1/apps/{app}/publish", Administrator, post(api::builder::publish)),
        route("/api/v1/apps/{app}/versions", Administrator, get(api::builder::versions)),
        route("/api/v1/apps/{app}/versions/{n}/difference", Administrator, get(api::builder::compare)),
        route("/api/v1/apps/{app}/versions/{n}/restore", Administrator, post(api::builder::restore)),
        route("/api/v1/apps/{app}/removed-fields", Administrator, get(api::builder::removed)),
        route("/api/v1/apps/{app}/removed-fields/{id}/restore", Administrator, post(api::builder::restore_field)),
        route("/api/v1/apps/{app}/roles/{role}/members", Administrator, put(api::users::role_members)),
        route(
            "/api/v1/apps/{app}/tables/{table}/records",
            Right(Action::View),
            get(api::records::list).post(api::records::create),
        ),
        route("/api/v1/apps/{app}/tables/{table}/records/batch", Right(Action::View), post(api::records::batch)),
        route("/api/v1/apps/{app}/tables/{table}/aggregate", Right(Action::View), get(api::records::aggregate)),
        route(
            "/api/v1/apps/{app}/tables/{table}/records/{id}",
            Right(Action::View),
            get(api::records::get).patch(api::records::edit).delete(api::records::delete),
        ),
        route(
            "/api/v1/apps/{app}/tables/{table}/records/{id}/restore",
            Right(Action::Delete),
            post(api::records::restore),
        ),
        route(
            "/api/v1/apps/{app}/tables/{table}/records/{id}/history",
            Right(Action::History),
            get(api::records::history),
        ),
        route(
            "/api/v1/apps/{app}/tables/{table}/records/{id}/submit",
            Right(Action::Submit),
            post(api::records::submit),
        ),
        route(
            "/api/v1/apps/{app}/tables/{table}/records/{id}/buttons/{button}",
            Right(Action::View),
            post(api::records::press),
        ),
        route(
            "/api/v1/apps/{app}/tables/{table}/views",
            Right(Action::View),
            get(api::views::list).post(api::views::create),
        ),
        route(
            "/api/v1/apps/{app}/tables/{table}/views/{id}",
            Right(Action::View),
            patch(api::views::change).delete(api::views::remove),
        ),
        route("/api/v1/apps/{app}/tables/{table}/records/import", Right(Action::Import), post(api::transfer::import)),
        route(
            "/api/v1/apps/{app}/tables/{table}/records/import/{id}",
            Right(Action::Import),
            get(api::transfer::imported),
        ),
        route(
            "/api/v1/apps/{app}/tables/{table}/records/import/{id}/undo",
            Right(Action::Import),
            post(api::transfer::undo),
        ),
        route(
            "/api/v1/apps/{app}/tables/{table}/records/import-template",
            Right(Action::Import),
            get(api::transfer::template),
        ),
        route("/api/v1/apps/{app}/tables/{table}/records/export", Right(Action::Export), get(api::transfer::export)),
        route("/api/v1/jobs", Person, get(api::jobs::list)),
        route("/api/v1/jobs/{id}", Person, get(api::jobs::get)),
        route("/api/v1/jobs/{id}/cancel", Person, post(api::jobs::cancel)),
        route("/api/v1/jobs/{id}/file", Person, get(api::jobs::file)),
        route("/api/v1/apps/{app}/ledgers/{ledger}/verify", Administrator, post(api::ledgers::verify)),
        route("/api/v1/tasks", Person, get(api::tasks::list)),
        route("/api/v1/tasks/{id}", Person, get(api::tasks::get)),
        route("/api/v1/tasks/{id}/{op}", Person, post(api::tasks::act)),
        route("/api/v1/cases/{id}", Person, get(api::tasks::case)),
        route("/api/v1/cases/{id}/{op}", Person, post(api::tasks::steer)),
    ]
}
