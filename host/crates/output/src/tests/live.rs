//! What stands on a terminal while records change: read off a terminal emulator after each step.

use super::*;

const WIDTH: u16 = 40;

/// Both streams on one terminal.
#[derive(Clone)]
struct Screen(Arc<Mutex<vt100::Parser>>);

impl Screen {
    fn new(height: u16) -> Self {
        Self(Arc::new(Mutex::new(vt100::Parser::new(height, WIDTH, 100))))
    }

    /// The lines on the screen, without those that are empty at its end.
    fn text(&self) -> String {
        self.0.lock().unwrap().screen().contents()
    }

    /// Where the cursor is: line and column.
    fn cursor(&self) -> (u16, u16) {
        self.0.lock().unwrap().screen().cursor_position()
    }
}

impl Write for Screen {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // The terminal's driver does this with what programs write.
        let text = String::from_utf8(bytes.to_vec()).unwrap().replace('\n', "\r\n");
        self.0.lock().unwrap().process(text.as_bytes());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn jobs() -> AnswerSpec {
    let columns = vec![
        column("Id", "/id", ColumnFormat::Number),
        column("Name", "/name", ColumnFormat::Text),
        column("State", "/state", ColumnFormat::Status),
    ];
    AnswerSpec { shape: Shape::Live, key: Some("/id".to_owned()), columns, noun: "jobs".to_owned() }
}

fn job(id: u32, name: &str, state: &str) -> String {
    serde_json::json!({ "id": id, "name": name, "state": state }).to_string()
}

fn watching(height: u16) -> (Screen, Console) {
    let screen = Screen::new(height);
    let style =
        Style { redraws: true, height: Some(usize::from(height)), ..terminal(None, usize::from(WIDTH)) };
    (screen.clone(), Console::new(Box::new(screen.clone()), Box::new(screen), style))
}

#[test]
fn a_record_replaces_the_one_with_its_key() {
    let (screen, console) = watching(10);
    let mut answer = console.answer(jobs()).unwrap();
    answer.records(&[job(1, "train", "PENDING"), job(2, "render", "RUNNING")]).unwrap();
    insta::assert_snapshot!(screen.text(), @r"
    ID  NAME    STATE
     1  train   PENDING
     2  render  RUNNING
    ");
    answer.records(&[job(1, "train", "RUNNING")]).unwrap();
    answer.records(&[job(2, "render \u{1b}[2J with a long name that is cut", "DONE")]).unwrap();
    insta::assert_snapshot!(screen.text(), @r"
    ID  NAME                         STATE
     1  train                        RUNNING
     2  render \u{1b}[2J with a lo…  DONE
    ");
    assert_eq!(screen.cursor(), (3, 0));
    answer.finish().unwrap();
    insta::assert_snapshot!(screen.text(), @r"
    ID  NAME                         STATE
     1  train                        RUNNING
     2  render \u{1b}[2J with a lo…  DONE
    ");
    assert_eq!(screen.cursor(), (3, 0));
}

#[test]
fn what_is_said_meanwhile_stands_above() {
    let (screen, console) = watching(10);
    let mut answer = console.answer(jobs()).unwrap();
    answer.records(&[job(1, "train", "PENDING")]).unwrap();
    console.note("the connection is lost");
    answer.records(&[job(1, "train", "DONE")]).unwrap();
    console.warn("it is late");
    insta::assert_snapshot!(screen.text(), @r"
    the connection is lost
    warning: it is late
    ID  NAME   STATE
     1  train  DONE
    ");
    answer.finish().unwrap();
    console.note("the end");
    insta::assert_snapshot!(screen.text(), @r"
    the connection is lost
    warning: it is late
    ID  NAME   STATE
     1  train  DONE
    the end
    ");
}

#[test]
fn an_error_comes_below_what_was_last_seen() {
    let (screen, console) = watching(10);
    let mut answer = console.answer(jobs()).unwrap();
    answer.records(&[job(1, "train", "RUNNING")]).unwrap();
    // As when the command is interrupted: nobody ends the answer.
    drop(answer);
    console.error(&crate::ErrorReport { message: "interrupted".to_owned(), ..crate::ErrorReport::default() });
    insta::assert_snapshot!(screen.text(), @r"
    ID  NAME   STATE
     1  train  RUNNING
    error: interrupted
    ");
}

#[test]
fn a_small_terminal_shows_what_changed_last_and_the_end_shows_all() {
    let (screen, console) = watching(6);
    let mut answer = console.answer(jobs()).unwrap();
    let all: Vec<String> = (1..=9).map(|id| job(id, "train", "PENDING")).collect();
    answer.records(&all).unwrap();
    answer.records(&[job(2, "train", "RUNNING")]).unwrap();
    insta::assert_snapshot!(screen.text(), @r"
    ID  NAME   STATE
     2  train  RUNNING
     8  train  PENDING
     9  train  PENDING
    and 6 more
    ");
    answer.finish().unwrap();
    // The first rows have gone up, as with any table that is longer than the screen.
    insta::assert_snapshot!(screen.text(), @r"
     5  train  PENDING
     6  train  PENDING
     7  train  PENDING
     8  train  PENDING
     9  train  PENDING
    ");
}

#[test]
fn without_a_key_or_a_terminal_that_can_each_event_is_a_row_at_once() {
    let without_key = AnswerSpec { key: None, ..jobs() };
    let dumb = Style { height: Some(10), ..terminal(None, 40) };
    let able = Style { redraws: true, ..dumb.clone() };
    for (style, spec) in [(dumb, jobs()), (able, without_key)] {
        let bench = Bench::new(style);
        let mut answer = bench.console.answer(spec).unwrap();
        answer.records(&[job(1, "train", "PENDING")]).unwrap();
        assert_eq!(bench.stdout.text(), "ID  NAME   STATE\n 1  train  PENDING\n");
        answer.records(&[job(1, "train", "RUNNING")]).unwrap();
        answer.finish().unwrap();
        assert_eq!(bench.stdout.text(), "ID  NAME   STATE\n 1  train  PENDING\n 1  train  RUNNING\n");
    }
}

#[test]
fn a_limit_ends_a_watch() {
    let (screen, _) = watching(10);
    let style = Style { redraws: true, height: Some(10), limit: Some(2), ..terminal(None, 40) };
    let console = Console::new(Box::new(screen.clone()), Box::new(screen.clone()), style);
    let mut answer = console.answer(jobs()).unwrap();
    assert_eq!(answer.records(&[job(1, "a", "PENDING")]).unwrap(), Flow::Continue);
    assert_eq!(answer.records(&[job(1, "a", "RUNNING")]).unwrap(), Flow::Full);
    assert_eq!(answer.records(&[job(1, "a", "DONE")]).unwrap(), Flow::Full);
    answer.finish().unwrap();
    insta::assert_snapshot!(screen.text(), @r"
    ID  NAME  STATE
     1  a     RUNNING
    ");
}

#[test]
fn what_is_told_twice_is_shown_once() {
    let bench = Bench::new(piped(None));
    let mut answer = bench.console.answer(jobs()).unwrap();
    let (one, two) = (job(1, "train", "PENDING"), job(2, "render", "PENDING"));
    // As after a connection that was made anew: where everything stands is told once more.
    answer.records(&[&one, &two]).unwrap();
    answer.records(&[&one, &two, &job(1, "train", "RUNNING"), &one]).unwrap();
    answer.finish().unwrap();
    let expected = [&one, &two, &job(1, "train", "RUNNING"), &one].map(|line| format!("{line}\n")).concat();
    assert_eq!(bench.stdout.text(), expected);
}

#[test]
fn rows_without_end_are_no_memory_without_end() {
    let (screen, console) = watching(6);
    let mut answer = console.answer(jobs()).unwrap();
    for id in 1..=2_005 {
        answer.record(&job(id, "train", "PENDING")).unwrap();
    }
    answer.flush().unwrap();
    insta::assert_snapshot!(screen.text(), @"
      ID  NAME   STATE
    2003  train  PENDING
    2004  train  PENDING
    2005  train  PENDING
    and 2002 more
    ");
    answer.finish().unwrap();
    insta::assert_snapshot!(screen.text(), @"
    2002  train  PENDING
    2003  train  PENDING
    2004  train  PENDING
    2005  train  PENDING
    and 5 more
    ");
}
