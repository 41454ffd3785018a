//! What the store keeps, subject by subject, on both databases.

use crate::{database::on_both, store::NOW};
use formwork::{
    base::{
        id::{AppId, NoticeId, UserId},
        time::ManualClock,
    },
    store::{
        Connection, Error, Store, apps, audit, catalogue, departments, drafts, entity::notice, idempotency, notices,
        people, session, settings, tokens,
    },
};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};
use tower_sessions::SessionStore;

pub async fn new_app(store: &Store, key: &'static str) -> Result<AppId, Error> {
    store.transaction(move |tx| Box::pin(apps::insert(tx, key, key, None, NOW))).await
}

pub async fn new_user(store: &Store, login: &'static str) -> UserId {
    let new = people::NewUser {
        login: login.to_owned(),
        name: login.to_owned(),
        pinyin: login.to_owned(),
        password_hash: "hash".to_owned(),
        ..people::NewUser::default()
    };
    let user = store.transaction_with(new, |tx, new| Box::pin(people::insert_user(tx, new, NOW))).await;
    UserId(user.unwrap().id)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_is_only_added_to() {
    on_both(async |store| {
        let object = audit::Object { kind: "app".into(), id: Some(1), ..audit::Object::default() };
        let entry = audit::Entry {
            actor: Some(UserId(1)),
            actor_kind: audit::ActorKind::User,
            on_behalf_of: None,
            request_id: None,
            address: None,
            action: "app.publish".into(),
            object: object.clone(),
            summary: "{}".into(),
            changes: "{}".into(),
        };
        store
            .transaction_with([entry.clone(), entry], |tx, entries| Box::pin(audit::append(tx, entries, NOW)))
            .await
            .unwrap();
        for change in ["DELETE FROM audit_log", "UPDATE audit_log SET action = 'x'"] {
            let refused = store.transaction(move |tx| Box::pin(tx.execute_text(change))).await;
            assert!(refused.is_err(), "{change}");
        }
        let page = audit::of_object(&store.reader(), &object, None, 10).await.unwrap();
        assert_eq!(page.len(), 2);
        let older = audit::of_object(&store.reader(), &object, Some(page[0].sequence), 10).await.unwrap();
        assert_eq!(older, page[1..]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_with_the_rights_of_its_user() {
    on_both(async |store| {
        let user = new_user(&store, "fang").await;
        let clock = Arc::new(ManualClock::at(NOW));
        let sessions = session::Sessions::new(store.clone(), clock.clone());
        let expiry = time::OffsetDateTime::from_unix_timestamp(NOW.0 / 1000 + 3600).unwrap();
        let mut record = tower_sessions::session::Record {
            id: tower_sessions::session::Id::default(),
            data: [
                (session::USER.to_owned(), user.0.into()),
                (session::USER_EPOCH.to_owned(), 1.into()),
                (session::AGENT.to_owned(), "browser".into()),
            ]
            .into(),
            expiry_date: expiry,
        };
        sessions.create(&mut record).await.unwrap();
        let first = record.id;
        let mut again = record.clone();
        sessions.create(&mut again).await.unwrap();
        assert_ne!(again.id, first, "a taken id is not used twice");
        assert_eq!(sessions.load(&first).await.unwrap(), Some(record.clone()));

        record.data.insert("basket".into(), "full".into());
        sessions.save(&record).await.unwrap();
        assert_eq!(sessions.load(&first).await.unwrap(), Some(record.clone()));
        let listed = session::of_user(&store.reader(), user, NOW).await.unwrap();
        assert_eq!(listed.len(), 2);
        assert_eq!(listed[0].agent.as_deref(), Some("browser"));
        assert!(listed.iter().all(|row| row.id != first.to_string()));

        // Ended from elsewhere: a request that is still running does not bring it back.
        sessions.delete(&first).await.unwrap();
        sessions.save(&record).await.unwrap();
        assert_eq!(sessions.load(&first).await.unwrap(), None);

        assert!(sessions.load(&again.id).await.unwrap().is_some());
        store.transaction(move |tx| Box::pin(people::set_password(tx, user, "new", NOW))).await.unwrap();
        assert_eq!(sessions.load(&again.id).await.unwrap(), None);

        again.data.insert(session::USER_EPOCH.into(), 2.into());
        sessions.save(&again).await.unwrap();
        assert!(sessions.load(&again.id).await.unwrap().is_some());
        clock.set(NOW.plus(3_600_000));
        assert_eq!(sessions.load(&again.id).await.unwrap(), None);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn people_roles_and_departments() {
    on_both(async |store| {
        let (boss, head, wang) =
            (new_user(&store, "boss").await, new_user(&store, "head").await, new_user(&store, "Wang").await);
        let app = new_app(&store, "shop").await.unwrap();
        let role = |name: &str| people::Role { app, role: name.to_owned() };
        let (keeper, clerk) = (role("keeper"), role("clerk"));
        let department = store
            .transaction_with((keeper.clone(), clerk.clone()), move |tx, (keeper, clerk)| {
                Box::pin(async move {
                    people::insert_organisation(tx, "公司", "zh-CN", "Asia/Shanghai", boss, NOW).await?;
                    let department = departments::insert(tx, "仓储", None, Some(head)).await?;
                    departments::join(tx, wang, department).await?;
                    departments::join(tx, wang, department).await?;
                    people::set_superior(tx, wang, Some(head)).await?;
                    people::set_superior(tx, head, Some(boss)).await?;
                    people::set_superior(tx, boss, Some(wang)).await?;
                    let of_all = people::Principal::Department(department);
                    assert!(people::add_role_member(tx, keeper, of_all).await?);
                    assert!(!people::add_role_member(tx, keeper, of_all).await?);
                    people::add_role_member(tx, clerk, people::Principal::User(wang)).await?;
                    people::add_role_member(tx, clerk, people::Principal::User(boss)).await?;
                    people::raise_organisation_epoch(tx).await?;
                    Ok::<_, Error>(department)
                })
            })
            .await
            .unwrap();
        let reader = store.reader();
        let found = people::user_by_login(&reader, " ＷＡＮＧ").await.unwrap().unwrap();
        assert_eq!((found.id, found.login.as_str()), (wang.0, "Wang"));
        assert_eq!(people::roles_of(&reader, wang).await.unwrap(), [clerk.clone(), keeper.clone()]);
        assert_eq!(people::roles_of(&reader, head).await.unwrap(), []);
        let ids = |users: Vec<formwork::store::entity::user::Model>| {
            users.into_iter().map(|user| user.id).collect::<Vec<_>>()
        };
        assert_eq!(ids(people::users_with_role(&reader, &clerk).await.unwrap()), [boss.0, wang.0]);
        assert_eq!(ids(people::users_with_role(&reader, &keeper).await.unwrap()), [wang.0]);
        assert_eq!(people::superiors_of(&reader, wang).await.unwrap(), [head, boss]);
        assert_eq!(departments::of_user(&reader, wang).await.unwrap()[0].head_id, Some(head.0));
        assert_eq!(ids(departments::members(&reader, department).await.unwrap()), [wang.0]);
        let state = people::security_state(&reader, wang).await.unwrap().unwrap();
        assert_eq!((state.active, state.user_epoch, state.organisation_epoch), (true, 1, 2));
        store.transaction(move |tx| Box::pin(people::set_status(tx, wang, people::DISABLED))).await.unwrap();
        assert!(!people::security_state(&reader, wang).await.unwrap().unwrap().active);
        assert_eq!(ids(people::active_users(&reader).await.unwrap()), [boss.0, head.0]);
        let second =
            store.transaction(move |tx| Box::pin(people::insert_organisation(tx, "二", "en", "UTC", boss, NOW))).await;
        assert!(matches!(second, Err(Error::Unique { .. })), "{second:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_answered_once_and_then_told_again() {
    on_both(async |store| {
        let request = idempotency::Request {
            user: UserId(1),
            method: "POST".into(),
            path: "/api/order".into(),
            key: "k1".into(),
            body_hash: "abc".into(),
        };
        let done = Arc::new(AtomicU32::new(0));
        let tasks: Vec<_> = (0..20)
            .map(|_| {
                let (store, done, request) = (store.clone(), done.clone(), request.clone());
                tokio::spawn(async move {
                    store
                        .transaction_with((request, done), |tx, (request, done)| {
                            Box::pin(async move {
                                if let Some(known) = idempotency::claim(tx, request, NOW).await? {
                                    return Ok::<_, Error>((known.status, known.answer));
                                }
                                done.fetch_add(1, Ordering::SeqCst);
                                idempotency::complete(tx, request, 201, "{\"id\":1}").await?;
                                Ok((201, "{\"id\":1}".to_owned()))
                            })
                        })
                        .await
                })
            })
            .collect();
        for task in tasks {
            assert_eq!(task.await.unwrap().unwrap(), (201, "{\"id\":1}".to_owned()));
        }
        assert_eq!(done.load(Ordering::SeqCst), 1);
        let pruned = store.transaction(|tx| Box::pin(idempotency::prune(tx, NOW.plus(1)))).await;
        assert_eq!(pruned.unwrap(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn apps_catalogue_drafts_notices_and_tokens() {
    on_both(async |store| {
        let user = new_user(&store, "li").await;
        let id = new_app(&store, "shop").await.unwrap();
        store
            .transaction(move |tx| {
                Box::pin(async move {
                    let version = apps::NewVersion {
                        number: 1,
                        version: "1.0.0".into(),
                        documents: [("app.json".to_owned(), "{}".to_owned())].into(),
                        published_by: Some(user),
                        note: None,
                        renames: None,
                    };
                    apps::publish(tx, id, &version, "商店", None, NOW).await?;
                    let order = catalogue::ensure_table(tx, id, "order", None, NOW).await?;
                    assert!(order.new);
                    let order = order.value;
                    assert!(!catalogue::ensure_table(tx, id, "order", None, NOW).await?.new);
                    let lines = catalogue::ensure_table(tx, id, "lines", Some(order), NOW).await?;
                    let amount = catalogue::ensure_column(tx, order, "amount", "money", 2).await?;
                    catalogue::ensure_column(tx, lines.value, "amount", "money", 2).await?;
                    catalogue::retire_column(tx, amount.value.id, NOW).await?;
                    catalogue::ensure_column(tx, order, "amount", "decimal", 6).await?;
                    settings::put(tx, id, "limit", "1").await?;
                    settings::put(tx, id, "limit", "2").await?;
                    Ok::<_, Error>(())
                })
            })
            .await
            .unwrap();
        let reader = store.reader();
        let tables = catalogue::load(&reader, id).await.unwrap();
        let order = tables.table("order").unwrap();
        let lines = tables.lines(order.id, "lines").unwrap();
        assert_eq!(order.physical(), format!("t{}", order.id));
        assert_eq!(lines.physical(), format!("t{}_f{}", order.id, lines.id));
        assert_eq!((order.columns["amount"].kind.as_str(), order.columns["amount"].scale), ("decimal", 6));
        assert_eq!(reader.statements(), 2);
        assert_eq!(apps::by_key(&reader, "shop").await.unwrap().unwrap().live_version, 1);
        let (_, documents) = apps::version(&reader, id, 1).await.unwrap().unwrap();
        assert_eq!(documents["app.json"], "{}");
        assert_eq!(apps::latest_number(&reader, id).await.unwrap(), 1);
        assert_eq!(settings::of_app(&reader, id).await.unwrap()["limit"], "2");

        let form = drafts::Form { user, app: id, form: "order".into(), record: None };
        let token = store
            .transaction_with(form.clone(), move |tx, form| {
                Box::pin(async move {
                    drafts::put(tx, form, "{}", NOW).await?;
                    drafts::put(tx, form, "{\"a\":1}", NOW.plus(1)).await?;
                    let new = notices::New { user, app: Some(id), kind: "task".into(), text: "{}".into(), link: None };
                    notices::insert(tx, &vec![new; 130], NOW).await?;
                    people::insert_organisation(tx, "公司", "zh-CN", "UTC", user, NOW).await?;
                    tokens::insert(tx, user, "robot", "hash", "read", Some(NOW.plus(10)), NOW).await
                })
            })
            .await
            .unwrap();
        assert_eq!(drafts::find(&reader, &form).await.unwrap().unwrap().values, "{\"a\":1}");
        assert_eq!(notices::unread(&reader, user).await.unwrap(), notices::COUNTED);
        let page = notices::page(&reader, user, None, 50).await.unwrap();
        let next = notices::page(&reader, user, Some(NoticeId(page[49].id)), 50).await.unwrap();
        assert!(page[49].id > next[0].id);
        let read = store.transaction(move |tx| Box::pin(notices::mark_read(tx, user, None, NOW))).await;
        assert_eq!(read.unwrap(), 130);
        let unread = notice::Entity::find().filter(notice::Column::ReadAt.is_null());
        assert_eq!(unread.count(reader.orm()).await.unwrap(), 0);
        let shown = tokens::by_hash(&reader, "hash", NOW).await.unwrap().unwrap();
        assert_eq!((shown.user, shown.scopes.as_str(), shown.state.active), (UserId(token.user_id), "read", true));
        assert!(tokens::by_hash(&reader, "hash", NOW.plus(10)).await.unwrap().is_none());
    })
    .await;
}
