//! The tables of docs/permissions.md.

use std::collections::HashMap;

use super::callers::Caller;

const PAGE: &str = include_str!("../../../../docs/permissions.md");

/// What one kind of caller after the other gets for one question.
pub struct Row {
    /// The type that the field is of.
    pub of: &'static str,
    pub field: &'static str,
    /// What it is asked about, in words: `a message in a group`.
    pub about: &'static str,
    /// Those for whom there is such a case.
    pub answers: HashMap<Caller, &'static str>,
}

impl Row {
    /// Whether it is about what only exists for those who are inside.
    pub fn is_private(&self) -> bool {
        self.about.ends_with("a group") || self.about.ends_with("a direct room")
    }
}

pub fn rows() -> Vec<Row> {
    let (mut rows, mut of, mut callers) = (Vec::new(), "", Vec::new());
    for line in PAGE.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            of = heading;
        } else if let Some(row) = line.strip_prefix('|') {
            let cells: Vec<&str> = row
                .trim_end_matches('|')
                .split('|')
                .map(|cell| cell.trim().trim_matches('`'))
                .collect();
            match cells[..] {
                ["field", "of", ref headings @ ..] => {
                    callers = headings.iter().map(|name| Caller::named(name)).collect();
                }
                [rule, ..] if rule.starts_with('-') => {}
                [field, about, ref answers @ ..] => {
                    assert_eq!(answers.len(), callers.len(), "{line}");
                    let answers = callers.iter().copied().zip(answers.iter().copied());
                    rows.push(Row {
                        of,
                        field,
                        about,
                        answers: answers.filter(|(_, answer)| *answer != "—").collect(),
                    });
                }
                _ => panic!("not a row: {line}"),
            }
        }
    }
    rows
}
