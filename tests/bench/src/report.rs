//! The figures of all runs: medians and ranges, as a table for people and as JSON for programs.

use std::collections::BTreeMap;

use serde_json::{Map, json};

/// The figures of one case.
pub struct Report {
    case: &'static str,
    rows: Vec<Row>,
}

/// What was measured in one setting of one server, run by run.
struct Row {
    setting: String,
    server: &'static str,
    figures: Vec<(&'static str, Vec<f64>)>,
}

impl Row {
    fn runs(&self, figure: &str) -> Option<&[f64]> {
        let found = self.figures.iter().find(|(name, _)| *name == figure);
        found.map(|(_, runs)| runs.as_slice())
    }
}

impl Report {
    pub fn new(case: &'static str) -> Self {
        let rows = Vec::new();
        Self { case, rows }
    }

    /// Adds what one run gave, each figure with its unit in its name.
    pub fn add(&mut self, setting: &str, server: &'static str, figures: &[(&'static str, f64)]) {
        let known = |row: &Row| row.setting == setting && row.server == server;
        let index = self.rows.iter().position(known).unwrap_or_else(|| {
            self.rows.push(Row {
                setting: setting.to_owned(),
                server,
                figures: figures
                    .iter()
                    .map(|(name, _)| (*name, Vec::new()))
                    .collect(),
            });
            self.rows.len() - 1
        });
        for ((_, runs), (_, value)) in self.rows[index].figures.iter_mut().zip(figures) {
            runs.push(*value);
        }
    }

    /// Adds a figure that says how many times `server`'s `figure` each other one's is, run by run.
    pub fn relate(&mut self, name: &'static str, figure: &str, server: &str) {
        let own = self.rows.iter().filter(|row| row.server == server);
        let own = own.filter_map(|row| Some((row.setting.clone(), row.runs(figure)?.to_vec())));
        let own: BTreeMap<String, Vec<f64>> = own.collect();
        for row in &mut self.rows {
            let (Some(own), Some(runs)) = (own.get(&row.setting), row.runs(figure)) else {
                continue;
            };
            let ratios = runs
                .iter()
                .zip(own)
                .map(|(value, own)| value / own)
                .collect();
            row.figures.push((name, ratios));
        }
    }

    /// Prints a JSON line for each row, and then all of them as a Markdown table.
    pub fn print(mut self) {
        self.sort();
        for row in &self.rows {
            println!("{}", self.json(row));
        }
        println!("\n{}", self.table());
    }

    /// Puts the rows of a setting together, in the order in which settings came first.
    fn sort(&mut self) {
        let mut order: Vec<String> = Vec::new();
        for row in &self.rows {
            if !order.contains(&row.setting) {
                order.push(row.setting.clone());
            }
        }
        let place = |row: &Row| order.iter().position(|one| *one == row.setting);
        self.rows.sort_by_key(place);
    }

    fn json(&self, row: &Row) -> String {
        let figures: Map<_, _> = row
            .figures
            .iter()
            .map(|(name, runs)| {
                let (low, median, high) = spread(runs);
                let figure = json!({
                    "median": rounded(median),
                    "min": rounded(low),
                    "max": rounded(high),
                    "runs": runs.iter().copied().map(rounded).collect::<Vec<_>>(),
                });
                ((*name).to_owned(), figure)
            })
            .collect();
        json!({
            "case": self.case,
            "setting": row.setting,
            "server": row.server,
            "figures": figures,
        })
        .to_string()
    }

    fn table(&self) -> String {
        let mut names: Vec<&str> = Vec::new();
        for (name, _) in self.rows.iter().flat_map(|row| &row.figures) {
            if !names.contains(name) {
                names.push(name);
            }
        }
        let mut table = format!("| {} | server | {} |\n", self.case, names.join(" | "));
        table += &format!("|---|---|{}\n", "---:|".repeat(names.len()));
        for row in &self.rows {
            let cells = names
                .iter()
                .map(|name| row.runs(name).map(cell).unwrap_or_default());
            let cells: Vec<String> = cells.collect();
            table += &format!(
                "| {} | {} | {} |\n",
                row.setting,
                row.server,
                cells.join(" | ")
            );
        }
        table
    }
}

/// The least, the middle and the greatest.
fn spread(runs: &[f64]) -> (f64, f64, f64) {
    let mut sorted = runs.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    let median = match sorted.len() % 2 {
        1 => sorted[middle],
        _ => (sorted[middle - 1] + sorted[middle]) / 2.0,
    };
    (sorted[0], median, sorted[sorted.len() - 1])
}

/// `median (least–greatest)`.
fn cell(runs: &[f64]) -> String {
    let (low, median, high) = spread(runs);
    match runs.len() {
        1 => number(median),
        _ => format!("{} ({}–{})", number(median), number(low), number(high)),
    }
}

/// Without the digits that mean nothing.
fn rounded(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}

/// Three figures that mean something, and thousands set apart.
fn number(value: f64) -> String {
    if value < 99.95 {
        let decimals = if value < 0.9995 {
            3
        } else if value < 9.995 {
            2
        } else {
            1
        };
        return format!("{value:.decimals$}");
    }
    let digits = format!("{value:.0}");
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// The latency that this share of `latencies`, in microseconds, does not exceed, in milliseconds.
pub fn percentile(latencies: &mut [u32], share: f64) -> f64 {
    if latencies.is_empty() {
        return 0.0;
    }
    let index = (latencies.len() as f64 * share) as usize;
    let index = index.min(latencies.len() - 1);
    f64::from(*latencies.select_nth_unstable(index).1) / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_has_medians_ranges_and_ratios() {
        let mut report = Report::new("case");
        for (a, b) in [(1.0, 3000.0), (2.0, 4000.0), (4.0, 4.0)] {
            report.add("one", "a", &[("x", a)]);
            report.add("two", "a", &[("x", a)]);
            report.add("one", "b", &[("x", b)]);
        }
        report.relate("× a", "x", "a");
        report.sort();
        let expected = "| case | server | x | × a |\n|---|---|---:|---:|\n\
            | one | a | 2.00 (1.00–4.00) | 1.00 (1.00–1.00) |\n\
            | one | b | 3,000 (4.00–4,000) | 2,000 (1.00–3,000) |\n\
            | two | a | 2.00 (1.00–4.00) | 1.00 (1.00–1.00) |\n";
        assert_eq!(report.table(), expected);
    }

    #[test]
    fn numbers_keep_what_means_something() {
        let written = [0.1234, 1.0, 99.94, 100.0, 1234567.0].map(number);
        assert_eq!(written, ["0.123", "1.00", "99.9", "100", "1,234,567"]);
    }

    #[test]
    fn a_percentile_is_one_of_the_values() {
        let mut latencies: Vec<u32> = (1..=100).rev().map(|value| value * 1000).collect();
        assert_eq!(percentile(&mut latencies, 0.5), 51.0);
        assert_eq!(percentile(&mut latencies, 0.99), 100.0);
        assert_eq!(percentile(&mut [], 0.5), 0.0);
    }
}
