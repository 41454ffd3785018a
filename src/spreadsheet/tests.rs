//! Guesses from sheets as people keep them.

use super::*;
use crate::document::{Cell, Kind as Holds};
use check::Checked;
use guess::{Guess, propose};
use made::tables;

/// A sheet of texts: a number stands for itself, `^` is merged with the cell above, `<` with the one at its left.
fn sheet(name: &str, rows: &[&str]) -> Sheet {
    let mut sheet = Sheet { name: name.to_owned(), ..Sheet::default() };
    for (row, line) in rows.iter().enumerate() {
        let mut cells: Vec<Cell> = Vec::new();
        for (column, text) in line.split('|').enumerate() {
            let cell = match text.trim() {
                "^" => Cell { merged: true, ..sheet.cell(row - 1, column).clone() },
                "<" => Cell { merged: true, ..cells[column - 1].clone() },
                text if text.parse::<f64>().is_ok() && !text.starts_with('0') => Cell::new(Holds::Number, text),
                text => Cell::new(Holds::Text, text),
            };
            cells.push(cell);
        }
        sheet.width = sheet.width.max(cells.len());
        sheet.rows.push(cells);
    }
    sheet
}

fn known(people: &[&str]) -> Known {
    Known { people: people.iter().map(|name| folded(name)).collect(), ..Known::default() }
}

fn guesses(sheets: &[&Sheet], people: &[&str]) -> Vec<Guess> {
    propose(Book { name: "记录", sheets }, &[], &known(people))
}

fn kinds(guess: &Guess) -> Vec<String> {
    guess.plan.columns.iter().map(|column| format!("{}={}", column.title, column.becomes.text())).collect()
}

const DEVICES: &[&str] = &[
    "设备台账（2026 年）|<|<|<|<|<|<|<",
    "编制：设备科||||||日期：2026年3月|",
    "",
    "序号|设备编号|设备名称|使用部门|购置日期|原值(元)|功率|是否在用",
    "1|SB-0101|空压机 1#|动力车间|2021年3月5日|￥12,000元|75kW|是",
    "2|SB-0102|空压机 2#|动力车间|2021.4.18|￥12,500|75kW|是",
    "",
    "3|SB-0203|数控车床 CK6150|机加车间|2019/11/2|１８６０００|11kW|是",
    "4|SB-0204|立式加工中心|机加车间|2020-6-30|325,000.50|18.5kW|否",
    "合 计|<|||||535500.5||",
    "备注：原值不含税",
];

#[test]
fn a_list_with_a_title_above_and_sums_below_becomes_a_table() {
    let devices = sheet("设备台账", DEVICES);
    let guess = &guesses(&[&devices], &[])[0];
    assert_eq!(guess.plan.head, Head { first: 3, rows: 1 });
    assert_eq!((guess.rows.records.as_slice(), guess.rows.left_out.as_slice()), (&[4, 5, 7, 8][..], &[9, 10][..]));
    assert_eq!(
        kinds(guess),
        [
            "序号=-",
            "设备编号=text",
            "设备名称=text",
            "使用部门=choice",
            "购置日期=date",
            "原值=money",
            "功率=decimal",
            "是否在用=boolean",
        ]
    );
    assert_eq!(guess.plan.key, Some(1), "the code tells them apart");
    assert_eq!(
        guess.why[4].as_ref().map(|why| (why.code, why.values["count"].as_str())),
        Some(("guess-text-dates", "4"))
    );
    let required: Vec<&str> =
        guess.plan.columns.iter().filter(|column| column.required).map(|column| column.title.as_str()).collect();
    assert_eq!(required, ["设备编号", "购置日期"]);
}

#[test]
fn what_is_made_of_it_is_a_table_that_its_cells_fit() {
    let devices = sheet("设备台账", DEVICES);
    let guess = guesses(&[&devices], &[]).remove(0);
    let book = Book { name: "x", sheets: &[&devices] };
    let made = tables(book, &[guess.plan.clone()], "明细", &|_| false).expect("tables");
    let made = &made[0];
    assert_eq!((made.key.as_str(), made.key_field.as_deref()), ("she_bei_tai_zhang", Some("she_bei_bian_hao")));
    assert_eq!(made.document["x-table"]["display"], "{she_bei_bian_hao} {she_bei_ming_cheng}");
    assert_eq!(made.document["properties"]["yuan_zhi"]["x-field"]["scale"], 2);
    assert_eq!(made.document["properties"]["gong_lv"]["x-field"]["unit"], "kW");
    let options = made.document["properties"]["shi_yong_bu_men"]["x-field"]["options"].as_array().expect("options");
    assert_eq!(options.len(), 2);
    let table = crate::definition::table::Table::parse(&made.document).expect("a table");
    assert!(table.fields["she_bei_bian_hao"].unique && table.fields["gou_zhi_ri_qi"].required);
    let checked = check::sheet(book, &[guess.plan], made, &Known::default());
    assert_eq!(checked, Checked { records: 4, lines: 0, misfits: Vec::new() });
}

const INSPECTIONS: &[&str] = &[
    "点检单号|设备编号|点检日期|点检人|点检结果|<|<",
    "^|^|^|^|点检项目|读数|结果",
    "DJ-001|SB-0101|2026年3月5日|吴昊|排气压力|0.76|正常",
    "^|^|^|^|润滑油位|0.6|正常",
    "^|^|^|^|冷却水温|38|正常",
    "DJ-002|SB-0102|2026.3.6|郑海波|排气压力|０．６４|异常",
    "^|^|^|^|润滑油位|0.5|正常",
    "DJ-003|SB-0203|2026/3/6|小李|主轴温升|偏高|停机",
];

#[test]
fn merged_master_cells_make_records_with_lines_and_names_of_people_members() {
    let inspections = sheet("点检记录", INSPECTIONS);
    let devices = sheet("设备台账", DEVICES);
    let all = guesses(&[&inspections, &devices], &["吴昊", "郑海波", "何建国"]);
    let guess = &all[0];
    assert_eq!(guess.plan.head, Head { first: 0, rows: 2 });
    assert_eq!(guess.plan.lines.as_deref(), Some("点检结果"));
    let inside: Vec<&str> =
        guess.plan.columns.iter().filter(|column| column.in_lines).map(|column| column.title.as_str()).collect();
    assert_eq!(inside, ["点检项目", "读数", "结果"]);
    assert_eq!(guess.plan.key, Some(0));
    assert_eq!(
        kinds(guess),
        [
            "点检单号=text",
            "设备编号=link:1",
            "点检日期=date",
            "点检人=member",
            "点检项目=text",
            "读数=decimal",
            "结果=choice",
        ]
    );
    let sheets = [&inspections, &devices];
    let book = Book { name: "x", sheets: &sheets };
    let plans: Vec<SheetPlan> = all.iter().map(|guess| guess.plan.clone()).collect();
    let made = tables(book, &plans, "明细", &|_| false).expect("tables");
    assert_eq!(made.iter().map(|made| made.sheet).collect::<Vec<_>>(), [1, 0], "what is linked to comes first");
    let link = &made[1].document["properties"]["she_bei_bian_hao"]["x-field"];
    assert_eq!((&link["kind"], &link["table"]), (&"link".into(), &"she_bei_tai_zhang".into()));
    let checked = check::sheet(book, &plans, &made[1], &known(&["吴昊", "郑海波"]));
    assert_eq!((checked.records, checked.lines), (3, 6));
    let odd: Vec<(usize, usize, &str)> =
        checked.misfits.iter().map(|odd| (odd.row, odd.column, odd.error.code.as_str())).collect();
    assert_eq!(odd, [(7, 3, "nobody_called_so"), (7, 5, "type")], "who is not known, and what is no number");
}

#[test]
fn repeated_numbers_and_blank_cells_make_lines_but_repeated_departments_do_not() {
    let repeated = sheet(
        "出库",
        &["单号|客户|品名|数量", "A1|甲|螺丝|3", "A1|甲|螺母|4", "A2|乙|螺丝|1", "A2|乙|垫片|9", "A3|甲|螺母|2"],
    );
    let guess = &guesses(&[&repeated], &[])[0];
    assert_eq!((guess.plan.key, guess.plan.lines.is_some()), (Some(0), true));
    assert_eq!(guess.plan.fields(true).map(|column| column.column).collect::<Vec<_>>(), [2, 3]);
    let blank = sheet("出库", &["日期|品名|数量", "2026-3-1|螺丝|3", "|螺母|4", "2026-3-2|螺丝|1", "|垫片|9"]);
    let guess = &guesses(&[&blank], &[])[0];
    assert_eq!(
        (guess.plan.key, guess.plan.lines.is_some()),
        (None, false),
        "a day alone names nothing that others share"
    );
    let blank =
        sheet("出库", &["日期|领用人|品名|数量", "2026-3-1|甲|螺丝|3", "||螺母|4", "2026-3-2|乙|螺丝|1", "||垫片|9"]);
    assert!(guesses(&[&blank], &[])[0].plan.lines.is_some());
    let sorted = sheet("台账", &["部门|编号|名称", "一部|a1|x", "^|a2|y", "二部|a3|z", "^|a4|w"]);
    let guess = &guesses(&[&sorted], &[])[0];
    assert_eq!((guess.plan.key, guess.plan.lines.is_some()), (Some(1), false));
    let twice = sheet("台账", &["编号|名称", "a1|x", "a1|y", "a3|z", "a4|w", "a5|w", "a6|w", "a7|q"]);
    assert!(guesses(&[&twice], &[])[0].plan.lines.is_none(), "a slip makes no lines");
}

#[test]
fn columns_are_known_by_what_they_hold() {
    let people = ["王芳", "li.na"];
    for (column, expected) in [
        ("手机|13800138000|13912345678", "phone"),
        ("邮箱|a@b.cn|c@d.com", "email"),
        ("主页|https://a.cn|http://b.cn/x", "url"),
        ("条码|6901234567892|6923450657713", "barcode"),
        ("占比|12.5%|３％", "percent"),
        ("数量|3|4.25", "decimal"),
        ("数量（件）|3|1,204", "integer"),
        ("工号|0012|0103", "text"),
        ("证号|330102199001011234|330102199001011235", "text"),
        ("开始时间|2026-3-5 10:05|2026年3月6日 8时30分", "datetime"),
        ("到货日期|20260305|20260306", "date"),
        ("经办|王芳|li.na", "member"),
        ("审核人|王芳|外协", "member"),
        ("合格|√|×", "boolean"),
        ("备注|好|", "multiline"),
        ("意见|第一行\n第二行|", "multiline"),
        ("单价|3|4.5", "money"),
        ("金额（万元）|3万元|4.5万元", "money"),
        ("版本|1.0|beta", "text"),
    ] {
        let (header, values) = column.split_once('|').expect("a header");
        let cells: Vec<Cell> = values
            .split('|')
            .map(|text| match text {
                text if text.len() < 12 && text.parse::<f64>().is_ok() && !text.starts_with('0') => {
                    Cell::new(Holds::Number, text)
                }
                text => Cell::new(Holds::Text, text),
            })
            .collect();
        let seen = column::Seen::of(header, cells.iter());
        let (becomes, _) = column::guess(&seen, &known(&people));
        assert_eq!(becomes.text(), expected, "{column}");
        // Whatever is guessed is a field, and most of the cells fit it.
        let Becomes::Kind(kind) = becomes else { panic!("{column}") };
        let property = column::property(kind, header, &seen, "");
        assert_eq!(property["x-field"]["kind"], kind.name());
    }
}

#[test]
fn headers_are_found_where_they_stand() {
    for (rows, expected) in [
        (&["a|b", "1|2"][..], Head { first: 0, rows: 1 }),
        (&["标题|<|<", "名称|数量|单位", "螺丝|3|个"][..], Head { first: 1, rows: 1 }),
        (&["|基本信息|<|地址|<", "编号|名称|电话|省|市", "1|x|1|y|z"][..], Head { first: 0, rows: 2 }),
        (&["名称", "甲", "乙"][..], Head { first: 0, rows: 1 }),
    ] {
        let sheet = sheet("x", rows);
        assert_eq!(head::find(&sheet), expected, "{rows:?}");
    }
    let twice = sheet("x", &["甲方|<|乙方|<", "名称|电话|名称|电话", "x|1|y|2"]);
    let titles = head::titles(&twice, head::find(&twice));
    let titles: Vec<&str> = titles.iter().map(|title| title.text.as_str()).collect();
    assert_eq!(titles, ["甲方 名称", "甲方 电话", "乙方 名称", "乙方 电话"]);
    let empty = Sheet::default();
    let guess = &guesses(&[&empty], &[])[0];
    assert!(!guess.plan.taken && guess.plan.columns.is_empty());
}

#[test]
fn links_in_a_circle_are_refused_and_never_guessed() {
    let one = sheet("甲", &["编号|乙编号", "a1|b1", "a2|b2", "a3|b1"]);
    let other = sheet("乙", &["编号|甲编号", "b1|a1", "b2|a2", "b3|a2"]);
    let sheets = [&one, &other];
    let mut plans: Vec<SheetPlan> = guesses(&sheets, &[]).into_iter().map(|guess| guess.plan).collect();
    let links = |plans: &[SheetPlan]| {
        plans.iter().flat_map(|plan| &plan.columns).filter(|column| matches!(column.becomes, Becomes::Link(_))).count()
    };
    assert_eq!(links(&plans), 1);
    let book = Book { name: "x", sheets: &sheets };
    assert_eq!(tables(book, &plans, "明细", &|_| false).map(|made| made.len()), Ok(2));
    plans[0].columns[1].becomes = Becomes::Link(1);
    plans[1].columns[1].becomes = Becomes::Link(0);
    assert_eq!(tables(book, &plans, "明细", &|_| false), Err(made::Circle(vec!["甲".into(), "乙".into()])));
}
