//! Finds charts by what people type: names first, then what a chart gives, then what it says of itself.

mod edit;

use super::Chart;

/// A query has few words, and nobody types more than this.
const MAX_WORDS: usize = 8;
const MAX_QUERY: usize = 200;

/// What a chart of any origin can be found by; in small letters.
#[derive(Debug, Clone, Default)]
pub struct Terms {
    name: String,
    parts: Vec<String>,
    gives: Vec<String>,
    /// Its shelf, the kinds that it brings, and further words: all as good as said of it.
    about: Vec<String>,
    purpose: Vec<String>,
    /// What it needs or uses: somebody may want to see who does.
    around: Vec<String>,
}

impl Terms {
    pub fn of(chart: &Chart) -> Terms {
        let mut about: Vec<String> = chart.words.clone();
        about.push(chart.category.as_str().to_owned());
        let gives = chart.gives.iter().map(|capability| capability.as_str()).flat_map(|word| words(word).chain([word.to_owned()]));
        about.extend(chart.crds.iter().flat_map(|crds| &crds.kinds).map(|kind| kind.to_lowercase()));
        let around = chart.needs.iter().chain(&chart.uses).map(|capability| capability.as_str().to_owned());
        Terms { gives: gives.collect(), about, around: around.collect(), ..Terms::plain(chart.name.as_str(), &chart.purpose) }
    }

    /// For a chart of which only a name and a description are known.
    pub fn plain(name: &str, description: &str) -> Terms {
        let name = name.to_lowercase();
        Terms { parts: words(&name).collect(), name, purpose: words(description).take(200).collect(), ..Terms::default() }
    }
}

/// What was typed, taken apart once.
#[derive(Debug, Clone)]
pub struct Query {
    /// All words as a name would be written.
    name: String,
    words: Vec<String>,
}

impl Query {
    pub fn new(text: &str) -> Query {
        let text: String = text.chars().take(MAX_QUERY).collect();
        let words: Vec<String> = words(&text).take(MAX_WORDS).collect();
        Query { name: words.join("-"), words }
    }

    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// How well a chart answers; `None` where a word of the query is nowhere.
    pub fn score(&self, terms: &Terms) -> Option<u32> {
        let whole = if terms.name == self.name {
            1000
        } else if terms.name.starts_with(&self.name) {
            200
        } else {
            0
        };
        let each = self.words.iter().map(|word| best(word, terms)).sum::<Option<u32>>()?;
        Some(whole + each)
    }
}

/// The charts that answer, the best first; all of them by name where nothing was asked.
pub fn search<'a>(charts: &'a [Chart], query: &str) -> Vec<&'a Chart> {
    let query = Query::new(query);
    let mut found: Vec<(u32, &Chart)> = charts.iter().filter_map(|chart| Some((query.score(&Terms::of(chart))?, chart))).collect();
    found.sort_by(|(one, left), (other, right)| other.cmp(one).then_with(|| left.name.as_str().cmp(right.name.as_str())));
    found.into_iter().map(|(_, chart)| chart).collect()
}

/// The best place in which one word stands.
fn best(word: &str, terms: &Terms) -> Option<u32> {
    let equals = |texts: &[String]| texts.iter().any(|text| text == word);
    let begins = |texts: &[String]| word.len() >= 2 && texts.iter().any(|text| text.starts_with(word));
    let close = |texts: &[String]| texts.iter().any(|text| edit::is_close(word, text));
    let score = if terms.name == word {
        100
    } else if terms.name.starts_with(word) {
        80
    } else if equals(&terms.parts) {
        75
    } else if equals(&terms.gives) {
        72
    } else if equals(&terms.about) {
        70
    } else if begins(&terms.parts) {
        60
    } else if begins(&terms.gives) {
        55
    } else if begins(&terms.about) {
        50
    } else if equals(&terms.purpose) {
        40
    } else if begins(&terms.purpose) {
        30
    } else if word.len() >= 3 && terms.name.contains(word) {
        25
    } else if edit::is_close(word, &terms.name) || close(&terms.parts) {
        20
    } else if equals(&terms.around) {
        15
    } else if close(&terms.gives) || close(&terms.about) || close(&terms.purpose) {
        10
    } else {
        return None;
    };
    Some(score)
}

fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase)
}

#[cfg(test)]
mod tests;
