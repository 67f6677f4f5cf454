//! `docs/pictures`: what stood on a terminal, drawn. Clock, sizes and the platform's world are pinned, so
//! that the same program gives the same pictures.

use std::collections::BTreeMap;
use std::time::Duration;

use vantage_platform::Options;
use vantage_test_support::World;

use super::screen::{Run, Screen};
use super::svg;
use crate::{VANTAGE, seeded};

/// One picture.
struct Picture {
    name: &'static str,
    columns: u16,
    line: &'static str,
    /// What is typed, behind the text that asks for it.
    answers: &'static [(&'static str, &'static str)],
}

const fn picture(name: &'static str, columns: u16, line: &'static str) -> Picture {
    Picture { name, columns, line, answers: &[] }
}

/// In the order in which they are taken, all in one world.
const PICTURES: [Picture; 9] = [
    picture("cluster-list", 90, "vantage cluster list"),
    picture("cluster-list-40", 40, "vantage cluster list"),
    picture(
        "cluster-list-120",
        120,
        "vantage cluster list --wide --columns name,status,provider,owner,type,client",
    ),
    picture("many-scripts", 70, "vantage cluster list --provider on_prem --columns name,status,description"),
    picture("job-watch", 90, "vantage job submission watch 21 --columns id,name,status"),
    picture("error", 90, "vantage cluster get gpu-9"),
    picture("help", 90, "vantage help cluster create"),
    Picture {
        name: "plugin-add",
        columns: 90,
        line: "vantage plugin add gpu-report.wasm",
        answers: &[("[y/N]", "y")],
    },
    picture("denied", 90, "vantage gpu-report summary"),
];

/// Lines that are run before the picture of this name is taken.
const BEFORE: [(&str, &str); 4] = [
    ("job-watch", "vantage job submission create train --script 1 --cluster calm-lagoon-02"),
    (
        "many-scripts",
        "vantage cluster create tokyo --provider on_prem --description '東京の計算機集群' \
         && vantage cluster create cairo --provider on_prem --description 'عنقود الحوسبة' \
         && vantage cluster create launch --provider on_prem --description 'ready for 🚀 launch'",
    ),
    ("plugin-add", "cp $PACKS/gpu_report.wasm gpu-report.wasm"),
    ("denied", "vantage plugin revoke acme/gpu-report 'query cluster/Query.clusters'"),
];

#[test]
fn the_pictures_show_what_stands_on_a_terminal() {
    // What is created stays as it was created, and jobs run fast.
    let options = Options {
        ready_after: Duration::from_secs(24 * 3600),
        job_step: Duration::from_millis(200),
        ..seeded()
    };
    let world = World::signed_in(VANTAGE, options);
    let folder = tempfile::Builder::new().prefix("pictures").tempdir().unwrap();
    let packs = crate::guests::built();
    let mut files = BTreeMap::new();
    for Picture { name, columns, line, answers } in &PICTURES {
        let screen = |script: &str| {
            let answers: Vec<_> = answers
                .iter()
                .map(|(question, answer)| ((*question).to_owned(), (*answer).to_owned()))
                .collect();
            let variables = [("PACKS", packs.to_str().unwrap()), ("LC_ALL", "C.UTF-8")];
            let run = Run {
                script,
                folder: folder.path(),
                columns: *columns,
                variables: &variables,
                answers: &answers,
            };
            Screen::of(&world, &run)
        };
        if let Some((_, before)) = BEFORE.iter().find(|(of, _)| of == name) {
            let run = Run {
                script: before,
                folder: folder.path(),
                columns: 100,
                variables: &[("PACKS", packs.to_str().unwrap()), ("LC_ALL", "C.UTF-8")],
                answers: &[],
            };
            let screen = Screen::of(&world, &run);
            assert_eq!(screen.status, 0, "{before}\n{}", screen.text());
        }
        let screen = screen(&format!("printf '\\033[32m$\\033[0m %s\\n' \"{line}\"; {line}"));
        files.insert(format!("pictures/{name}.svg"), svg::draw(screen.screen(), line));
    }
    super::hold_folder("pictures", ".svg", &files);
}
