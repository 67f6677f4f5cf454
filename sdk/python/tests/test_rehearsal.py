"""Rehearsals: what they answer, and what they hold a command to. Plain Python, run by `tests/it/new.rs`."""

import unittest

from vantage_plugin import Argument, Error, Pack, many, one
from vantage_plugin.testing import Rehearsal

pack = Pack("acme/probe", "1.0.0", "Probe")
pack.request("persona email", purpose="says who asks")
pack.request("storage 1KiB", purpose="counts")

LIST = pack.operation("List", api="cluster", purpose="lists", document="query List { clusters { total } }")
MAKE = pack.operation("Make", api="cluster", purpose="makes", document="mutation Make { make { name } }")
WATCH = pack.operation("Watch", api="cluster", purpose="watches", document="subscription Watch { seen }")


@pack.command("probe one", "Run what the test gives", answer=one(), operations=[LIST, WATCH])
def probe(session, arguments):
    probe.body(session, arguments)


@pack.command(
    "probe arguments",
    "Emit the arguments",
    effect="change",
    answer=many(),
    arguments=[Argument("name", "A name", required=True), Argument("size", "A size", kind="integer", default=3)],
    operations=[MAKE],
)
def echo(session, arguments):
    session.output.emit(arguments)


def run(body, rehearsal=None):
    probe.body = body
    return (rehearsal or Rehearsal(pack)).run("probe one")


def failed(body, rehearsal=None):
    error = run(body, rehearsal).error
    return None if error is None else (error.kind, error.message)


class Platform(unittest.TestCase):
    def test_answers_come_in_their_order_and_calls_are_written_down(self):
        def body(session, _):
            for size in (1, 2):
                session.output.emit(session.graphql.execute(LIST, {"size": size}))

        done = run(body, Rehearsal(pack).answer(LIST, {"total": 1}).answer(LIST, {"total": 2}))
        self.assertEqual(done.records, [{"total": 1}, {"total": 2}])
        self.assertEqual(done.calls, [("List", {"size": 1}), ("List", {"size": 2})])

    def test_several_at_once_fail_each_for_itself(self):
        answers = []
        rehearsal = Rehearsal(pack).answer(LIST, {"total": 1}).fail(LIST, Error.not_found("gone"))
        run(lambda session, _: answers.extend(session.graphql.execute_all([(LIST, {}), (LIST, {})])), rehearsal)
        self.assertEqual(answers[0], {"total": 1})
        self.assertEqual((answers[1].kind, answers[1].message), ("not-found", "gone"))

    def test_errors_beside_the_data_fail_the_call(self):
        rehearsal = Rehearsal(pack).answer(LIST, {}, errors=[{"message": "no"}])
        self.assertEqual(failed(lambda session, _: session.graphql.execute(LIST), rehearsal), ("failed", "no"))

    def test_events_end_or_break_off(self):
        def body(session, _):
            for event in session.graphql.subscribe(WATCH):
                session.output.emit(event)

        self.assertEqual(run(body, Rehearsal(pack).events(WATCH, [{"seen": 1}])).records, [{"seen": 1}])
        broken = Rehearsal(pack).events(WATCH, [{"seen": 1}, Error("unavailable", "lost")])
        self.assertEqual(failed(body, broken), ("unavailable", "lost"))

    def test_what_the_command_does_not_use_is_denied(self):
        denied = ("denied", "the command does not use `Make`")
        self.assertEqual(failed(lambda session, _: session.graphql.execute(MAKE)), denied)

    def test_a_call_without_an_answer_says_so(self):
        error = failed(lambda session, _: session.graphql.execute(LIST))
        self.assertEqual(error, ("failed", "the rehearsal has no answer to `List`"))

    def test_an_answer_that_nobody_asks_for_fails_the_test(self):
        with self.assertRaisesRegex(AssertionError, "never asked for the answers to \\['List'\\]"):
            run(lambda *_: None, Rehearsal(pack).answer(LIST, {}))


class Arguments(unittest.TestCase):
    def test_defaults_are_filled_in(self):
        done = Rehearsal(pack).run("probe arguments", {"name": "a"})
        self.assertEqual(done.records, [{"size": 3, "name": "a"}])

    def test_missing_and_unknown_ones_fail_the_test(self):
        for arguments in ({}, {"name": "a", "nosuch": 1}):
            with self.assertRaises(AssertionError):
                Rehearsal(pack).run("probe arguments", arguments)
        with self.assertRaisesRegex(AssertionError, "no command `probe nosuch`"):
            Rehearsal(pack).run("probe nosuch")


class Rest(unittest.TestCase):
    def test_persona_and_storage_are_what_the_pack_asks_for(self):
        def body(session, _):
            session.storage.set("runs", 1)
            session.output.emit({"email": session.persona.email(), "before": session.storage.get("old")})

        done = run(body, Rehearsal(pack).persona(email="ada@acme.example").stored("old", [1]))
        self.assertEqual(done.records, [{"email": "ada@acme.example", "before": [1]}])
        self.assertEqual(done.stored, {"old": [1], "runs": 1})
        denied = ("denied", "the pack does not ask for `persona roles`")
        self.assertEqual(failed(lambda session, _: session.persona.roles()), denied)

    def test_questions_are_answered_in_turn(self):
        replies = []

        def body(session, _):
            ask = session.prompter
            replies.extend([ask.confirm("Sure?"), ask.choose("Which?", ["a", "b"]), ask.ask("Name?")])

        run(body, Rehearsal(pack).reply(True).reply("b").reply("Ada"))
        self.assertEqual(replies, [True, "b", "Ada"])
        self.assertEqual(failed(body), ("unattended", "nobody is there to answer `Sure?`"))

    def test_files_settings_notes_and_markdown(self):
        def body(session, _):
            [file] = session.files("input")
            session.output.note(f"{file.name} has {file.size}")
            session.output.warn(session.settings["word"])
            session.output.text(b"".join(file.chunks(2)).decode())

        done = run(body, Rehearsal(pack).file("input", "a.md", b"# Title").settings({"word": "careful"}))
        self.assertEqual((done.notes, done.warnings), (["a.md has 7"], ["careful"]))
        self.assertEqual(done.text, "# Title")

    def test_an_answer_that_nobody_reads_on_is_no_failure(self):
        done = run(lambda session, _: session.output.emit_all({"n": n} for n in range(9)), Rehearsal(pack).closed_after(2))
        self.assertEqual((done.error, len(done.records)), (None, 2))

    def test_a_fault_reaches_the_test(self):
        with self.assertRaises(ZeroDivisionError):
            run(lambda *_: 1 / 0)


if __name__ == "__main__":
    unittest.main()
