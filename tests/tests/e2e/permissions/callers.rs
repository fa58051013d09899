//! Who asks.

/// A kind of caller: a column of the tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Caller {
    Stranger,
    Outsider,
    Banned,
    Muted,
    Blocked,
    Member,
    Admin,
    Owner,
    Revoked,
}

impl Caller {
    pub const ALL: [Self; 9] = [
        Self::Stranger,
        Self::Outsider,
        Self::Banned,
        Self::Muted,
        Self::Blocked,
        Self::Member,
        Self::Admin,
        Self::Owner,
        Self::Revoked,
    ];

    /// The heading of the column, and the username.
    pub fn name(self) -> &'static str {
        match self {
            Self::Stranger => "stranger",
            Self::Outsider => "outsider",
            Self::Banned => "banned",
            Self::Muted => "muted",
            Self::Blocked => "blocked",
            Self::Member => "member",
            Self::Admin => "admin",
            Self::Owner => "owner",
            Self::Revoked => "revoked",
        }
    }

    pub fn named(name: &str) -> Self {
        let found = Self::ALL.into_iter().find(|caller| caller.name() == name);
        found.unwrap_or_else(|| panic!("there is no caller {name:?}"))
    }

    /// Whether they are in the room while they ask, and known to be.
    pub fn is_inside(self) -> bool {
        match self {
            Self::Stranger | Self::Outsider | Self::Banned | Self::Revoked => false,
            Self::Muted | Self::Blocked | Self::Member | Self::Admin | Self::Owner => true,
        }
    }
}
