"""The pack's commands, run in plain Python on values: no platform, no network, no WebAssembly."""

import unittest

from pack import LIST, SHOW, pack
from vantage_plugin.testing import Rehearsal


def cluster(name, status):
    return {"name": name, "status": status, "provider": "aws"}


class List(unittest.TestCase):
    def test_it_reads_all_pages(self):
        pages = [[cluster("a", "ready")], [cluster("b", "failed")]]
        run = Rehearsal(pack).pages(LIST, pages).run("PACK-NAME list")
        self.assertIsNone(run.error)
        self.assertEqual(run.records, [cluster("a", "ready"), cluster("b", "failed")])

    def test_it_keeps_to_the_status_that_is_asked_for(self):
        pages = [[cluster("a", "ready"), cluster("b", "failed")]]
        run = Rehearsal(pack).pages(LIST, pages).run("PACK-NAME list", {"status": "failed"})
        self.assertEqual(run.records, [cluster("b", "failed")])


class Show(unittest.TestCase):
    def test_it_asks_for_the_one_that_is_named(self):
        found = {"clusters": {"edges": [{"node": cluster("a", "ready")}]}}
        run = Rehearsal(pack).answer(SHOW, found).run("PACK-NAME show", {"name": "a"})
        self.assertEqual(run.records, [cluster("a", "ready")])
        self.assertEqual(run.calls, [("ShowCluster", {"filters": {"name": {"eq": "a"}}})])

    def test_it_says_what_is_not_there(self):
        run = Rehearsal(pack).answer(SHOW, {"clusters": {"edges": []}}).run("PACK-NAME show", {"name": "a"})
        self.assertEqual((run.error.kind, run.error.message), ("not-found", "cluster `a` was not found"))


if __name__ == "__main__":
    unittest.main()
