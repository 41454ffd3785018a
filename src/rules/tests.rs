//! Tests of this module: tables of expressions over one order with two lines, and what they yield.

mod expressions;
mod forms;
mod speed;
mod tables;

use super::*;
use crate::{
    base::{
        id::{DepartmentId, UserId},
        time::Timestamp,
        value::{Document, Line, Value, Values},
    },
    definition::{field::Field, table::Table},
};
use indexmap::IndexMap;
use serde_json::json;
use std::{collections::HashMap, sync::Arc};

/// Tables and rows that links may reach.
pub struct Rows {
    tables: HashMap<&'static str, Table>,
    rows: HashMap<(String, i64), Arc<Values>>,
}

impl Links for Rows {
    fn get(&self, table: &str, id: i64) -> Option<Arc<Values>> {
        self.rows.get(&(table.to_owned(), id)).cloned()
    }

    fn field(&self, table: &str, key: &str) -> Option<&Field> {
        self.tables.get(table)?.field(key)
    }
}

/// Everything that a test evaluates over.
pub struct World {
    pub table: Table,
    pub document: Document,
    pub settings: IndexMap<String, Value>,
    pub user: UserView,
    pub links: Rows,
    pub program: Program,
}

pub fn number(text: &str) -> Value {
    Value::Decimal(crate::base::decimal::parse(text).unwrap())
}

pub fn values<const N: usize>(pairs: [(&str, Value); N]) -> Values {
    pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

pub fn order() -> Table {
    let field = |kind: &str, title: &str| json!({"title": title, "x-field": {"kind": kind}});
    let with = |kind: &str, title: &str, more: serde_json::Value| {
        let mut annotation = json!({"kind": kind});
        annotation.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"title": title, "x-field": annotation})
    };
    Table::parse(&json!({
        "title": "订单", "x-table": {"key": "order"}, "required": ["title", "lines"],
        "properties": {
            "no": with("number_series", "单号", json!({"pattern": "PO-{####}"})),
            "title": field("text", "标题"),
            "note": field("text", "备注"),
            "day": with("date", "日期", json!({"default": "today()"})),
            "due": with("date", "到期", json!({"default": "day + 30"})),
            "count": field("integer", "数量"),
            "ten": field("integer", "十"),
            "four": field("integer", "四"),
            "zero": field("integer", "零"),
            "rate": field("decimal", "比率"),
            "urgent": field("boolean", "加急"),
            "level": with("choice", "级别", json!({"options": [{"value": "a"}, {"value": "b"}]})),
            "tags": with("choices", "标签", json!({"options": [{"value": "red"}, {"value": "blue"}]})),
            "place": with("link", "地点", json!({"table": "place"})),
            "other": with("link", "另一地点", json!({"table": "place"})),
            "nowhere": with("link", "无处", json!({"table": "place"})),
            "buyer": field("member", "买方"),
            "tax": with("money", "税额", json!({"formula": "round(amount * rate, 2)"})),
            "amount": with("money", "金额", json!({"formula": "sum(lines, \"amount\")"})),
            "share": with("decimal", "份额", json!({"formula": "amount / zero"})),
            "lines": {"title": "明细", "minItems": 1, "maxItems": 3, "x-field": {"kind": "lines"}, "items": {
                "required": ["item"], "properties": {
                    "item": with("link", "物料", json!({"table": "item"})),
                    "qty": with("decimal", "件数", json!({"exclusive_min": "0"})),
                    "price": with("money", "单价", json!({"default": "item.cost"})),
                    "amount": with("money", "行金额", json!({"formula": "qty * price"})),
                    "on": field("date", "交期")}}}
        }
    }))
    .unwrap()
}

pub fn line<const N: usize>(pairs: [(&str, Value); N]) -> Line {
    Line { id: None, values: values(pairs) }
}

pub fn world() -> World {
    world_with("")
}

/// The world with shared functions.
pub fn world_with(functions: &str) -> World {
    let simple = |key: &str, fields: serde_json::Value| {
        Table::parse(&json!({"title": key, "x-table": {"key": key}, "properties": fields})).unwrap()
    };
    let text = |title: &str| json!({"title": title, "x-field": {"kind": "text"}});
    let tables = HashMap::from([
        (
            "place",
            simple(
                "place",
                json!({"name": text("名称"), "keeper": {"title": "负责人", "x-field": {"kind": "member"}},
            "parent": {"title": "上级", "x-field": {"kind": "link", "table": "place"}}}),
            ),
        ),
        (
            "item",
            simple("item", json!({"code": text("编码"), "cost": {"title": "成本", "x-field": {"kind": "money"}}})),
        ),
    ]);
    let rows = [
        ("place", 7, values([("name", "东库".into()), ("keeper", Value::Integer(5)), ("parent", Value::Integer(8))])),
        ("place", 8, values([("name", "总部".into()), ("keeper", Value::Unset), ("parent", Value::Unset)])),
        ("item", 1, values([("code", "A-1".into()), ("cost", number("2.50"))])),
        ("item", 2, values([("code", "B-2".into()), ("cost", Value::Unset)])),
    ];
    let document = Document {
        values: values([
            ("title", "Shelves".into()),
            ("day", Value::Date("2026-11-20".parse().unwrap())),
            ("count", Value::Integer(3)),
            ("ten", Value::Integer(10)),
            ("four", Value::Integer(4)),
            ("zero", Value::Integer(0)),
            ("rate", number("0.13")),
            ("urgent", Value::Bool(true)),
            ("level", "a".into()),
            ("tags", Value::List(vec!["red".into()])),
            ("place", Value::Integer(7)),
            ("other", Value::Integer(8)),
            ("buyer", Value::Integer(5)),
            ("amount", number("125.00")),
            ("created_by", Value::Integer(5)),
        ]),
        lines: IndexMap::from([(
            "lines".to_owned(),
            vec![
                line([
                    ("item", Value::Integer(1)),
                    ("qty", number("10")),
                    ("price", number("2.5")),
                    ("amount", number("25")),
                ]),
                line([("item", Value::Integer(2)), ("qty", number("4")), ("amount", Value::Unset)]),
            ],
        )]),
    };
    let functions = match functions {
        "" => IndexMap::new(),
        source => IndexMap::from([("shared.rhai".to_owned(), source.to_owned())]),
    };
    World {
        table: order(),
        document,
        settings: IndexMap::from([("limit".to_owned(), number("50000")), ("prefix".to_owned(), "PO".into())]),
        user: UserView {
            id: UserId(5), name: "王芳".into(), login: "wang".into(), department: Some(DepartmentId(3))
        },
        links: Rows {
            tables,
            rows: rows.into_iter().map(|(table, id, row)| ((table.to_owned(), id), Arc::new(row))).collect(),
        },
        program: Program::compile(&functions).unwrap(),
    }
}

impl World {
    pub fn context(&self) -> Context<'_> {
        Context {
            user: &self.user,
            settings: &self.settings,
            today: "2026-11-21".parse().unwrap(),
            now: Timestamp(1_795_000_000_000),
            links: &self.links,
            limits: Limits::default(),
        }
    }

    pub fn inputs(&self) -> Inputs<'_> {
        Inputs::new(self.context(), &self.table, &self.document)
    }

    pub fn value(&self, expression: &str) -> Result<Value, RuleError> {
        self.program.expression(expression)?.evaluate(&self.inputs())
    }
}
