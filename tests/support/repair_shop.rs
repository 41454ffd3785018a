//! The workbook of a repair shop, as it is: titles above headers, merged cells, blank rows, sums, dates as text, full-width digits.

use rust_xlsxwriter::{Format, FormatAlign, Workbook, Worksheet};

/// Writes a row of texts and numbers; blank texts stay empty.
fn row(sheet: &mut Worksheet, number: u32, cells: &[&str]) {
    for (column, text) in (0_u16..).zip(cells) {
        match text.parse::<f64>() {
            Ok(figure) if !text.starts_with('0') || *text == "0" || text.contains('.') => {
                sheet.write_number(number, column, figure).expect("a number");
            }
            _ if text.is_empty() => {}
            _ => {
                sheet.write_string(number, column, *text).expect("a text");
            }
        }
    }
}

/// Three sheets: devices, inspections of several lines each, departments; and one that is empty.
#[must_use]
pub fn workbook() -> Vec<u8> {
    let mut book = Workbook::new();
    let middle = Format::new().set_align(FormatAlign::Center);
    let day = Format::new().set_num_format("yyyy-mm-dd");

    let devices = book.add_worksheet().set_name("设备台账").expect("a name");
    devices.merge_range(0, 0, 0, 7, "顺达机修设备台账", &middle).expect("a title");
    row(devices, 1, &["编制：设备科", "", "", "", "", "", "日期：2026年3月"]);
    row(devices, 3, &["序号", "设备编号", "设备名称", "使用部门", "责任人", "购置日期", "原值(元)", "在用"]);
    row(devices, 4, &["1", "SB-0101", "空压机 1#", "动力车间", "吴昊", "2021年3月5日", "12,000元", "是"]);
    row(devices, 5, &["2", "SB-0102", "空压机 2# ", "动力车间", "李敏", "2021.4.18", "１２５００", "是"]);
    row(devices, 7, &["3", "SB-0203", "数控车床 CK6150", "机加车间", "王磊", "", "186000", "是"]);
    let bought = rust_xlsxwriter::ExcelDateTime::from_ymd(2019, 11, 2).expect("a day");
    devices.write_datetime_with_format(7, 5, &bought, &day).expect("a day");
    row(devices, 8, &["4", "SB-0301", "行车 5T", "装配车间", "小李", "2020/6/30", "98,000.50", "否"]);
    devices.merge_range(9, 0, 9, 5, "合 计", &middle).expect("a sum");
    devices.write_formula(9, 6, rust_xlsxwriter::Formula::new("SUM(G5:G9)").set_result("308500.5")).expect("a sum");

    let inspections = book.add_worksheet().set_name("点检记录").expect("a name");
    for (column, title) in (0_u16..).zip(["点检单号", "设备编号", "点检日期", "点检人"]) {
        inspections.merge_range(0, column, 1, column, title, &middle).expect("a header");
    }
    inspections.merge_range(0, 4, 0, 6, "点检项目", &middle).expect("a group");
    row(inspections, 1, &["", "", "", "", "项目", "读数", "结果"]);
    let records: [(&str, &str, &str, &str, &[[&str; 3]]); 4] = [
        (
            "DJ-001",
            "SB-0101",
            "2026年3月5日",
            "吴昊",
            &[["排气压力", "0.76", "正常"], ["润滑油位", "0.6", "正常"], ["冷却水温", "38", "正常"]],
        ),
        ("DJ-002", "SB-0102", "2026.3.5", "李敏", &[["排气压力", "０．６４", "异常"], ["润滑油位", "0.5", "正常"]]),
        ("DJ-003", "SB-0203", "2026/3/6", "王磊", &[["主轴温升", "31", "正常"], ["液压压力", "4.4", "正常"]]),
        ("DJ-004", "SB-0301", "2026-3-6", "吴昊", &[["制动器", "偏紧", "停机"]]),
    ];
    let mut next = 2;
    for (no, device, date, who, lines) in records {
        let last = next + u32::try_from(lines.len()).expect("few") - 1;
        for (column, text) in (0_u16..).zip([no, device, date, who]) {
            if last > next {
                inspections.merge_range(next, column, last, column, text, &middle).expect("merged");
            } else {
                inspections.write_string(next, column, text).expect("a text");
            }
        }
        for [what, reading, result] in lines {
            row(inspections, next, &["", "", "", "", what, reading, result]);
            next += 1;
        }
    }

    let departments = book.add_worksheet().set_name("部门").expect("a name");
    row(departments, 0, &["部门", "电话", "备注"]);
    row(departments, 1, &["动力车间", "0571-88001234", "三班倒"]);
    row(departments, 2, &["机加车间", "0571-88005678", ""]);
    row(departments, 3, &["装配车间", "0571-88009012", ""]);

    book.add_worksheet().set_name("Sheet4").expect("a name");
    book.save_to_buffer().expect("a workbook")
}
