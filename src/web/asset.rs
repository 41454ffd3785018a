//! Files of `static/`, carried inside the program, under addresses that change with their content.

use rust_embed::RustEmbed;
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

#[derive(RustEmbed)]
#[folder = "static/"]
struct Files;

/// A file, as it is answered.
#[derive(Debug, Clone)]
pub struct Asset {
    pub bytes: Cow<'static, [u8]>,
    pub content_type: &'static str,
    /// A strong entity tag with its quotes.
    pub etag: String,
}

/// One tag for all files: modules import one another by relative addresses, so that they must move together.
static TAG: LazyLock<String> = LazyLock::new(|| {
    let mut paths: Vec<_> = Files::iter().collect();
    paths.sort_unstable();
    let mut folded = 0_u64;
    for path in paths {
        if let Some(file) = Files::get(&path) {
            for byte in path.bytes().chain(file.metadata.sha256_hash()) {
                folded = (folded.rotate_left(5) ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
            }
        }
    }
    format!("{folded:016x}")
});

static ADDRESSES: LazyLock<HashMap<String, String>> =
    LazyLock::new(|| Files::iter().map(|path| (path.to_string(), format!("/static/{}/{path}", *TAG))).collect());

/// The address of a file of `static/`, for example of `css/base.css`; it may be cached for ever. A path that does not exist
/// gives an address that answers 404.
pub fn asset(path: &str) -> String {
    ADDRESSES.get(path).cloned().unwrap_or_else(|| format!("/static/missing/{path}"))
}

/// The file behind `/static/{tag}/{path}`; any tag is accepted, so that a page opened before an upgrade keeps its looks.
pub fn get(path: &str) -> Option<Asset> {
    if path.ends_with(".md") {
        return None;
    }
    let file = Files::get(path)?;
    let etag = file
        .metadata
        .sha256_hash()
        .iter()
        .take(12)
        .fold(String::from("\""), |text, byte| text + format!("{byte:02x}").as_str())
        + "\"";
    Some(Asset { content_type: content_type(path), bytes: file.data, etag })
}

/// Whether `tag` is the one of this program's files: then the answer may be cached for ever, else not at all.
pub fn current(tag: &str) -> bool {
    tag == *TAG
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "json" | "webmanifest" => "application/json",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_found_and_typed() {
        let address = asset("css/base.css");
        assert!(address.starts_with("/static/") && address.ends_with("/css/base.css"));
        let tag = address.split('/').nth(2).unwrap_or_default();
        assert!(current(tag) && !current("missing"));
        let file = get("css/base.css").expect("the stylesheet is embedded");
        assert_eq!(file.content_type, "text/css; charset=utf-8");
        assert_eq!(file.etag.len(), 26);
        assert!(get("../Cargo.toml").is_none() && get("vendor/README.md").is_none());
        assert!(asset("css/none.css").starts_with("/static/missing/"));
    }

    #[test]
    fn every_file_a_template_names_exists() {
        fn visit(folder: &std::path::Path) {
            for entry in std::fs::read_dir(folder).expect("templates exist") {
                let path = entry.expect("readable").path();
                if path.is_dir() {
                    visit(&path);
                } else if let Ok(source) = std::fs::read_to_string(&path) {
                    for rest in source.split("asset::asset(\"").skip(1) {
                        let name = rest.split('"').next().unwrap_or_default();
                        assert!(get(name).is_some(), "{name} in {}", path.display());
                    }
                }
            }
        }
        visit(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates"));
    }
}
