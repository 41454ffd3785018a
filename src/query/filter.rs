//! The filter as an abstract syntax tree.

use super::relative::RelativeDate;
use crate::base::value::Value;

/// Conditions on the rows of one table, as written: user values and relative dates are not resolved yet.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    All(Vec<Filter>),
    Any(Vec<Filter>),
    Not(Box<Filter>),
    /// At least one line of a lines field meets the conditions, all of them the same line.
    AnyLine {
        lines: String,
        filter: Box<Filter>,
    },
    Test(FilterTest),
}

#[derive(Debug, Clone, PartialEq)]
pub struct FilterTest {
    pub path: FieldPath,
    pub operator: Operator,
    pub operand: Operand,
    /// The field holds moments: a day that it is compared with stands for all moments of that day.
    pub of_moments: bool,
}

/// A field of the table, a system field, or a field one link away.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FieldPath {
    Field(String),
    System(SystemField),
    /// `item.category`: the link field, then the target's field.
    Hop(String, Box<FieldPath>),
}

impl FieldPath {
    /// The field that it ends at: of the table, or of the link's target.
    #[must_use]
    pub fn end(&self) -> &Self {
        match self {
            Self::Hop(_, end) => end,
            own => own,
        }
    }
}

impl std::fmt::Display for FieldPath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Field(key) => f.write_str(key),
            Self::System(field) => f.write_str(field.as_str()),
            Self::Hop(link, field) => write!(f, "{link}.{field}"),
        }
    }
}

/// Fields that every record has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SystemField {
    Id,
    CreatedAt,
    CreatedBy,
    UpdatedAt,
    UpdatedBy,
    Version,
    Owner,
    Department,
    State,
}

impl SystemField {
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "id" => Self::Id,
            "created_at" => Self::CreatedAt,
            "created_by" => Self::CreatedBy,
            "updated_at" => Self::UpdatedAt,
            "updated_by" => Self::UpdatedBy,
            "version" => Self::Version,
            "owner" => Self::Owner,
            "department" => Self::Department,
            "state" => Self::State,
            _ => return None,
        })
    }

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::CreatedAt => "created_at",
            Self::CreatedBy => "created_by",
            Self::UpdatedAt => "updated_at",
            Self::UpdatedBy => "updated_by",
            Self::Version => "version",
            Self::Owner => "owner",
            Self::Department => "department",
            Self::State => "state",
        }
    }
}

/// How a field is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operator {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    In,
    NotIn,
    Between,
    /// Text: holds this part, whatever the case of Latin letters. Several values: holds this one.
    Contains,
    Starts,
    /// `true`: unset; `false`: set.
    Empty,
    /// This or anything below it: in a cascade, in the tree of departments, in a table whose records stand below one another.
    Under,
}

impl Operator {
    pub const ALL: [(&'static str, Self); 13] = [
        ("eq", Self::Eq),
        ("ne", Self::Ne),
        ("lt", Self::Lt),
        ("le", Self::Le),
        ("gt", Self::Gt),
        ("ge", Self::Ge),
        ("in", Self::In),
        ("nin", Self::NotIn),
        ("between", Self::Between),
        ("contains", Self::Contains),
        ("starts", Self::Starts),
        ("empty", Self::Empty),
        ("under", Self::Under),
    ];

    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, operator)| *operator)
    }

    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, operator)| *operator == self).map_or("", |(name, _)| name)
    }
}

/// What a field is compared with.
#[derive(Debug, Clone, PartialEq)]
pub enum Operand {
    Value(Value),
    Values(Vec<Operand>),
    /// A user value of the app (`{"user": "shelves"}`), or the person (`id`) or their departments (`departments`).
    User(String),
    /// Days that depend on today: `{"date": "last_month"}`.
    Relative(RelativeDate),
}

impl Filter {
    /// Every test, wherever it stands, those of lines too.
    pub fn tests(&self) -> Vec<&FilterTest> {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::tests).collect(),
            Self::Not(part) => part.tests(),
            Self::AnyLine { filter, .. } => filter.tests(),
            Self::Test(test) => vec![test],
        }
    }

    /// The names of the user values it needs.
    pub fn user_values(&self) -> Vec<&str> {
        fn of(operand: &Operand) -> Vec<&str> {
            match operand {
                Operand::User(name) => vec![name],
                Operand::Values(parts) => parts.iter().flat_map(of).collect(),
                Operand::Value(_) | Operand::Relative(_) => Vec::new(),
            }
        }
        self.tests().into_iter().flat_map(|test| of(&test.operand)).collect()
    }
}
