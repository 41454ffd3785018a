//! The names of the drawings in `templates/parts/sprite.html`.

/// Every icon that exists. An icon named by a definition and not listed here is drawn as `file`.
pub const ICONS: &[&str] = &[
    "alert", "apps", "back", "bell", "board", "calendar", "camera", "chart", "check", "clip", "clock", "columns",
    "copy", "count", "down", "download", "edit", "eye", "file", "filter", "forward", "gallery", "globe", "group",
    "history", "home", "in", "info", "left", "list", "lock", "logout", "map", "message", "moon", "more", "offline",
    "out", "paste", "pin", "plus", "print", "return", "right", "rows", "scan", "search", "settings", "shield", "sort",
    "stock", "sun", "swap", "tag", "todo", "trash", "truck", "up", "upload", "user", "useradd", "users", "x",
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
