//! A case as pages show it: where it is (the track), what happened (the timeline), how it stands (status and notes).
//!
//! Shared by the record page and the task page: [`load`] reads a case once, its methods lay it out.

use super::cell::{self, Showing};
use crate::{
    base::{
        id::{CaseId, UserId},
        time::Timestamp,
        value::Document,
    },
    definition::{
        action::Step as ActionStep,
        flow::{Flow, Hook, NodeKind},
        table::Table,
    },
    flow::{
        event::{Direction, Entry, Event, Outcome, Skip, Verdict},
        state::{Case, CaseState, TaskState},
        view::{PathState, PathStep, path},
    },
    i18n::{Arg, Locale, Texts, format},
    service::{Call, Error, LiveApp, Service, outlook},
    store::{
        Connection,
        flows::{self, CaseRow},
    },
    web::view::{Note, NoteTone, Person, Status, Step, StepState, TimelineEntry, Tone, print::PrintDecision},
};
use indexmap::IndexMap;
use jiff::tz::TimeZone;

/// A case with its flow, ready to be laid out for one reader.
pub struct CaseView {
    pub row: CaseRow,
    pub case: Case,
    /// The flow of the version that the case is pinned to, its titles in the reader's language where they still exist.
    pub flow: Flow,
    log: Vec<Entry>,
    /// Which arm each branch ahead would take.
    expected: IndexMap<String, String>,
    /// Titles of nodes in the reader's language.
    titles: IndexMap<String, String>,
    reader: UserId,
    now: Timestamp,
}

/// Reads a case. `document` is the record as it is now, from which the branches ahead are told.
///
/// # Errors
/// `NotFound`, or the database failed. Whether the reader may see the case is judged before.
pub async fn load(
    conn: &impl Connection,
    service: &Service,
    call: &Call,
    live: &LiveApp,
    table: &Table,
    document: &Document,
    id: CaseId,
) -> Result<CaseView, Error> {
    let row = flows::by_id(conn, id).await?.ok_or(Error::NotFound)?;
    let (_, flow) = service.live.pinned_flow(conn, live, row.version_number, &row.flow).await?;
    let case = flows::load(conn, id).await?;
    let log = flows::log(conn, id).await?;
    let expected = if case.state.is_terminal() {
        IndexMap::new()
    } else {
        outlook::expected(conn, call, live, table, &flow, document).await?
    };
    let titles = titles(live, &call.actor.locale, &flow);
    Ok(CaseView { row, case, flow, log, expected, titles, reader: call.actor.user, now: call.now })
}

/// What the nodes of a flow are called, by id: in the reader's language, else as the flow has it.
#[must_use]
pub fn titles(live: &LiveApp, locale: &str, flow: &Flow) -> IndexMap<String, String> {
    let shown = live.face(locale).app.flows.get(&flow.key);
    let title = |id: &str, own: &str| {
        let translated = shown.and_then(|shown| shown.node(id)).map_or(own, |node| node.title());
        if translated.is_empty() { id.to_owned() } else { translated.to_owned() }
    };
    flow.all_nodes().into_iter().map(|(_, node)| (node.id().to_owned(), title(node.id(), node.title()))).collect()
}

/// The steps that a record would pass after it is submitted, as far as they can be told, by title.
///
/// # Errors
/// The database failed.
pub async fn ahead(
    conn: &impl Connection,
    call: &Call,
    live: &LiveApp,
    table: &Table,
    flow: &Flow,
    document: &Document,
) -> Result<Vec<String>, Error> {
    let expected = outlook::expected(conn, call, live, table, flow, document).await?;
    let titles = titles(live, &call.actor.locale, flow);
    let steps = path(flow, &Case::new(CaseId(0)), &expected);
    let shown = steps.into_iter().filter(|step| !matches!(step.kind, NodeKind::Start | NodeKind::Branch));
    let mut labels: Vec<String> = shown.map(|step| titles.get(&step.node).cloned().unwrap_or(step.node)).collect();
    if posts(flow) {
        let texts = Texts(Locale::parse(&call.actor.locale).unwrap_or_default());
        labels.push(texts.get("track-post"));
    }
    Ok(labels)
}

/// Whether reaching the end of a flow writes into a ledger.
fn posts(flow: &Flow) -> bool {
    flow.on.steps(Hook::Approved).iter().any(|step| matches!(step, ActionStep::Post(_)))
}

/// The time of day.
#[must_use]
pub fn clock(zone: &TimeZone, at: Timestamp) -> String {
    let then = zone.to_datetime(at.to_jiff());
    format::clock(then.hour(), then.minute())
}

/// A moment as short as it can be said today: `09:18`, `11-20 09:18`, `2025-11-20 09:18`.
#[must_use]
pub fn short_moment(zone: &TimeZone, now: Timestamp, at: Timestamp) -> String {
    let (today, then) = (zone.to_datetime(now.to_jiff()), zone.to_datetime(at.to_jiff()));
    let clock = format::clock(then.hour(), then.minute());
    if today.date() == then.date() {
        clock
    } else if today.year() == then.year() {
        format!("{:02}-{:02} {clock}", then.month(), then.day())
    } else {
        format!("{} {clock}", format::date(then.year(), then.month(), then.day()))
    }
}

/// The state of a case as a dot and a word.
#[must_use]
pub fn status(texts: Texts, state: &str) -> Status {
    let (word, tone) = match state {
        "running" | "suspended" | "revoking" => return cell::state(texts, "in_approval"),
        "returned" => ("state-returned", Tone::Warn),
        "withdrawn" => ("state-withdrawn", Tone::Off),
        "terminated" => ("state-terminated", Tone::Off),
        other => return cell::state(texts, other),
    };
    Status::new(tone, texts.get(word))
}

impl CaseView {
    /// Everybody who is named on the track or the timeline: their names have to be read beforehand.
    pub fn people(&self) -> impl Iterator<Item = UserId> {
        let tasks = self.case.tasks.iter().flat_map(|task| [Some(task.holder), task.closed_by]).flatten();
        let copies = self.case.copies.iter().map(|copy| copy.user);
        let actors = self.log.iter().map(|entry| entry.by);
        tasks.chain(copies).chain(actors).chain([UserId(self.row.starter_id)])
    }

    /// The title of a node.
    #[must_use]
    pub fn title(&self, node: &str) -> String {
        self.titles.get(node).cloned().unwrap_or_else(|| node.to_owned())
    }

    /// The case as a dot and a word.
    #[must_use]
    pub fn status(&self, texts: Texts) -> Status {
        status(texts, &self.row.state)
    }

    fn name(&self, show: &Showing<'_>, user: UserId) -> String {
        if user == self.reader { show.texts.get("you") } else { show.name(Some(user.0)) }
    }

    fn names(&self, show: &Showing<'_>, users: impl Iterator<Item = UserId>) -> String {
        let mut names: Vec<String> = Vec::new();
        for user in users {
            let name = self.name(show, user);
            if !names.contains(&name) {
                names.push(name);
            }
        }
        format::listed(show.texts, &names)
    }

    /// The path of the case, in order.
    #[must_use]
    pub fn track(&self, show: &Showing<'_>) -> Vec<Step> {
        let mut steps: Vec<Step> = path(&self.flow, &self.case, &self.expected)
            .iter()
            .filter(|step| step.kind != NodeKind::Branch)
            .map(|step| self.step(show, step))
            .collect();
        if posts(&self.flow) && (!self.case.state.is_terminal() || self.case.state == CaseState::Approved) {
            let done = self.case.state == CaseState::Approved;
            let note = match self.row.ended_at.filter(|_| done) {
                Some(at) => short_moment(show.zone, self.now, Timestamp(at)),
                None => show.texts.get("track-post-ahead"),
            };
            let state = if done { StepState::Done } else { StepState::Ahead };
            steps.push(Step { label: show.texts.get("track-post"), note, state });
        }
        steps
    }

    fn step(&self, show: &Showing<'_>, step: &PathStep) -> Step {
        let t = show.texts;
        let at = |at: Timestamp| short_moment(show.zone, self.now, at);
        let start = step.kind == NodeKind::Start;
        let label = if start { t.get("op-submit") } else { self.title(&step.node) };
        let refused = step.outcome == Some(Outcome::Rejected);
        let state = match step.state {
            _ if refused => StepState::Refused,
            PathState::Done => StepState::Done,
            PathState::Now => StepState::Now,
            PathState::Skipped | PathState::Stopped => StepState::Skipped,
            PathState::Ahead => StepState::Ahead,
        };
        let decided = step.people.iter().filter(|person| person.state.is_decided());
        let note = match step.state {
            PathState::Ahead => String::new(),
            PathState::Now if start => self.name(show, UserId(self.row.starter_id)),
            PathState::Now => {
                let open = step.people.iter().filter(|person| person.state == TaskState::Open);
                self.names(show, open.map(|person| person.user))
            }
            PathState::Skipped => t.get(match step.skip {
                Some(Skip::Nobody) => "track-nobody",
                Some(Skip::Starter) => "track-starter",
                None => "track-earlier",
            }),
            PathState::Stopped => String::new(),
            PathState::Done if start => {
                let submitted = step.closed_at.unwrap_or(Timestamp(self.row.created_at));
                format!("{} {}", self.name(show, UserId(self.row.starter_id)), at(submitted))
            }
            PathState::Done if step.kind == NodeKind::Cc => match step.copies.is_empty() {
                true => t.get("track-nobody"),
                false => self.names(show, step.copies.iter().copied()),
            },
            PathState::Done => {
                let names = self.names(show, decided.map(|person| person.user));
                let when = step.closed_at.map(at).unwrap_or_default();
                format!("{names} {when}").trim().to_owned()
            }
        };
        Step { label, note, state }
    }

    /// What happened, oldest first; then who is being waited for, then what is still to come.
    #[must_use]
    pub fn timeline(&self, show: &Showing<'_>) -> Vec<TimelineEntry> {
        let t = show.texts;
        let mut entries: Vec<TimelineEntry> = self.log.iter().filter_map(|entry| self.entry(show, entry)).collect();
        for task in self.case.open_tasks() {
            let own = task.holder == self.reader;
            let since = task.opened_at.unwrap_or(self.now);
            entries.push(TimelineEntry {
                who: show.person(Some(task.holder.0)),
                verb: String::new(),
                status: Some(Status::new(Tone::Now, t.get(if own { "waiting-for-you" } else { "waiting" }))),
                time: format::lasting(t, self.now.0 - since.0),
                machine: since.to_rfc3339(),
                opinion: String::new(),
                ahead: false,
            });
        }
        let ahead = |label: String, verb: String| TimelineEntry {
            who: Person::new(label, ""),
            verb,
            status: None,
            time: String::new(),
            machine: String::new(),
            opinion: String::new(),
            ahead: true,
        };
        let steps = path(&self.flow, &self.case, &self.expected);
        for step in steps.iter().filter(|step| step.state == PathState::Ahead && step.kind != NodeKind::Branch) {
            entries.push(ahead(self.title(&step.node), String::new()));
        }
        if posts(&self.flow) && !self.case.state.is_terminal() {
            entries.push(ahead(t.get("track-post"), t.get("track-post-ahead")));
        }
        entries
    }

    fn entry(&self, show: &Showing<'_>, entry: &Entry) -> Option<TimelineEntry> {
        let t = show.texts;
        let of = |who: Person, verb: String, opinion: Option<&String>| {
            Some(TimelineEntry {
                who,
                verb,
                status: None,
                time: short_moment(show.zone, self.now, entry.at),
                machine: entry.at.to_rfc3339(),
                opinion: opinion.cloned().unwrap_or_default(),
                ahead: false,
            })
        };
        let by = || show.person(Some(entry.by.0));
        let system = || Person::new(t.get("system"), "");
        match &entry.event {
            Event::Submitted { .. } => of(by(), t.get("did-submit"), None),
            Event::Resubmitted { comment, .. } => of(by(), t.get("did-resubmit"), comment.as_ref()),
            Event::Decided { by, automatic: Some(_), .. } => {
                of(show.person(Some(by.0)), t.get("did-approve-earlier"), None)
            }
            Event::Decided { verdict, by, comment, .. } => {
                let verb = if *verdict == Verdict::Approved { "did-approve" } else { "did-reject" };
                of(show.person(Some(by.0)), t.get(verb), comment.as_ref())
            }
            Event::Copied { copies, .. } if !copies.is_empty() => {
                let names = self.names(show, copies.iter().map(|copy| copy.user));
                of(system(), t.with("did-cc-to", &[("who", Arg::Text(&names))]), None)
            }
            Event::Closed { activation, skip: Some(_), .. } => {
                let node = self.case.activation(*activation).map(|row| self.title(&row.node)).unwrap_or_default();
                of(system(), t.with("did-skip-node", &[("node", Arg::Text(&node))]), None)
            }
            Event::Returned { comment, .. } => of(by(), t.get("did-return"), comment.as_ref()),
            Event::Effected { effect } if effect.effect == Hook::Approved && posts(&self.flow) => {
                let verb = if effect.direction == Direction::Forward { "did-post" } else { "did-unpost" };
                of(system(), t.get(verb), None)
            }
            Event::Ended { state: CaseState::Withdrawn, comment } => of(by(), t.get("did-withdraw"), comment.as_ref()),
            Event::Ended { state: CaseState::Terminated, comment } => {
                of(by(), t.get("did-terminate"), comment.as_ref())
            }
            _ => None,
        }
    }

    /// Every decision that was made, oldest first: what paper keeps of a case.
    #[must_use]
    pub fn decisions(&self, show: &Showing<'_>) -> Vec<PrintDecision> {
        let t = show.texts;
        let decision = |entry: &Entry| {
            let (step, by, verb, opinion) = match &entry.event {
                Event::Submitted { .. } => (t.get("op-submit"), entry.by, "did-submit", None),
                Event::Resubmitted { comment, .. } => (t.get("op-submit"), entry.by, "did-resubmit", comment.as_ref()),
                Event::Decided { task, verdict, by, comment, automatic } => {
                    let task = self.case.task(*task)?;
                    let node = self.case.activation(task.activation).map(|row| self.title(&row.node));
                    let verb = match (automatic, verdict) {
                        (Some(_), _) => "did-approve-earlier",
                        (None, Verdict::Approved) => "did-approve",
                        (None, _) => "did-reject",
                    };
                    (node.unwrap_or_default(), *by, verb, comment.as_ref())
                }
                Event::Returned { comment, .. } => (String::new(), entry.by, "did-return", comment.as_ref()),
                _ => return None,
            };
            Some(PrintDecision {
                step,
                who: show.name(Some(by.0)),
                verdict: t.get(verb),
                opinion: opinion.cloned().unwrap_or_default(),
                time: cell::moment(show.zone, entry.at).0,
            })
        };
        self.log.iter().filter_map(decision).collect()
    }

    /// Who decided a task, and when; nobody while it is open.
    #[must_use]
    pub fn closed(&self, ordinal: u32) -> Option<(UserId, Timestamp)> {
        let task = self.case.task(ordinal).filter(|task| !task.state.is_live())?;
        Some((task.closed_by.unwrap_or(task.holder), task.closed_at.unwrap_or(self.now)))
    }

    /// Why the case is where it is: rejected, returned or withdrawn, by whom and for what reason.
    #[must_use]
    pub fn note(&self, show: &Showing<'_>) -> Option<Note> {
        let t = show.texts;
        let said = |key: &str, who: UserId, reason: Option<&String>| {
            let name = show.name(Some(who.0));
            let none = t.get("no-reason");
            let reason = reason.map_or(none.as_str(), String::as_str);
            t.with(key, &[("who", Arg::Text(&name)), ("reason", Arg::Text(reason))])
        };
        let last = |wanted: &dyn Fn(&Event) -> bool| self.log.iter().rev().find(|entry| wanted(&entry.event));
        match self.case.state {
            CaseState::Rejected => {
                let entry = last(&|event| matches!(event, Event::Decided { verdict: Verdict::Rejected, .. }))?;
                let Event::Decided { by, comment, .. } = &entry.event else { return None };
                Some(Note::new(NoteTone::Bad, said("note-rejected", *by, comment.as_ref())))
            }
            CaseState::Returned => {
                let entry = last(&|event| matches!(event, Event::Returned { .. }))?;
                let Event::Returned { comment, .. } = &entry.event else { return None };
                Some(Note::new(NoteTone::Warn, said("note-returned", entry.by, comment.as_ref())))
            }
            CaseState::Withdrawn => {
                let entry = last(&|event| matches!(event, Event::Ended { .. }))?;
                let name = show.name(Some(entry.by.0));
                Some(Note::new(NoteTone::Info, t.with("note-withdrawn", &[("who", Arg::Text(&name))])))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_as_short_as_they_can_be() {
        let zone = TimeZone::get("Asia/Shanghai").expect("the zone is bundled");
        let at = |text: &str| Timestamp::parse_rfc3339(text).expect("a moment");
        let now = at("2026-11-20T03:00:00Z");
        assert_eq!(short_moment(&zone, now, at("2026-11-20T01:18:00Z")), "09:18");
        assert_eq!(short_moment(&zone, now, at("2026-11-19T15:59:00Z")), "11-19 23:59");
        assert_eq!(short_moment(&zone, now, at("2025-11-20T01:18:00Z")), "2025-11-20 09:18");
    }
}
