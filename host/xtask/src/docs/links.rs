//! Whether every link of the documentation leads somewhere: files, pages of the book, headings.
//!
//! No network: addresses of the web are passed over. A page of the book may link to pages and pictures of
//! the book alone, since nothing else comes along with it, and every page has to be in its `SUMMARY.md`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use crate::Result;

/// The table of contents of the book, which is none of its pages.
const SUMMARY: &str = "docs/SUMMARY.md";

/// Pages beside those of the book.
const OTHERS: [&str; 2] = ["README.md", "wit/README.md"];

/// What a page has: its headings' anchors, and its links with their lines.
struct Page {
    anchors: BTreeSet<String>,
    links: Vec<(usize, String)>,
}

/// Checks all pages below `root`; gives how many links there are.
pub(crate) fn check(root: &Path) -> Result<usize> {
    let mut pages = BTreeMap::new();
    for path in paths(root)? {
        let text = fs::read_to_string(root.join(&path))?;
        pages.insert(path, read(&text));
    }
    let mut problems = Vec::new();
    for (path, page) in &pages {
        for (line, link) in &page.links {
            if let Some(problem) = problem(root, path, link, &pages) {
                problems.push(format!("{}:{line}: `{link}` {problem}", path.display()));
            }
        }
    }
    problems.extend(left_out(&pages));
    match problems.as_slice() {
        [] => Ok(pages.values().map(|page| page.links.len()).sum()),
        problems => Err(format!("links of the documentation are broken:\n{}", problems.join("\n")).into()),
    }
}

/// Every page, as its path below `root`.
fn paths(root: &Path) -> Result<Vec<PathBuf>> {
    let mut paths: Vec<PathBuf> = OTHERS.iter().map(PathBuf::from).collect();
    for entry in fs::read_dir(root.join("sdk"))? {
        let path = Path::new("sdk").join(entry?.file_name()).join("README.md");
        if root.join(&path).exists() {
            paths.push(path);
        }
    }
    let mut folders = vec![PathBuf::from("docs")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root.join(&folder))? {
            let entry = entry?;
            let path = folder.join(entry.file_name());
            if entry.file_type()?.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "md") {
                paths.push(path);
            }
        }
    }
    Ok(paths)
}

fn read(text: &str) -> Page {
    let mut page = Page { anchors: BTreeSet::new(), links: Vec::new() };
    let mut heading: Option<String> = None;
    let options = Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES | Options::ENABLE_STRIKETHROUGH;
    for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
        match event {
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::Text(text) | Event::Code(text) => {
                if let Some(heading) = &mut heading {
                    heading.push_str(&text);
                }
            }
            Event::End(TagEnd::Heading(_)) => {
                let anchor = anchor(&heading.take().unwrap_or_default());
                let mut unique = anchor.clone();
                for number in 1.. {
                    if page.anchors.insert(unique.clone()) {
                        break;
                    }
                    unique = format!("{anchor}-{number}");
                }
            }
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                let line = text[..range.start].matches('\n').count() + 1;
                page.links.push((line, dest_url.into_string()));
            }
            _ => {}
        }
    }
    page
}

/// The anchor of a heading, as mdBook makes it and most others do.
fn anchor(heading: &str) -> String {
    let character = |character: char| match character {
        ' ' => Some('-'),
        '-' | '_' => Some(character),
        _ => character.is_alphanumeric().then(|| character.to_ascii_lowercase()),
    };
    heading.trim().chars().filter_map(character).collect()
}

/// What is wrong with `link` on the page `path`.
fn problem(root: &Path, path: &Path, link: &str, pages: &BTreeMap<PathBuf, Page>) -> Option<String> {
    if link.contains("://") || link.starts_with("mailto:") {
        return None;
    }
    let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
    let target = if file.is_empty() { path.to_owned() } else { joined(path, file) };
    if !root.join(&target).exists() {
        return Some("is not there".to_owned());
    }
    if path.starts_with("docs") && !target.starts_with("docs") {
        return Some("leads out of the book; name the file instead, in backticks".to_owned());
    }
    if path.starts_with("docs") && root.join(&target).is_dir() {
        return Some("is a folder, which no book has a page for".to_owned());
    }
    let has_anchor =
        anchor.is_empty() || pages.get(&target).is_some_and(|page| page.anchors.contains(anchor));
    (!has_anchor).then(|| format!("has no heading with the anchor `{anchor}`"))
}

/// `file` as it is seen from the folder of `page`.
fn joined(page: &Path, file: &str) -> PathBuf {
    let mut path = page.parent().unwrap_or(Path::new("")).to_owned();
    for part in Path::new(file).components() {
        match part {
            Component::ParentDir => {
                path.pop();
            }
            Component::Normal(name) => path.push(name),
            _ => {}
        }
    }
    path
}

/// Pages of the book that its table of contents leaves out.
fn left_out(pages: &BTreeMap<PathBuf, Page>) -> Vec<String> {
    let summary = Path::new(SUMMARY);
    let named: BTreeSet<PathBuf> = pages
        .get(summary)
        .map(|page| page.links.iter().map(|(_, link)| joined(summary, link)).collect())
        .unwrap_or_default();
    let of_the_book = pages.keys().filter(|path| path.starts_with("docs") && *path != summary);
    of_the_book
        .filter(|path| !named.contains(*path))
        .map(|path| format!("{}: is not in {SUMMARY}", path.display()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(files: &[(&str, &str)]) -> String {
        let root = tempfile::tempdir().unwrap();
        let always = [("README.md", ""), ("wit/README.md", ""), ("sdk/rust/README.md", "")];
        for (path, text) in always.iter().chain(files) {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            crate::folder::write(&path, text.as_bytes()).unwrap();
        }
        match check(root.path()) {
            Ok(count) => format!("{count} links"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn links_that_lead_somewhere_are_counted() {
        let page = "# A `b` page, twice!\n\n[up](#a-b-page-twice) [web](https://x.example/#y)\n\n![](p.svg)";
        assert_eq!(
            checked(&[("docs/SUMMARY.md", "[a](a.md)"), ("docs/a.md", page), ("docs/p.svg", "")]),
            "4 links"
        );
    }

    #[test]
    fn every_problem_is_named_with_its_line() {
        let page = "# A\n\n[a](#b)\n[b](c.md)\n\n[c](../README.md) [d](deep)\n";
        let said = checked(&[
            ("docs/SUMMARY.md", ""),
            ("docs/a.md", page),
            ("docs/deep/x.svg", ""),
            ("sdk/rust/README.md", "[docs](../../docs/a.md#a)"),
        ]);
        let lines: Vec<&str> = said.lines().skip(1).collect();
        assert_eq!(
            lines,
            [
                "docs/a.md:3: `#b` has no heading with the anchor `b`",
                "docs/a.md:4: `c.md` is not there",
                "docs/a.md:6: `../README.md` leads out of the book; name the file instead, in backticks",
                "docs/a.md:6: `deep` is a folder, which no book has a page for",
                "docs/a.md: is not in docs/SUMMARY.md",
            ]
        );
    }
}
