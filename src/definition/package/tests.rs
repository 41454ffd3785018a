use super::*;
use crate::definition::schema::DocumentKind;
use serde_json::json;

fn files(files: &[(&str, &str)]) -> Documents {
    let files = files.iter().map(|(path, text)| (*path, text.as_bytes()));
    Documents::from_files(files, &Limits::default()).unwrap()
}

/// A zip with these entries, names unchecked.
fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in entries {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn replaced(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut bytes = bytes.to_vec();
    for start in 0..=bytes.len() - from.len() {
        if &bytes[start..start + from.len()] == from.as_bytes() {
            bytes[start..start + from.len()].copy_from_slice(to.as_bytes());
        }
    }
    bytes
}

#[test]
fn a_package_holds_what_was_packed_and_is_the_same_each_time() {
    let documents = files(&[
        ("tables/order.json", "{}"),
        ("app.json", "{\"title\": \"订单\"}"),
        ("rules/prices.rhai", "fn a(x) { x }"),
        ("data/order.lines.csv", "@parent,item\n"),
        ("locales/zh-CN.json", "{}"),
    ]);
    let packed = documents.to_zip().unwrap();
    assert_eq!(Documents::from_zip(&packed, &Limits::default()).unwrap(), documents);
    assert_eq!(documents.to_zip().unwrap(), packed);
    let paths: Vec<&str> = documents.iter().map(|(path, _)| path).collect();
    assert_eq!(
        paths,
        ["app.json", "data/order.lines.csv", "locales/zh-CN.json", "rules/prices.rhai", "tables/order.json"]
    );
    assert_eq!(documents.folder("tables").collect::<Vec<_>>(), [("order", "{}")]);
}

#[test]
fn names_that_lead_elsewhere_are_refused() {
    let check = |name: &str| {
        let error = Documents::from_zip(&zip(&[(name, b"{}")]), &Limits::default()).unwrap_err();
        assert!(matches!(error, PackageError::Traversal { .. }), "{name}: {error}");
        let error = Documents::from_files([(name, b"{}".to_vec())], &Limits::default()).unwrap_err();
        assert!(matches!(error, PackageError::Traversal { .. }), "{name}: {error}");
    };
    check("../app.json");
    check("tables/../../app.json");
    check("/app.json");
    check("tables\\order.json");
    check("C:/app.json");
    check("tables//order.json");
    check("./app.json");
}

#[test]
fn names_without_a_place_are_refused_with_a_hint() {
    let check = |name: &str, hint: &str| {
        let error = Documents::from_zip(&zip(&[(name, b"{}")]), &Limits::default()).unwrap_err();
        assert!(matches!(error, PackageError::Unknown { .. }), "{name}: {error}");
        assert!(error.to_string().contains(hint), "{error}");
    };
    check("shop.json", "only app.json");
    check("table/order.json", "did you mean \"tables\"");
    check("tables/Order.json", "called for its key");
    check("tables/order.json.exe", "called for its key");
    check("tables/sub/order.json", "no folders of its own");
    check("data/order.lines.more.csv", "called for its table");
    check("rules/a.js", "rules/prices.rhai");
}

#[test]
fn links_duplicates_and_noise_are_refused() {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.add_symlink("app.json", "/etc/hostname", SimpleFileOptions::default()).unwrap();
    let link = writer.finish().unwrap().into_inner();
    let twice = replaced(&zip(&[("app.json", b"{}"), ("bpp.json", b"{}")]), "bpp.json", "app.json");
    let check = |bytes: &[u8], part: &str| {
        let error = Documents::from_zip(bytes, &Limits::default()).unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    };
    check(&link, "is a link");
    check(&twice, "one name twice");
    check(b"not a zip at all", "not a package");
    check(&[], "not a package");
    check(&zip(&[("app.json", &[0xc4, 0xe3])]), "UTF-8");
    let whole = zip(&[("app.json", b"{\"title\": \"order\"}")]);
    check(&whole[..whole.len() - 5], "not a package");
    check(&replaced(&zip(&[("tables/", b""), ("tables/a.json", b"{}")]), "tables/", "tablez/"), "no folder \"tablez\"");
}

#[test]
fn what_would_fill_the_machine_is_refused() {
    let check = |bytes: &[u8], limits: Limits, expected: PackageError| {
        assert_eq!(Documents::from_zip(bytes, &limits).unwrap_err(), expected);
    };
    let name = || "app.json".to_owned();
    let spaces = vec![b' '; 8 * 1024 * 1024];
    let bomb = zip(&[("app.json", &spaces)]);
    check(&bomb, Limits::default(), PackageError::Ratio { name: name(), most: 100 });
    let small = Limits { total: 1024 * 1024, ratio: 1_000_000, ..Limits::default() };
    check(&bomb, small, PackageError::TooLarge { most: 1024 * 1024 });
    // The header's own word for the size is not believed: it says 1 here.
    let size = u32::try_from(spaces.len()).unwrap().to_le_bytes();
    let mut lying = bomb.clone();
    for start in 0..lying.len() - 4 {
        if lying[start..start + 4] == size {
            lying[start..start + 4].copy_from_slice(&1_u32.to_le_bytes());
        }
    }
    let error = Documents::from_zip(&lying, &Limits::default()).unwrap_err();
    assert!(matches!(error, PackageError::Damaged { .. } | PackageError::Ratio { .. }), "{error}");
    let many = zip(&[("tables/a.json", b"{}"), ("tables/b.json", b"{}"), ("tables/c.json", b"{}")]);
    let few = Limits { entries: 2, ..Limits::default() };
    check(&many, few, PackageError::TooManyEntries { most: 2 });
    let deep = format!("{}{}", "[".repeat(65), "]".repeat(65));
    let expected = PackageError::TooDeep { name: name(), most: 64 };
    check(&zip(&[("app.json", deep.as_bytes())]), Limits::default(), expected);
    let endless = "[".repeat(2_000_000);
    let roomy = Limits { ratio: u64::MAX, ..Limits::default() };
    let expected = PackageError::TooDeep { name: name(), most: 64 };
    check(&zip(&[("app.json", endless.as_bytes())]), roomy, expected);
}

#[test]
fn brackets_in_texts_are_not_nesting() {
    let shape = json::shape(r#"{"a": "[[[\"[", "b": [{}]}"#);
    assert_eq!((shape.depth, shape.parts, shape.longest), (3, 5, 7));
}

#[test]
fn a_member_named_twice_is_an_error_with_its_line() {
    let error = parse_json("{\n  \"a\": 1,\n  \"a\": 2\n}").unwrap_err();
    assert!(error.reason.contains("\"a\" is named twice"), "{error}");
    assert_eq!(error.line, 3);
    let error = parse_json("{ \"a\": }").unwrap_err();
    assert_eq!((error.line, error.column), (1, 8));
    assert_eq!(parse_json("{\"b\": 1, \"a\": [null, \"x\", -2]}").unwrap().to_string(), r#"{"b":1,"a":[null,"x",-2]}"#);
}

#[test]
fn documents_are_written_in_one_way() {
    let table = json!({
        "required": ["no"], "properties": {"no": {"x-field": {"scan": true, "kind": "text"}, "title": "No", "type": "string"}},
        "x-table": {"display": "{no}", "key": "order"}, "type": "object", "title": "Order"
    });
    let written = canonical(DocumentKind::Table, &table).unwrap();
    let order: Vec<usize> =
        ["\"title\"", "\"type\"", "\"x-table\"", "\"key\"", "\"display\"", "\"kind\"", "\"scan\"", "\"required\""]
            .iter()
            .map(|name| written.find(name).unwrap())
            .collect();
    assert!(order.is_sorted(), "{written}");
    assert_eq!(canonical(DocumentKind::Table, &parse_json(&written).unwrap()).unwrap(), written);
    let view = json!({"columns": ["no"], "title": "Orders", "table": "order", "key": "orders", "kind": "grid"});
    assert_eq!(
        canonical(DocumentKind::View, &view).unwrap(),
        "{\n  \"key\": \"orders\",\n  \"table\": \"order\",\n  \"title\": \"Orders\",\n  \"columns\": [\n    \"no\"\n  ]\n}\n"
    );
}
