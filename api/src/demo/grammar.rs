//! What people say, made of a small grammar.
//!
//! `grammar.txt` has a section for each symbol, with an alternative a line. `{symbol}` stands for what
//! that makes; a section `[theme.symbol]` goes before `[symbol]` where that theme is talked about.
//! `\n` is a new line.

use std::collections::HashMap;

use rand::Rng;
use rand::rngs::StdRng;

pub struct Grammar(HashMap<&'static str, Vec<&'static str>>);

impl Grammar {
    pub fn new() -> Self {
        let mut symbols: HashMap<_, Vec<_>> = HashMap::new();
        let mut symbol = "";
        for line in include_str!("grammar.txt").lines() {
            match line
                .strip_prefix('[')
                .and_then(|line| line.strip_suffix(']'))
            {
                Some(next) => symbol = next,
                None => symbols.entry(symbol).or_default().push(line),
            }
        }
        Self(symbols)
    }

    /// One of the texts that a symbol can become where this theme is talked about.
    pub fn text(&self, rng: &mut StdRng, theme: &str, symbol: &str) -> String {
        let mut text = String::new();
        self.expand(rng, theme, symbol, &mut text);
        text.replace("\\n", "\n")
    }

    fn expand(&self, rng: &mut StdRng, theme: &str, symbol: &str, text: &mut String) {
        let Some(alternatives) = self.alternatives(theme, symbol) else {
            return;
        };
        let mut rest = alternatives[rng.random_range(0..alternatives.len())];
        while let Some((before, inner, after)) = next_symbol(rest) {
            text.push_str(before);
            self.expand(rng, theme, inner, text);
            rest = after;
        }
        text.push_str(rest);
    }

    fn alternatives(&self, theme: &str, symbol: &str) -> Option<&Vec<&'static str>> {
        let own = self.0.get(format!("{theme}.{symbol}").as_str());
        own.or_else(|| self.0.get(symbol))
    }
}

fn next_symbol(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('{')?;
    let (symbol, after) = rest.split_once('}')?;
    Some((before, symbol, after))
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn every_symbol_has_a_section() {
        let grammar = Grammar::new();
        for (section, alternatives) in &grammar.0 {
            for alternative in alternatives {
                let mut rest = *alternative;
                while let Some((_, symbol, after)) = next_symbol(rest) {
                    assert!(grammar.0.contains_key(symbol), "{symbol} in [{section}]");
                    rest = after;
                }
                assert!(!alternative.trim().is_empty(), "[{section}]");
            }
        }
    }

    #[test]
    fn people_rarely_say_the_same() {
        let (grammar, mut rng) = (Grammar::new(), StdRng::seed_from_u64(1));
        let texts = (0..1_000).map(|_| grammar.text(&mut rng, "garden", "message"));
        let texts: std::collections::HashSet<String> = texts.collect();
        assert!(texts.len() > 700, "{} different texts", texts.len());
        assert!(texts.iter().all(|text| !text.contains(['{', '}'])));
    }
}
