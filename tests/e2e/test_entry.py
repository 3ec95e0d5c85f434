"""Who gets in and what is asked first, in a real browser on real servers."""

import re
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.accepting import accept
from tests.e2e.asked import ASKED
from tests.e2e.test_live import STREAM_STARTS_MS, camera, metric
from tests.e2e.uploads import give
from tests.oidc import CLIENT, SECRET, provider
from tests.scenes import jpeg, on_background
from tests.serving import free_port, running, streamlit_command

pytestmark = pytest.mark.e2e

SOON_MS = 45_000
PASSWORD = "correct horse"


def status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def environment(folder: Path, **more: str) -> dict[str, str]:
    return {"STUN_URL": "none", "DATABASE_URL": "", "DATA_FOLDER": str(folder), **more}


def start_and_stop(page: Page) -> None:
    camera(page).get_by_role("button", name="START").click(timeout=SOON_MS)
    expect(metric(page, "Faces now")).to_have_text("1", timeout=STREAM_STARTS_MS)
    camera(page).get_by_role("button", name="STOP").click()


def test_a_password_from_the_secrets_opens_the_page_and_signing_out_closes_all_its_tabs(
    browsers, astronaut_film, tmp_path
):
    port = free_port()
    secrets = tmp_path / "secrets.toml"
    secrets.write_text(f'APP_PASSWORD = "{PASSWORD}"\n')
    command = [*streamlit_command(port), f"--secrets.files={secrets}"]
    with running(command, port, tmp_path / "log", environment(tmp_path)):
        url = f"http://localhost:{port}"
        # Nobody has looked at the page yet, which is when Streamlit would read its secrets.
        assert [status(url + path) for path in ("/", "/_stcore/host-config", "/api/v1/model")] == [401] * 3
        browser = browsers(f"--use-file-for-fake-video-capture={astronaut_film}")
        context = browser.new_context(permissions=["camera"])
        page = context.new_page()
        page.goto(f"{url}/?kept=1")
        page.get_by_label("Password").fill("wrong one")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("alert")).to_have_text("This is not the password.")
        page.wait_for_timeout(1100)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_label("Password").press("Enter")
        accept(page)
        assert page.url.startswith(f"{url}/?kept=1")
        assert page.get_by_text("Everyone who reaches this address").count() == 0
        start_and_stop(page)
        kept = {cookie["name"]: cookie for cookie in context.cookies()}["class_mood_entry"]
        assert (kept["httpOnly"], kept["sameSite"], kept["secure"]) == (True, "Lax", False)

        other = context.new_page()
        other.goto(url)
        accept(other)
        page.get_by_role("link", name="Sign out").click()
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_label("Password")).to_be_visible(timeout=SOON_MS)
        other.get_by_role("tab", name="About").click()
        other.wait_for_timeout(1000)
        assert other.get_by_text("To hand out, to fill in").count() == 0, "another tab still has its page"
        other.reload()
        expect(other.get_by_label("Password")).to_be_visible(timeout=SOON_MS)
        context.close()
        sign_in_without_scripts(browser, url)
    assert "wrong one" not in (tmp_path / "log").read_text()
    assert PASSWORD not in (tmp_path / "log").read_text()


def sign_in_without_scripts(browser: Browser, url: str) -> None:
    """On a phone, too."""
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(url)
    box = page.get_by_role("button", name="Sign in").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_load_state()
    assert "You need to enable JavaScript to run this app." in page.content()
    context.close()


def test_in_the_eu_photos_stay_and_the_rest_says_why_not(browsers, astronaut, tmp_path):
    port = free_port()
    closed = environment(tmp_path, REGION="EU", CAMERA_URL="rtsp://127.0.0.1:9/")
    with running(streamlit_command(port), port, tmp_path / "log", closed):
        context = browsers().new_context(permissions=["camera"], viewport={"width": 390, "height": 700})
        page = context.new_page()
        page.add_init_script(ASKED)
        page.goto(f"http://localhost:{port}")
        accept(page, "I have read this")
        expect(page.get_by_role("heading", name="Class Mood")).to_be_in_viewport(timeout=SOON_MS)  # not its middle
        picture = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": jpeg(on_background(astronaut, 640, 480))}
        give(page, [picture])  # the tab that is open
        expect(page.get_by_role("tabpanel").get_by_text("Faces found")).to_be_visible(timeout=SOON_MS)
        for tab in ("Live", "Recording"):
            page.get_by_role("tab", name=tab).click()
            expect(page.get_by_role("tabpanel").get_by_text(re.compile("closed for schools"))).to_be_visible()
        assert page.locator("iframe").count() == 0
        assert page.evaluate("asked") == 0
        context.close()


def test_an_account_that_is_listed_opens_the_page_and_another_does_not(browsers, tmp_path):
    port = free_port()
    url = f"http://localhost:{port}"
    secrets = tmp_path / "secrets.toml"
    with provider() as accounts:
        secrets.write_text(
            f"""ALLOWED_USERS = "@school.example"
[auth]
redirect_uri = "{url}/oauth2callback"
cookie_secret = "a-secret-of-the-cookie-with-enough-letters"
client_id = "{CLIENT}"
client_secret = "{SECRET}"
server_metadata_url = "{accounts.url}/.well-known/openid-configuration"
"""
        )
        command = [*streamlit_command(port), f"--secrets.files={secrets}"]
        with running(command, port, tmp_path / "log", environment(tmp_path, APP_PASSWORD=PASSWORD)):
            assert [status(url + path) for path in ("/", "/_stcore/host-config", "/api/v1/model")] == [401] * 3
            context = browsers().new_context()
            page = context.new_page()
            for email, verified in (("pupil@elsewhere.example", True), ("teacher@school.example", False)):
                accounts.email, accounts.verified = email, verified
                page.goto(url)
                page.get_by_role("link", name="Sign in").click()
                expect(page.get_by_role("alert")).to_contain_text("This account is not on the list")
                assert context.request.get(f"{url}/_stcore/host-config").status == 403
                page.get_by_role("link", name="Sign out").click()
            accounts.verified = True
            page.get_by_role("link", name="Sign in").click()
            accept(page)
            expect(page.get_by_text("Signed in as teacher@school.example")).to_be_visible()
            assert context.request.get(f"{url}/api/v1/model").status == 200
            page.get_by_role("button", name="Sign out").click()
            expect(page.get_by_role("link", name="Sign in")).to_be_visible(timeout=SOON_MS)
            context.close()
    assert "example" not in (tmp_path / "log").read_text()
