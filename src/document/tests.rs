use super::{address, csv, read::*, serial, write, *};
use jiff::civil::{date, time};

fn texts(sheet: &Sheet) -> Vec<Vec<&str>> {
    sheet.rows.iter().map(|row| row.iter().map(|cell| cell.text.as_str()).collect()).collect()
}

fn csv_of(bytes: &[u8]) -> Sheet {
    csv::read(bytes, &Limits::default()).unwrap()
}

#[test]
fn addresses_are_those_of_a_spreadsheet() {
    assert_eq!(address::of(16, 2), "C17");
    assert_eq!(
        [address::letters(0), address::letters(25), address::letters(26), address::letters(701)],
        ["A", "Z", "AA", "ZZ"]
    );
}

#[test]
fn serials_are_days_and_times() {
    assert_eq!(serial::read(46_086.0), Some(serial::Moment::Date(date(2026, 3, 5))));
    assert_eq!(serial::read(1.0), Some(serial::Moment::Date(date(1900, 1, 1))));
    assert_eq!(serial::read(0.5), Some(serial::Moment::Time(time(12, 0, 0, 0))));
    let Some(serial::Moment::DateTime(moment)) = serial::read(46_086.75) else { panic!("a moment") };
    assert_eq!(serial::datetime_text(moment), "2026-03-05 18:00:00");
    assert_eq!(serial::read(-1.0), None);
}

#[test]
fn csv_is_read_in_both_encodings_and_with_every_delimiter() {
    let utf8 = "\u{feff}编号,名称\r\nA-1,\"螺丝, 长\"\r\n";
    let (gb, _, _) = encoding_rs::GB18030.encode("编号;名称\nA-1;螺丝㐂\n");
    assert_eq!(texts(&csv_of(utf8.as_bytes())), [["编号", "名称"], ["A-1", "螺丝, 长"]]);
    assert_eq!(texts(&csv_of(&gb)), [["编号", "名称"], ["A-1", "螺丝㐂"]]);
    assert_eq!(texts(&csv_of("a\tb\n1\t2\n".as_bytes())), [["a", "b"], ["1", "2"]]);
    assert!(matches!(csv::read(b"a\0b", &Limits::default()), Err(Problem::Unreadable(_))));
}

#[test]
fn a_text_is_never_a_formula_and_comes_back_the_same() {
    for text in ["=1+1", "+86", "-5", "@x", "'=1", "''=1", "'plain", "plain", "\t=1"] {
        let guarded = csv::guarded(text);
        assert!(!guarded.starts_with(['=', '+', '-', '@', '\t', '\r']), "{guarded}");
        assert_eq!(csv::unguarded(&guarded), text);
    }
    let mut writer = csv::Writer::default();
    writer.row(&[Cell::new(Kind::Text, "=cmd"), Cell::new(Kind::Number, "-5")]).unwrap();
    let bytes = writer.finish().unwrap();
    assert_eq!(String::from_utf8_lossy(&bytes), "\u{feff}'=cmd,-5\r\n");
    assert_eq!(texts(&csv_of(&bytes)), [["=cmd", "-5"]]);
}

#[test]
fn xlsx_is_written_and_read_back() {
    let heads = [Head("No"), Head("Day"), Head("Qty"), Head("At"), Head("Yes")]
        .map(|Head(title)| write::Head { title: title.to_owned(), ..write::Head::default() });
    let row = [
        Cell::new(Kind::Text, "=HYPERLINK(\"x\")"),
        Cell::new(Kind::Date, "2026-03-05"),
        Cell::new(Kind::Number, "0.3"),
        Cell::new(Kind::DateTime, "2026-03-05 18:00:01"),
        Cell::new(Kind::Boolean, "TRUE"),
    ];
    let mut writer = write::Writer::new("订单/单", &heads).unwrap();
    writer.row(&row).unwrap();
    let bytes = writer.finish().unwrap();
    assert_eq!(sheets(&bytes, &Limits::default()).unwrap(), ["订单单"]);
    let sheet = read(&bytes, None, &Limits::default()).unwrap();
    assert_eq!(sheet.titles(1), ["No", "Day", "Qty", "At", "Yes"]);
    assert_eq!(sheet.rows[1], row);
}

struct Head(&'static str);

#[test]
fn merged_headers_become_joined_titles() {
    use rust_xlsxwriter::{Format, Workbook};
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let format = Format::new();
    sheet.merge_range(0, 0, 1, 0, "No", &format).unwrap();
    sheet.merge_range(0, 1, 0, 2, "Lines", &format).unwrap();
    sheet.write(1, 1, "Item").unwrap().write(1, 2, "Qty").unwrap();
    sheet.merge_range(2, 0, 3, 0, "A-1", &format).unwrap();
    sheet.write(2, 1, "x").unwrap().write(3, 1, "y").unwrap();
    let bytes = book.save_to_buffer().unwrap();
    let sheet = read(&bytes, None, &Limits::default()).unwrap();
    assert_eq!(sheet.likely_header_rows(), 2);
    assert_eq!(sheet.titles(2), ["No", "Lines.Item", "Lines.Qty"]);
    assert_eq!((sheet.cell(3, 0).text.as_str(), sheet.cell(3, 0).merged), ("A-1", true));
    assert!(!sheet.cell(2, 0).merged);
}

#[test]
fn too_much_is_refused_before_it_is_kept() {
    let limits = Limits { rows: 3, columns: 2, length: 4, ..Limits::default() };
    let refused = |text: &str| csv::read(text.as_bytes(), &limits).unwrap_err();
    assert_eq!(refused("1\n2\n3\n4\n"), Problem::TooLarge("rows", 3));
    assert_eq!(refused("1,2,3\n"), Problem::TooLarge("columns", 2));
    assert_eq!(refused("12345\n"), Problem::TooLarge("length", 4));
    let far = {
        let mut book = rust_xlsxwriter::Workbook::new();
        book.add_worksheet().write(1_000_000, 16_000, 1).unwrap();
        book.save_to_buffer().unwrap()
    };
    assert!(matches!(read(&far, None, &Limits::default()), Err(Problem::TooLarge(..))));
    let tight = Limits { unpacked: 100, ..Limits::default() };
    assert_eq!(read(&far, None, &tight), Err(Problem::TooLarge("bytes", 100)));
    assert!(matches!(read(b"PK\x03\x04 no archive", None, &Limits::default()), Err(Problem::Unreadable(_))));
}
