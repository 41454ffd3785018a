//! `/build/{app}/share`: an app as a package for others: what goes along, and what stays here.

use super::find;
use crate::{
    i18n::Arg,
    service::{app_export::Data, evolve::may_build},
    web::{
        Result, Web,
        caller::Caller,
        error::html,
        extract::Wants,
        shell,
        view::templates::{SharePage, Way},
    },
};
use axum::{
    extract::{Path, State},
    response::Response,
};

pub async fn show(State(web): State<Web>, caller: Caller, wants: Wants, Path(key): Path<String>) -> Result<Response> {
    let live = find::app(&web, &caller, &key).await?;
    may_build(&caller.call, &key)?;
    let texts = shell::texts(&caller);
    let manifest = &live.face(&caller.call.actor.locale).app.manifest;
    let mut ways = Vec::new();
    for data in Data::EVERY {
        let contents = web.service.package_contents(&caller.call, &live, data).await?;
        let rows = contents.carried.iter().map(|carried| {
            let count = usize::try_from(carried.rows).unwrap_or(usize::MAX);
            (carried.title.clone(), texts.count("template-count-rows", count))
        });
        let stays = contents.left_out.iter();
        ways.push(Way {
            title: texts.get(&format!("share-{}", data.as_str())),
            lead: texts.get(&format!("share-{}-lead", data.as_str())),
            href: format!("/api/v1/apps/{key}/export?data={}", data.as_str()),
            rows: rows.collect(),
            left_out: stays.map(|left| (left.title.clone(), texts.get(&format!("share-why-{}", left.why)))).collect(),
            first: data == Data::None,
        });
    }
    let title = texts.with("share-of", &[("title", Arg::Text(&manifest.title))]);
    html(&SharePage { bench: super::build::frame(&web, &caller, &live, &wants.path, &title).await?, title, ways })
}
