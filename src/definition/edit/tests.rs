use super::{
    fields::{converted, fresh, properties},
    *,
};
use crate::{
    base::key::is_key,
    definition::{
        app::App,
        field::Kind,
        package::{canonical, parse_json},
    },
};
use serde_json::json;

/// A new app of one table, as a builder begins it.
fn begun() -> Documents {
    let documents = app::begin("设备点检", Some("check"), "zh-CN", "成员", &|_| false).expect("an app");
    done(
        &documents,
        &Documents::default(),
        json!({"on": "app", "do": "add_table", "title": "设备", "name": "名称", "section": "基本信息"}),
    )
    .0
}

fn done(documents: &Documents, live: &Documents, edit: Json) -> (Documents, Done) {
    let read: Edit = serde_json::from_value(edit.clone()).unwrap_or_else(|error| panic!("{edit}: {error}"));
    read.apply(documents, live).unwrap_or_else(|refusal| panic!("{edit}: {refusal:?}"))
}

fn refused(documents: &Documents, edit: Json) -> Refusal {
    let read: Edit = serde_json::from_value(edit.clone()).unwrap_or_else(|error| panic!("{edit}: {error}"));
    read.apply(documents, &Documents::default()).expect_err("refused")
}

fn all(documents: &Documents, edits: impl IntoIterator<Item = Json>) -> Documents {
    edits.into_iter().fold(documents.clone(), |documents, edit| done(&documents, &Documents::default(), edit).0)
}

fn read(documents: &Documents) -> App {
    App::parse(documents).unwrap_or_else(|findings| panic!("{findings:?}"))
}

#[test]
fn a_new_app_can_be_used_as_soon_as_it_has_a_table() {
    let app = read(&begun());
    assert_eq!((app.manifest.key.as_str(), app.manifest.title.as_str()), ("she_bei_dian_jian", "设备点检"));
    let table = &app.tables["she_bei"];
    assert_eq!((table.title.as_str(), table.display.as_str()), ("设备", "{ming_cheng}"));
    assert!(table.fields["ming_cheng"].required);
    assert_eq!(app.views["she_bei"].columns.len(), 1);
    assert_eq!(app.manifest.menu[0].view.as_deref(), Some("she_bei"));
    assert_eq!(app.roles["cheng_yuan"].grants[0].table, "she_bei");
    assert!(app::begin(" ", None, "zh-CN", "成员", &|_| false).is_err());
}

#[test]
fn a_field_of_every_kind_can_be_made_and_stands_on_the_form() {
    let other = json!({"on": "app", "do": "add_table", "title": "车间", "name": "名称", "section": "基本信息"});
    let mut documents = all(&begun(), [other]);
    let kinds = ["link", "lines"].into_iter().chain(Kind::ALL.iter().map(|kind| kind.name()));
    for kind in kinds {
        let edit = json!({"on": "table", "table": "she_bei", "do": "add_field", "kind": kind, "title": format!("新{kind}"),
            "option": "选项", "column": "名称"});
        let (after, said) = done(&documents, &Documents::default(), edit);
        let key = said.select.expect("a key");
        assert!(is_key(&key), "{key}");
        let app = read(&after);
        assert_eq!(app.tables["she_bei"].fields[&key].title, format!("新{kind}"));
        assert!(app.forms["she_bei"].item(&key).is_some(), "{kind} is not on the form");
        documents = after;
    }
    let (columns, lines) = (documents.json("tables/she_bei.json").expect("json"), "xin_lines");
    for kind in
        Kind::ALL.iter().filter(|kind| !matches!(kind, Kind::Lines | Kind::Rollup | Kind::NumberSeries | Kind::Lookup))
    {
        let edit = json!({"on": "table", "table": "she_bei", "lines": lines, "do": "add_field", "kind": kind.name(), "title": "列"});
        read(&done(&documents, &Documents::default(), edit).0);
    }
    assert!(columns["properties"][lines].is_object());
    let inside =
        json!({"on": "table", "table": "she_bei", "lines": lines, "do": "add_field", "kind": "lines", "title": "列"});
    assert_eq!(refused(&documents, inside).code, "edit_not_in_lines");
}

#[test]
fn what_can_be_said_of_a_field_is_what_its_kind_takes() {
    for kind in Kind::ALL {
        let fresh = fresh(*kind, "A", fields::Words::default());
        for property in properties(*kind, false) {
            let typed = match property.shape {
                property::Shape::Flag => "true",
                property::Shape::Whole { .. } => "7",
                property::Shape::Number | property::Shape::Size => "3",
                property::Shape::Word(words) => words[0],
                _ => continue,
            };
            let mut thing = fresh.clone();
            if property.name == "encrypted" {
                property::set(&mut thing, "/x-field/searchable", None).expect("a field");
            }
            property.put(&mut thing, typed).unwrap_or_else(|refusal| panic!("{kind:?} {property:?}: {refusal:?}"));
            let table = json!({"type": "object", "x-table": {"key": "a"}, "properties": {"b": thing}});
            let wrong: Vec<String> = schema::check(DocumentKind::Table, "", &table)
                .into_iter()
                .map(|finding| finding.message)
                .chain(Table::parse(&table).err().unwrap_or_default().into_iter().map(|(_, message)| message))
                .filter(|message| !unfinished(*kind, message))
                .collect();
            assert!(wrong.is_empty(), "{kind:?} {}: {wrong:?}", property.name);
        }
    }
}

/// Some kinds need words that only a builder can say.
fn unfinished(kind: Kind, message: &str) -> bool {
    matches!(kind, Kind::Lookup | Kind::Rollup) && (message.contains("lookup") || message.contains("rollup"))
        || kind.is_link() && message.contains("table")
}

#[test]
fn a_fields_title_makes_its_key_until_it_is_published() {
    let set = |title: &str| json!({"on": "table", "table": "she_bei", "do": "set_field", "field": "wen_ben", "set": {"title": title}});
    let add = json!({"on": "table", "table": "she_bei", "do": "add_field", "kind": "text", "title": "文本"});
    let formula = json!({"on": "table", "table": "she_bei", "do": "add_field", "kind": "text", "title": "全称"});
    let uses = json!({"on": "table", "table": "she_bei", "do": "set_field", "field": "quan_cheng", "set": {"formula": "wen_ben + \"!\""}});
    let documents = all(&begun(), [add, formula, uses]);
    let (renamed, said) = done(&documents, &Documents::default(), set("型号"));
    assert_eq!(said.select.as_deref(), Some("xing_hao"));
    let app = read(&renamed);
    assert_eq!(app.tables["she_bei"].fields["quan_cheng"].formula.as_deref(), Some("xing_hao + \"!\""));
    assert!(app.forms["she_bei"].item("xing_hao").is_some());
    // What is published keeps its key, whatever it is called.
    let (kept, said) = done(&documents, &documents, set("型号"));
    assert_eq!(
        (said.select.as_deref(), read(&kept).tables["she_bei"].fields["wen_ben"].title.as_str()),
        (Some("wen_ben"), "型号")
    );
    assert_eq!(refused(&documents, set(" ")).code, "edit_title");
}

#[test]
fn a_removed_field_goes_from_where_it_only_shows() {
    let edits = [
        json!({"on": "table", "table": "she_bei", "do": "add_field", "kind": "text", "title": "编码"}),
        json!({"on": "table", "table": "she_bei", "do": "add_set", "member": "unique", "fields": ["bian_ma", "ming_cheng"]}),
        json!({"on": "table", "table": "she_bei", "do": "set_table", "set": {"display": "{bian_ma} {ming_cheng}"}}),
        json!({"on": "table", "table": "she_bei", "do": "set_field", "field": "bian_ma", "set": {"required": "true"}}),
    ];
    let documents = all(&begun(), edits);
    let uses = uses::of_field(&documents, &read(&documents), "she_bei", None, "bian_ma");
    let paths: Vec<&str> = uses.iter().map(|found| found.path.as_str()).collect();
    assert_eq!(paths, ["forms/she_bei.json", "tables/she_bei.json", "views/she_bei.json"]);
    let remove = |field: &str| json!({"on": "table", "table": "she_bei", "do": "remove_field", "field": field});
    let after = all(&documents, [remove("bian_ma")]);
    assert_eq!(after.json("tables/she_bei.json").expect("json")["required"], json!(["ming_cheng"]));
    assert_eq!(read(&after).tables["she_bei"].display, "{ming_cheng}");
    assert_eq!(after.json("tables/she_bei.json").expect("json")["x-table"].get("unique"), None);
    assert_eq!(refused(&after, remove("ming_cheng")).code, "edit_last_field");
    assert_eq!(refused(&after, remove("bian_ma")).code, "edit_gone");
}

#[test]
fn options_keep_their_values_when_their_titles_change() {
    let add = |kind: &str| json!({"on": "table", "table": "she_bei", "do": "add_field", "kind": kind, "title": "状态", "option": "选项"});
    let set = json!({"on": "table", "table": "she_bei", "do": "set_options", "field": "zhuang_tai",
        "values": ["xuan_xiang_2", "", "xuan_xiang_1", "xuan_xiang_3"], "titles": ["停用", "选项 2", "在用", ""], "colors": ["red", "", "", ""]});
    let app = read(&all(&begun(), [add("choice"), set]));
    let options: Vec<(&str, &str, Option<&str>)> = app.tables["she_bei"].fields["zhuang_tai"]
        .options
        .iter()
        .map(|option| (option.value.as_str(), option.title.as_str(), option.color.as_deref()))
        .collect();
    let expected =
        [("xuan_xiang_2", "停用", Some("red")), ("xuan_xiang_2_2", "选项 2", None), ("xuan_xiang_1", "在用", None)];
    assert_eq!(options, expected);
    let tree = json!({"on": "table", "table": "she_bei", "do": "set_tree", "field": "zhuang_tai", "tree": "华东\n  上海\n  杭州\n华北\n"});
    let documents = all(&begun(), [add("cascade"), tree]);
    let options =
        documents.json("tables/she_bei.json").expect("json")["properties"]["zhuang_tai"]["x-field"]["options"].clone();
    assert_eq!(options[0]["children"][1]["title"], "杭州");
    assert_eq!(options::tree_of(&options, 0), "华东\n  上海\n  杭州\n华北\n");
}

#[test]
fn a_converted_field_keeps_what_both_kinds_can_say() {
    let text = json!({"type": "string", "title": "Size", "maxLength": 9,
        "x-field": {"kind": "text", "help": "In pieces", "unique": true, "default": "\"1\""}});
    let number = converted(&text, Kind::Integer, fields::Words::default()).expect("an integer");
    let expected = json!({"type": "integer", "title": "Size", "x-field": {"kind": "integer", "help": "In pieces", "unique": true}});
    assert_eq!(number, expected);
    assert_eq!(
        converted(&text, Kind::Lines, fields::Words::default()).map_err(|refusal| refusal.code),
        Err("edit_kind")
    );
}

#[test]
fn things_of_a_form_are_put_moved_copied_and_taken_out() {
    let form = |act: Json| {
        let mut edit = json!({"on": "form", "form": "she_bei"});
        edit.as_object_mut().expect("members").extend(act.as_object().expect("members").clone());
        edit
    };
    let documents = all(
        &begun(),
        [
            form(json!({"do": "add_field", "at": "/layout/0/items/0", "kind": "date", "title": "日期"})),
            form(json!({"do": "add", "at": "/layout/1", "what": "section", "title": "更多"})),
            form(json!({"do": "add", "at": "/layout/1/items/0", "what": "tabs", "title": "页签"})),
            form(
                json!({"do": "add_field", "at": "/layout/1/items/0/tabs/0/items/0", "kind": "money", "title": "金额"}),
            ),
            form(json!({"do": "add_field", "at": "/layout/9", "kind": "lines", "title": "明细", "column": "物料"})),
            form(json!({"do": "add_field", "at": "/layout/2/items/0/columns/9", "kind": "integer", "title": "数量"})),
            form(json!({"do": "set", "at": "/layout/2/items/0", "set": {"sums": "shu_liang"}})),
            form(
                json!({"do": "set", "at": "/layout/0/items/0", "set": {"visible": "=ming_cheng != \"\"", "required": "true"}}),
            ),
            form(json!({"do": "down", "at": "/layout/0/items/1"})),
            form(json!({"do": "add_check", "message": "不对"})),
            form(json!({"do": "add_button", "title": "完成", "field": "ri_qi", "value": "=today()"})),
        ],
    );
    let app = read(&documents);
    let layout: Vec<String> = app.forms["she_bei"]
        .places()
        .map(|(at, item)| format!("{at} {}", item.field.as_deref().or(item.lines.as_deref()).unwrap_or("-")))
        .collect();
    let expected = [
        "/layout/0/items/0 ri_qi",
        "/layout/1/items/0 ming_cheng",
        "/layout/1/items/1 -",
        "/layout/1/items/1/tabs/0/items/0 jin_e",
        "/layout/2/items/0 ming_xi",
    ];
    assert_eq!(layout, expected);
    let grid = app.forms["she_bei"].item("ming_xi").expect("a grid");
    assert_eq!((grid.columns.len(), grid.sums.as_slice()), (2, ["shu_liang".to_owned()].as_slice()));
    assert_eq!(app.forms["she_bei"].buttons[0].steps.len(), 1);
    assert!(
        crate::lint::check(&app).iter().all(|finding| finding.severity != crate::definition::finding::Severity::Error)
    );

    // Copying a section copies what can stand twice; what was never published goes with its only place.
    let copied = all(&documents, [form(json!({"do": "copy", "at": "/layout/1"}))]);
    assert_eq!(read(&copied).forms["she_bei"].layout.len(), 4);
    let removed = all(&documents, [form(json!({"do": "remove", "at": "/layout/1/items/1"}))]);
    assert_eq!(read(&removed).tables["she_bei"].fields.get("jin_e"), None);
    let (kept, _) = done(&documents, &documents, form(json!({"do": "remove", "at": "/layout/1/items/1"})));
    assert!(read(&kept).tables["she_bei"].fields.contains_key("jin_e"));
    for wrong in [
        json!({"do": "move", "at": "/layout/1", "to": "/layout/0/items/0"}),
        json!({"do": "add", "at": "/layout/0/items/0", "what": "tab", "title": "A"}),
        json!({"do": "set", "at": "/layout/0", "set": {"nothing": "A"}}),
        json!({"do": "set", "at": "/layout/0", "set": {"columns": "9"}}),
        json!({"do": "remove", "at": "/layout/9"}),
    ] {
        refused(&documents, form(wrong));
    }
}

#[test]
fn what_a_form_is_given_stays_canonical() {
    let documents = begun();
    for (path, text) in documents.iter() {
        let kind = place_of(path).and_then(|place| DocumentKind::of_folder(place.folder)).expect("a kind");
        assert_eq!(canonical(kind, &parse_json(text).expect("json")).expect("canonical"), text, "{path}");
    }
}

#[test]
fn a_table_goes_with_all_that_belongs_to_it() {
    let other = json!({"on": "app", "do": "add_table", "title": "车间", "name": "名称", "section": "基本信息"});
    let documents = all(&begun(), [other]);
    let after = all(&documents, [json!({"on": "app", "do": "remove_table", "table": "che_jian"})]);
    assert_eq!(after, begun());
}
