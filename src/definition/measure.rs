//! Figures of several rows, as definitions and requests write them: `sum(qty)`, `count()`.

use super::field::{Field, Kind, Stored};

/// How one figure is made of many values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Function {
    Sum,
    /// Rounded half up to two places more than the field keeps.
    Average,
    Minimum,
    Maximum,
    /// Rows; of a field, the rows in which it is set.
    Count,
    /// Different values that are set.
    CountDistinct,
}

impl Function {
    pub const ALL: [(&'static str, Self); 6] = [
        ("sum", Self::Sum),
        ("avg", Self::Average),
        ("min", Self::Minimum),
        ("max", Self::Maximum),
        ("count", Self::Count),
        ("count_distinct", Self::CountDistinct),
    ];

    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, function)| *function)
    }

    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, function)| *function == self).map_or("", |(name, _)| name)
    }

    /// Reads `sum(qty)` as the function and the name of its field; `count()` alone has none.
    ///
    /// # Errors
    /// What is wrong, as a sentence.
    pub fn read(text: &str) -> Result<(Self, Option<&str>), String> {
        let (function, name) =
            call(text).ok_or_else(|| format!("a figure reads \"sum(field)\" or \"count()\", not \"{text}\""))?;
        let known = || Self::ALL.map(|(name, _)| name).join(", ");
        let function = Self::named(function).ok_or_else(|| format!("\"{function}\" is none of {}", known()))?;
        match name {
            "" if function != Self::Count => Err(format!("\"{}\" needs a field", function.as_str())),
            "" => Ok((function, None)),
            name => Ok((function, Some(name))),
        }
    }

    /// Whether there is such a figure of a field that is called `name`.
    ///
    /// # Errors
    /// Why there is none, as a sentence.
    pub fn fits(self, name: &str, field: &Field) -> Result<(), String> {
        let number = unit_scale(field).is_some();
        match self {
            Self::Sum | Self::Average if !number => Err(format!("\"{name}\" is no number, so it cannot be added up")),
            Self::Minimum | Self::Maximum
                if !number && !matches!(field.kind, Kind::Date | Kind::DateTime | Kind::Time) =>
            {
                Err(format!("\"{name}\" is neither a number nor a date, so it has no least and greatest value"))
            }
            Self::CountDistinct if field.kind.is_several() => {
                Err(format!("\"{name}\" holds several values; count() counts its rows"))
            }
            _ => Ok(()),
        }
    }

    /// The same of a system field: ids and versions are counted, never added up or compared.
    ///
    /// # Errors
    /// As [`Self::fits`].
    pub fn fits_system(self, name: &str) -> Result<(), String> {
        let field = system_field(name.rsplit('.').next().unwrap_or(name));
        let field = if field.kind == Kind::Integer { Field::plain(name, Kind::Text) } else { field };
        self.fits(name, &field)
    }

    /// The decimal places of the figure of numbers that have this many: averages have two more.
    #[must_use]
    pub const fn scale(self, scale: u32) -> u32 {
        if matches!(self, Self::Average) { scale + 2 } else { scale }
    }
}

/// `sum(qty)` → `sum`, `qty`.
#[must_use]
pub fn call(text: &str) -> Option<(&str, &str)> {
    let (name, rest) = text.split_once('(')?;
    Some((name.trim(), rest.strip_suffix(')')?.trim()))
}

/// The decimal places that one stored unit of a number field stands for.
#[must_use]
pub fn unit_scale(field: &Field) -> Option<u32> {
    let unit = field.load(Stored::Integer(1));
    unit.as_decimal().filter(|_| field.kind.is_number()).map(|unit| unit.scale())
}

/// A field that reads and writes what a system field of that name holds.
#[must_use]
pub fn system_field(name: &str) -> Field {
    let kind = match name {
        "state" => Kind::Text,
        "created_at" | "updated_at" => Kind::DateTime,
        "created_by" | "updated_by" | "owner" => Kind::Member,
        "department" => Kind::Department,
        _ => Kind::Integer,
    };
    Field::plain(name, kind)
}
