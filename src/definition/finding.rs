//! What is wrong, or doubtful, in a definition: said once, with the place and the way out.

use serde::Serialize;
use std::fmt;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The app cannot be imported or published.
    Error,
    /// It can, but somebody should look.
    Warning,
}

/// One finding of the meta-schemas or the lint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub severity: Severity,
    /// The document, as it is named in the folder: `tables/order.json`.
    pub file: String,
    /// JSON Pointer into the document, empty for the whole of it.
    pub path: String,
    pub message: String,
    /// What was probably meant, or what to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<String>,
}

impl Finding {
    #[must_use]
    pub fn error(file: impl Into<String>, path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            file: file.into(),
            path: path.into(),
            message: message.into(),
            suggestion: None,
        }
    }

    #[must_use]
    pub fn warning(file: impl Into<String>, path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(file, path, message) }
    }

    /// Adds the way out.
    #[must_use]
    pub fn suggest(mut self, suggestion: impl Into<String>) -> Self {
        self.suggestion = Some(suggestion.into());
        self
    }

    /// Adds the candidate nearest to `wrong`, if there is one.
    #[must_use]
    pub fn nearest<'a>(self, wrong: &str, candidates: impl IntoIterator<Item = &'a str>) -> Self {
        match crate::base::key::nearest(wrong, candidates) {
            Some(near) => self.suggest(format!("did you mean \"{near}\"?")),
            None => self,
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        write!(f, "{word}: {}", self.file)?;
        if !self.path.is_empty() {
            write!(f, " at {}", self.path)?;
        }
        write!(f, ": {}", self.message)?;
        if let Some(suggestion) = &self.suggestion {
            write!(f, " ({suggestion})")?;
        }
        Ok(())
    }
}

/// Whether any of the findings stops an import.
#[must_use]
pub fn has_errors(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| finding.severity == Severity::Error)
}
