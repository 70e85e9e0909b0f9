"""The page of browser/ in headless Chromium, against three replicas behind Envoy with server/deploy/envoy-web.yaml.

usage: browser_test.py BIN_DIR [TEST...]   (unittest's names, BrowserTest.test_replica_killed)

The page is served from another origin than Envoy's, so that every call is one across origins. HOTLINE_SCREENSHOTS=DIR
keeps a picture of the page at the end of each test.
"""

import contextlib
import functools
import http.server
import os
import pathlib
import signal
import sys
import threading
import unittest

from playwright.sync_api import expect, sync_playwright

from web_rig import SOURCE, Rig, harness

CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"]
PAGE = SOURCE / "tests/languages/web/browser/dist"
SECONDS = 1000  # of Playwright's milliseconds

rig = browser = allowed_origin = other_origin = None


class PageFiles(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def serve_page(stack, host):
    """Returns the origin."""
    server = http.server.ThreadingHTTPServer((host, 0), functools.partial(PageFiles, directory=str(PAGE)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    stack.callback(server.server_close)
    stack.callback(server.shutdown)
    return f"http://{host}:{server.server_address[1]}"


def setUpModule():
    global rig, browser, allowed_origin, other_origin
    stack = contextlib.ExitStack()
    unittest.addModuleCleanup(stack.close)
    folder = stack.enter_context(harness.new_folder("browser"))
    rig = stack.enter_context(Rig(BIN_DIR, folder, ["--drain_window=6s", "--lame_duck=0"]))
    allowed_origin = serve_page(stack, "127.0.0.1")
    other_origin = serve_page(stack, "127.0.0.5")
    chromium = stack.enter_context(sync_playwright()).chromium
    # With a profile of its own, which it removes.
    browser = chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    stack.callback(browser.close)


class BrowserTest(unittest.TestCase):
    def setUp(self):
        rig.settle()
        self.messages = []
        self.page = self.open(allowed_origin)

    def open(self, origin):
        page = browser.new_page(viewport={"width": 1100, "height": 1000})
        self.addCleanup(page.close)
        page.on("console", lambda message: self.messages.append(message.text))
        page.on("pageerror", lambda error: self.messages.append(f"uncaught: {error}"))
        page.goto(f"{origin}/?server={rig.url}")
        return page

    def tearDown(self):
        if folder := os.environ.get("HOTLINE_SCREENSHOTS"):
            self.page.screenshot(path=pathlib.Path(folder) / f"{self._testMethodName}.png")
        self.assertEqual([text for text in self.messages if text.startswith("uncaught")], [])

    def submit(self, form, value):
        self.page.fill(f"#{form}-input", value)
        self.page.click(f"#{form} button >> nth=0")

    def play(self, seconds_a_day):
        self.submit("play", str(seconds_a_day))
        # Some were played, and others are to come.
        expect(self.page.locator("tr[data-ordinal='4']")).to_be_attached(timeout=20 * SECONDS)
        expect(self.page.locator("#state")).to_have_text("playing")

    def expect_complete(self):
        expect(self.page.locator("#state")).to_have_text("complete: 28 events", timeout=60 * SECONDS)
        rows = self.page.locator("tr[data-ordinal]").evaluate_all("rows => rows.map(row => ({...row.dataset}))")
        self.assertEqual([row["ordinal"] for row in rows], [str(ordinal) for ordinal in range(37)])
        self.assertEqual([row["document"] for row in rows if row["kind"] == "event"][-1], "kk-13")
        expect(self.page.locator("#last")).to_contain_text("The last was kk-13: ")

    def cuts(self):
        return self.page.locator("#cuts li").all_text_contents()

    def test_letters_of_a_day(self):
        requests = []
        developer_tools = self.page.context.new_cdp_session(self.page)
        developer_tools.on("Network.requestWillBeSent", lambda sent: requests.append(
            f"{sent['request']['method']} {sent['request']['url']}"))
        developer_tools.send("Network.enable")
        self.submit("day", "1962-10-27")
        rows = self.page.locator("#day-list li")
        expect(rows.first).to_contain_text("kk-09 Khrushchev to Kennedy: the public letter on Turkey possible")
        expect(rows.last).to_contain_text(f"{rows.count() - 1} letters and addresses, days of America/New_York")
        url = f"{rig.url}/hotline.v1.ArchiveService/ListDocuments"
        # Chromium tells of the two in either order.
        self.assertCountEqual(requests, [f"OPTIONS {url}", f"POST {url}"])

    def test_one_letter(self):
        self.submit("show", "kk-09")
        expect(self.page.locator("#letter")).to_contain_text("1962-10-27: sources/frus-6 (preferred)")
        expect(self.page.locator("#letter")).to_contain_text("1962-10-26: sources/finding-aid")

    def test_errors_have_their_reason(self):
        for text, expected in [
            ("kk-99", ["NOT_FOUND DOCUMENT_NOT_FOUND", 'document "documents/kk-99" not found']),
            ("KK 9", ["INVALID_ARGUMENT INVALID_FIELD", "field: name"]),
            ("<b>kk</b>", ["INVALID_ARGUMENT INVALID_FIELD", "<b>kk</b>"]),
        ]:
            self.submit("show", text)
            for part in expected:
                expect(self.page.locator("#letter .error")).to_contain_text(part)

    def test_crisis(self):
        self.play(1)
        self.expect_complete()
        self.assertEqual(self.cuts(), [])

    def test_stop(self):
        self.play(3)
        self.page.click("#stop")
        expect(self.page.locator("#state")).to_have_text("stopped")
        harness.wait_until(lambda: not any(rig.envoy.streams().values()), 10, "the call's end")
        self.assertEqual(self.cuts(), [])

    def test_replica_killed(self):
        self.play(1)
        rig.serving().kill()
        self.expect_complete()
        self.assertRegex(" ".join(self.cuts()), r"^cut \(\w+\), going on behind item \d+ in \d+ ms$")

    def test_replica_drained(self):
        self.play(1)
        replica = rig.serving()
        replica.begin_drain()
        self.expect_complete()
        self.assertEqual(len(self.cuts()), 1)
        replica.await_drained(10)

    def test_everything_killed_and_started_again(self):
        self.play(1)
        for replica in rig.replicas:
            replica.kill()
        expect(self.page.locator("#cuts li").first).to_be_attached(timeout=10 * SECONDS)
        for replica in rig.replicas:
            replica.start()
        self.expect_complete()

    def test_envoy_restarted(self):
        self.play(1)
        rig.envoy.process.signal(signal.SIGKILL)
        rig.envoy.process.wait(10)
        expect(self.page.locator("#cuts li").first).to_be_attached(timeout=10 * SECONDS)
        rig.envoy.__enter__()
        self.expect_complete()

    def test_another_origin(self):
        self.page = self.open(other_origin)
        self.submit("day", "1962-10-27")
        expect(self.page.locator("#day-list .error")).to_be_attached()
        self.submit("play", "2")
        expect(self.page.locator("#cuts li").first).to_be_attached(timeout=10 * SECONDS)
        self.assertEqual(self.page.locator("tr[data-ordinal]").count(), 0)
        self.assertIn("has been blocked by CORS policy", " ".join(self.messages))

    def test_event_source(self):
        """No library: an EventSource, with the request in the query."""
        last = self.page.evaluate("""url => new Promise((resolve, reject) => {
            let last;
            const source = new EventSource(url);
            source.onmessage = ({ data }) => {
                const { items, closing } = JSON.parse(data);
                for (const { event } of items ?? []) if (event) last = event.document.name;
                if (closing?.reason !== "CLOSING_REASON_END") return;
                source.close();  // or it would begin again
                resolve(last);
            };
            source.onerror = () => { source.close(); reject(new Error("cut")); };
        })""", f"{rig.url}/hotline.v1.TimelineService/StreamTimeline?pace.day_length=0.5s&pace.longest_wait=0.1s")
        self.assertEqual(last, "documents/kk-13")


BIN_DIR = pathlib.Path(sys.argv.pop(1))

if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # and so ends what it started
    unittest.main(verbosity=2)
