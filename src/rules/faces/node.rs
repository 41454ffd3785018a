//! What an expression says, whatever face it was written in.

/// An expression as a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// As it is written, without a sign: `12`, `0.5`.
    Number(String),
    Text(String),
    Bool(bool),
    /// Nothing: `()`.
    Unset,
    /// `amount`, `line.qty`, `item.cost`.
    Path(Vec<String>),
    Not(Box<Node>),
    Negate(Box<Node>),
    Binary(Binary, Box<Node>, Box<Node>),
    /// A function by its name in rhai.
    Call(String, Vec<Node>),
    List(Vec<Node>),
}

/// An operator between two expressions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Binary {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    /// The left side where it is set, else the right one.
    Otherwise,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

impl Binary {
    pub const ALL: [Self; 14] = [
        Self::Or,
        Self::And,
        Self::Equal,
        Self::NotEqual,
        Self::Less,
        Self::LessOrEqual,
        Self::Greater,
        Self::GreaterOrEqual,
        Self::Otherwise,
        Self::Add,
        Self::Subtract,
        Self::Multiply,
        Self::Divide,
        Self::Remainder,
    ];

    /// The symbol in rhai.
    #[must_use]
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Or => "||",
            Self::And => "&&",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Otherwise => "??",
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Remainder => "%",
        }
    }

    /// How tightly rhai binds it (its book, "operators and precedence").
    pub(super) const fn precedence(self) -> u8 {
        match self {
            Self::Or => 30,
            Self::And => 60,
            Self::Equal | Self::NotEqual => 90,
            Self::Less | Self::LessOrEqual | Self::Greater | Self::GreaterOrEqual => 130,
            Self::Otherwise => 135,
            Self::Add | Self::Subtract => 150,
            Self::Multiply | Self::Divide | Self::Remainder => 180,
        }
    }

    #[must_use]
    pub const fn is_comparison(self) -> bool {
        matches!(
            self,
            Self::Equal | Self::NotEqual | Self::Less | Self::LessOrEqual | Self::Greater | Self::GreaterOrEqual
        )
    }
}

impl Node {
    #[must_use]
    pub fn path(text: &str) -> Self {
        Self::Path(text.split('.').map(str::to_owned).collect())
    }

    #[must_use]
    pub fn call(name: &str, arguments: impl Into<Vec<Self>>) -> Self {
        Self::Call(name.to_owned(), arguments.into())
    }

    #[must_use]
    pub fn binary(operator: Binary, left: Self, right: Self) -> Self {
        Self::Binary(operator, Box::new(left), Box::new(right))
    }

    /// The opposite. What is not unset is set.
    #[must_use]
    pub fn negated(self) -> Self {
        match self {
            Self::Not(inner) if inner.is_call("is_set") => *inner,
            other => Self::Not(Box::new(other)),
        }
    }

    pub(super) fn is_call(&self, name: &str) -> bool {
        matches!(self, Self::Call(called, _) if called == name)
    }

    /// The parts that an operator joins: `a && b && c` as its three.
    #[must_use]
    pub fn parts(&self, operator: Binary) -> Vec<&Self> {
        match self {
            Self::Binary(own, left, right) if *own == operator => {
                let mut parts = left.parts(operator);
                parts.push(right);
                parts
            }
            other => vec![other],
        }
    }

    /// The parts joined again; nothing for none.
    #[must_use]
    pub fn joined(operator: Binary, parts: impl IntoIterator<Item = Self>) -> Option<Self> {
        parts.into_iter().reduce(|left, right| Self::binary(operator, left, right))
    }
}
