//! The names of the drawings in `templates/parts/sprite.html`.

/// Every icon that exists. An icon named by a definition and not listed here is drawn as `file`.
pub const ICONS: &[&str] = &[
    "alert", "apps", "back", "barcode", "bell", "board", "calendar", "camera", "chart", "check", "checks", "circle",
    "clip", "clock", "cloud", "columns", "copy", "count", "desktop", "down", "download", "edit", "eye", "file",
    "filter", "forward", "fx", "gallery", "globe", "grip", "group", "hash", "history", "home", "image", "in", "info",
    "key", "left", "link", "list", "lock", "logout", "map", "message", "minus", "money", "moon", "more", "offline",
    "org", "out", "para", "paste", "phone", "pin", "plus", "print", "redo", "return", "right", "rows", "scan",
    "search", "section", "series", "settings", "shield", "sign", "sort", "stock", "sum", "sun", "swap", "table",
    "tabs", "tag", "text", "todo", "trash", "truck", "undo", "up", "upload", "user", "useradd", "users", "x",
];

/// The icon of that name if it exists, else `file`.
pub fn known(name: &str) -> &str {
    if ICONS.contains(&name) { name } else { "file" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_listed_icon_is_drawn_and_every_drawing_is_listed() {
        let sprite = include_str!("../../../templates/parts/sprite.html");
        let mut drawn: Vec<&str> = sprite.split("id=\"i-").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        drawn.sort_unstable();
        assert_eq!(drawn, ICONS);
    }

    #[test]
    fn an_unknown_icon_becomes_a_file() {
        assert_eq!(known("todo"), "todo");
        assert_eq!(known("../x"), "file");
    }
}
