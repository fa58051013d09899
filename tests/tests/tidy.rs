//! The rules of the house that no compiler checks, as tests that read the sources.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The parts of `api/src`, lowest first: each may name those before its own place, and no other.
/// Parts in one place do not know each other.
const LAYERS: &[&[&str]] = &[
    &["model"],
    &["auth", "storage", "config"],
    &["realtime", "cli"],
    &["services"],
    &["graphql", "demo"],
    &["http"],
    &["app"],
    &["main"],
];

/// Libraries that are named in one part only, so that the part can be replaced: the library, and
/// where in the project it may stand.
const CONFINED: &[(&str, &[&str])] = &[
    ("diesel", &["api/src/storage/", "tests/"]),
    ("diesel_async", &["api/src/storage/", "tests/bench/"]),
    ("diesel_migrations", &["api/src/storage/"]),
    ("tokio_postgres", &["api/src/storage/", "tests/"]),
    (
        "async_graphql",
        &["api/src/graphql/", "api/src/http/", "tests/bench/"],
    ),
    (
        "axum",
        &[
            "api/src/http/",
            "api/src/app.rs",
            "api/src/main.rs",
            "tests/bench/",
        ],
    ),
    ("pulldown_cmark", &["api/src/services/"]),
    (
        "clap",
        &["api/src/cli.rs", "api/src/config.rs", "tests/bench/"],
    ),
    ("uniffi", &["mobile-bindings/"]),
    ("cynic", &["sdk/"]),
];

const LONGEST_FILE: usize = 500;

/// A hand-written source file: its path from the root of the project, and what it says.
struct Source {
    path: String,
    text: String,
}

impl Source {
    fn is(&self, extensions: &[&str]) -> bool {
        let extension = Path::new(&self.path).extension();
        extension.is_some_and(|own| extensions.iter().any(|one| own == *one))
    }

    /// Its lines, numbered from 1, without those that are comments.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = (1..).zip(self.text.lines());
        lines.filter(|(_, line)| !line.trim_start().starts_with("//"))
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every file of the project that people write, below `folder`.
fn sources(folder: &str) -> Vec<Source> {
    const NOT_OURS: [&str; 7] = [
        ".build",
        "node_modules",
        "target",
        "dist",
        "generated",
        "data",
        "test-results",
    ];
    let mut found = Vec::new();
    let Ok(entries) = fs::read_dir(root().join(folder)) else {
        return found;
    };
    for entry in entries {
        let entry = entry.expect("an entry");
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{folder}/{name}");
        if entry.file_type().expect("a file type").is_dir() {
            if !NOT_OURS.contains(&name.as_str()) {
                found.extend(sources(&path));
            }
        } else if let Ok(text) = fs::read_to_string(entry.path()) {
            found.push(Source { path, text });
        }
    }
    found
}

fn all_sources() -> Vec<Source> {
    let folders = ["api", "sdk", "mobile-bindings", "tests", "web"];
    folders.into_iter().flat_map(sources).collect()
}

/// Whether `line` names the crate or module `name`, and not merely a word that contains it.
fn names(line: &str, name: &str) -> bool {
    line.match_indices(name).any(|(at, _)| {
        let part_of_word = |c: char| c.is_alphanumeric() || c == '_';
        let before = line[..at].chars().next_back();
        let after = &line[at + name.len()..];
        !before.is_some_and(part_of_word) && (after.starts_with("::") || after.starts_with(';'))
    })
}

#[track_caller]
fn assert_none(rule: &str, broken: Vec<String>) {
    assert!(broken.is_empty(), "{rule}\n  {}", broken.join("\n  "));
}

#[test]
fn dependencies_point_one_way() {
    let rank = |part: &str| LAYERS.iter().position(|layer| layer.contains(&part));
    let mut broken = Vec::new();
    for source in sources("api/src") {
        let inner = &source.path["api/src/".len()..];
        let part = inner.split(['/', '.']).next().unwrap_or(inner);
        let Some(own) = rank(part) else {
            broken.push(format!(
                "{} is in no layer; give it a place in LAYERS",
                source.path
            ));
            continue;
        };
        for (number, line) in source.code() {
            for after in line.split("crate::").skip(1) {
                let end = after.find(|c: char| !c.is_alphanumeric() && c != '_');
                let used = &after[..end.unwrap_or(after.len())];
                if used != part && rank(used).is_some_and(|used| used >= own) {
                    broken.push(format!("{}:{number}: {part} names {used}", source.path));
                }
            }
        }
    }
    assert_none("A part may name only the parts below it.", broken);
}

#[test]
fn libraries_stay_in_their_part() {
    let mut broken = Vec::new();
    for source in all_sources().iter().filter(|source| source.is(&["rs"])) {
        for (library, places) in CONFINED {
            if places.iter().any(|place| source.path.starts_with(place)) {
                continue;
            }
            let used = source.code().filter(|(_, line)| names(line, library));
            broken.extend(used.map(|(n, _)| format!("{}:{n}: {library}", source.path)));
        }
    }
    assert_none("These libraries are confined to a part.", broken);
}

#[test]
fn files_are_short_enough_to_read() {
    let written = ["rs", "ts", "tsx", "js", "mjs", "kt", "swift"];
    let sources = all_sources();
    let long = sources.iter().filter(|source| source.is(&written));
    let long = long.map(|source| (&source.path, source.text.lines().count()));
    let long = long.filter(|(_, lines)| *lines > LONGEST_FILE);
    let long = long.map(|(path, lines)| format!("{path} has {lines} lines"));
    assert_none("A file has at most 500 lines.", long.collect());
}

#[test]
fn nothing_is_left_for_later() {
    const MARKS: [&str; 3] = ["TODO", "FIXME", "XXX"];
    let mut broken = Vec::new();
    let this_file = "tests/tests/tidy.rs";
    for source in all_sources()
        .iter()
        .filter(|source| source.path != this_file)
    {
        if source.is(&["json", "lock", "svg", "txt"]) {
            continue;
        }
        for (number, line) in (1..).zip(source.text.lines()) {
            if MARKS.iter().any(|mark| line.contains(mark)) {
                broken.push(format!("{}:{number}: {}", source.path, line.trim()));
            }
        }
    }
    assert_none("Do it now, or open an issue.", broken);
}

#[test]
fn every_rust_file_says_what_it_holds() {
    let folders = [
        "api/src",
        "sdk/src",
        "mobile-bindings/src",
        "tests/bench/src",
        "tests/src",
        "tests/tests",
    ];
    let sources = folders.into_iter().flat_map(sources);
    let silent = sources.filter(|source| source.is(&["rs"]) && !source.text.starts_with("//!"));
    assert_none(
        "A file begins with a //! line that says what it holds.",
        silent.map(|source| source.path).collect(),
    );
}

#[test]
fn migrations_are_twins() {
    let names = |backend: &str| -> BTreeSet<String> {
        let folder = format!("migrations/{backend}");
        let sources = sources(&folder).into_iter();
        sources
            .map(|source| source.path[folder.len()..].to_owned())
            .collect()
    };
    let sqlite = names("sqlite");
    assert!(!sqlite.is_empty());
    assert_eq!(sqlite, names("postgres"));
    for migration in &sqlite {
        let file = migration.rsplit('/').next();
        assert!(matches!(file, Some("up.sql" | "down.sql")), "{migration}");
    }
}

/// The text between backticks in a Markdown file, each with the line it stands on.
fn code_spans(text: &str) -> Vec<String> {
    let mut spans = Vec::new();
    let mut fenced = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if fenced {
            spans.push(line.trim().trim_start_matches("$ ").to_owned());
        } else {
            spans.extend(line.split('`').skip(1).step_by(2).map(str::to_owned));
        }
    }
    spans
}

fn documents() -> Vec<Source> {
    let mut documents = sources("docs");
    for name in [
        "README.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
    ] {
        let text = read(name);
        documents.push(Source {
            path: name.into(),
            text,
        });
    }
    documents
}

#[test]
fn documented_commands_and_paths_exist() {
    let makefile = read("Makefile");
    let mut broken = Vec::new();
    for document in documents() {
        for span in code_spans(&document.text) {
            let mut words = span.split_whitespace();
            let exists = match (words.next(), words.next()) {
                (Some("make"), Some(target)) => makefile.contains(&format!("\n{target}:")),
                (Some(script), _) if script.starts_with("scripts/") => {
                    root().join(script).is_file()
                }
                (Some(path), None) if is_source_path(path) => root().join(path).exists(),
                _ => true,
            };
            if !exists {
                broken.push(format!("{}: `{span}`", document.path));
            }
        }
    }
    assert_none("What the documents name must exist.", broken);
}

/// Whether `path` is meant as one of this repository: it begins with a folder of the project.
fn is_source_path(path: &str) -> bool {
    let folders = [
        "api/",
        "sdk/",
        "mobile-bindings/",
        "tests/",
        "web/",
        "docs/",
        "migrations/",
    ];
    let pattern = path.contains(['*', '{', '<', '…']);
    !pattern && !path.starts_with("web/dist") && folders.iter().any(|f| path.starts_with(f))
}

#[test]
fn links_between_documents_lead_somewhere() {
    let mut broken = Vec::new();
    for document in documents() {
        let folder = Path::new(&document.path).parent().unwrap_or(Path::new(""));
        for link in document.text.split("](").skip(1) {
            let target = link.split([')', '#']).next().unwrap_or_default();
            if target.is_empty() || target.contains("://") {
                continue;
            }
            if !root().join(folder).join(target).exists() {
                broken.push(format!("{}: {target}", document.path));
            }
        }
    }
    assert_none("A link leads to a file.", broken);
}

/// Lines without the indentation that all of them have.
fn without_indentation(lines: &[&str]) -> Vec<String> {
    let indentation = |line: &&&str| line.len() - line.trim_start().len();
    let least = lines.iter().map(|line| indentation(&line)).min();
    let least = least.unwrap_or_default();
    lines.iter().map(|line| line[least..].to_owned()).collect()
}

/// What stands between blank lines.
fn paragraphs(text: &str) -> Vec<Vec<&str>> {
    let lines: Vec<&str> = text.lines().collect();
    let parts = lines.split(|line| line.trim().is_empty());
    let parts = parts.filter(|lines| !lines.is_empty());
    parts.map(<[&str]>::to_vec).collect()
}

/// The code of a language in a Markdown file.
fn blocks(text: &str, language: &str) -> String {
    let fence = format!("\n```{language}\n");
    let blocks = text.split(&fence).skip(1);
    let code = blocks.map(|after| after.split("\n```").next().unwrap_or_default());
    code.collect::<Vec<_>>().join("\n\n")
}

#[test]
fn what_the_documents_show_of_an_app_is_compiled() {
    let pages = [
        "docs/mobile.md",
        "mobile-bindings/kotlin/README.md",
        "mobile-bindings/swift/README.md",
        "mobile-bindings/swift/Sources/Causerie/Causerie.docc/Causerie.md",
    ];
    let sources = [
        (
            "kotlin",
            read("mobile-bindings/kotlin/src/test/kotlin/page/Page.kt"),
        ),
        (
            "swift",
            read("mobile-bindings/swift/Tests/PageTests/Page.swift"),
        ),
    ];
    let mut broken = Vec::new();
    for page in pages {
        for (language, source) in &sources {
            let compiled = paragraphs(source);
            let shown = blocks(&read(page), language);
            for paragraph in paragraphs(&shown) {
                let is_compiled = compiled.iter().any(|lines| {
                    let parts = lines.windows(paragraph.len());
                    parts
                        .map(without_indentation)
                        .any(|part| part == without_indentation(&paragraph))
                });
                if !is_compiled {
                    broken.push(format!("{page}: {}", paragraph[0]));
                }
            }
        }
    }
    assert_none(
        "A document quotes Page.kt or Page.swift, where it is compiled.",
        broken,
    );
}

/// What begins a declaration that others can name.
const DECLARATIONS: [&str; 6] = [
    "class ",
    "interface ",
    "struct ",
    "enum ",
    "protocol ",
    "func ",
];

#[test]
fn what_apps_can_name_is_documented() {
    let kotlin = sources("mobile-bindings/kotlin/src/main/kotlin/causerie");
    let kotlin = kotlin
        .into_iter()
        .filter(|source| !source.path.contains("/sample/"));
    let swift = sources("mobile-bindings/swift/Sources");
    let swift = swift
        .into_iter()
        .filter(|source| !source.path.contains("/Terminal/"));
    let mut broken = Vec::new();
    for source in kotlin.chain(swift) {
        let mut before = "";
        for (number, line) in (1..).zip(source.text.lines()) {
            let line = line.trim_start();
            let is_public = match source.is(&["kt"]) {
                true => !line.starts_with("private ") && !line.contains("override "),
                false => line.starts_with("public "),
            };
            let words = line.strip_prefix("public ").unwrap_or(line);
            let words = words.strip_prefix("data ").unwrap_or(words);
            let words = words.strip_prefix("sealed ").unwrap_or(words);
            let words = words.strip_prefix("value ").unwrap_or(words);
            let declares = words.starts_with("fun ")
                || DECLARATIONS.iter().any(|what| words.starts_with(what));
            if is_public && declares && !before.ends_with("*/") && !before.starts_with("///") {
                broken.push(format!("{}:{number}: {line}", source.path));
            }
            if !line.starts_with('@') {
                before = line;
            }
        }
    }
    assert_none("What an app can name says what it is.", broken);
}

#[test]
fn every_setting_is_documented() {
    let deploy = read("docs/deploy.md");
    let config = read("api/src/config.rs");
    let settings = config.split("env = \"").skip(1);
    let settings = settings.map(|after| after.split('"').next().unwrap_or_default());
    let mut seen = 0;
    for setting in settings {
        seen += 1;
        assert!(
            deploy.contains(&format!("`{setting}`")),
            "{setting} is not in docs/deploy.md"
        );
    }
    assert!(seen > 0);
}
