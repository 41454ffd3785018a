//! What can be asked of a kind without a field: for whom it needs no more than its name.

use super::{Column, Kind, address};

impl Kind {
    /// Whether a record may be named by such a field when its table says nothing.
    #[must_use]
    pub const fn can_name_a_record(self) -> bool {
        matches!(self, Self::Text | Self::NumberSeries | Self::Barcode)
    }

    #[must_use]
    pub const fn is_number(self) -> bool {
        matches!(self, Self::Integer | Self::Decimal | Self::Money | Self::Percent | Self::Rating | Self::Duration)
    }

    /// A list of several values in one field. The steps of a cascade are such a list: a filter asks for one of them.
    #[must_use]
    pub const fn is_several(self) -> bool {
        matches!(self, Self::Choices | Self::Cascade) || self.is_several_ids()
    }

    const fn is_several_ids(self) -> bool {
        matches!(self, Self::Links | Self::Members | Self::Departments) || self.is_file()
    }

    /// Holds ids of files.
    #[must_use]
    pub const fn is_file(self) -> bool {
        matches!(self, Self::Attachment | Self::Image | Self::Signature)
    }

    /// Points at rows of a table (`x-field.table`).
    #[must_use]
    pub const fn is_link(self) -> bool {
        matches!(self, Self::Link | Self::Links)
    }

    #[must_use]
    pub const fn is_member(self) -> bool {
        matches!(self, Self::Member | Self::Members)
    }

    /// Whether its values part the rows of a table into few groups, each with a name.
    #[must_use]
    pub const fn parts_rows(self) -> bool {
        matches!(self, Self::Choice | Self::Boolean | Self::Link | Self::Member | Self::Department)
    }

    #[must_use]
    pub const fn is_department(self) -> bool {
        matches!(self, Self::Department | Self::Departments)
    }

    /// Holds ids: of rows, people, departments or files.
    #[must_use]
    pub const fn is_identity(self) -> bool {
        self.is_link() || self.is_member() || self.is_department() || self.is_file()
    }

    /// The parts that a form posts one by one; none for a value that is typed as a whole.
    #[must_use]
    pub const fn parts(self) -> &'static [&'static str] {
        if matches!(self, Self::Address) { &address::PARTS } else { &[] }
    }

    /// Needs the whole width of a form.
    #[must_use]
    pub const fn is_wide(self) -> bool {
        matches!(self, Self::Multiline | Self::RichText | Self::Json | Self::Address) || self.is_file()
    }

    /// Text that may be searched for a part.
    #[must_use]
    pub fn is_text(self) -> bool {
        self.behaviour().column() == Some(Column::Text)
            && !matches!(self, Self::Date | Self::Time)
            && !self.is_several()
    }
}
